"""The pseudo-continuum of spectra: one implementation for simulated, augmented and real ones.

Bundles keep `continuum_contract`, so that a network is refused spectra that are divided by
something else.
"""

from functools import lru_cache
from typing import Any

import numpy as np

VERSION = 1
"""Raised whenever the same spectrum would get another continuum."""

REACH = 4.0
LEAST_CONTINUUM = 0.05


def pseudo_continuum(flux: np.ndarray, smoothing_pixels: float) -> np.ndarray:
    """Return the Gaussian running mean of spectra, gaps left out.

    Parameters
    ----------
    flux : ndarray, (n, pixels)
        NaN where unknown.
    smoothing_pixels : float
        Standard deviation of the Gaussian, at which it stands out from lines but follows bands and
        calibration.

    Returns
    -------
    ndarray of float64, (n, pixels)
        The mean of the known values weighted by the Gaussian, at the ends a one-sided one; NaN
        where nothing within four standard deviations is known.
    """
    known = np.isfinite(flux)
    kernel = _kernel(flux.shape[1], float(smoothing_pixels))
    total = np.where(known, flux, 0.0) @ kernel
    weight = known @ kernel
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1), np.nan)


def divide_by_continuum(flux: np.ndarray, smoothing_pixels: float) -> np.ndarray:
    """Return flux over pseudo-continuum (n, pixels) float64.

    NaN where the flux is unknown, or the continuum below a twentieth of the spectrum's mean flux:
    quotients by nearly nothing would be noise.
    """
    continuum = pseudo_continuum(flux, smoothing_pixels)
    known = np.isfinite(flux)
    mean = np.where(known, flux, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    with np.errstate(invalid="ignore"):
        sound = continuum > LEAST_CONTINUUM * np.maximum(mean, 0)[:, None]
        sound &= continuum > 0
    return np.where(sound, flux / np.where(sound, continuum, 1), np.nan)


def continuum_contract(smoothing: float, unit: str) -> dict[str, Any]:
    """Return what bundles say about the continuum, plain values."""
    return {
        "method": "Gaussian running mean over known pixels",
        "standard_deviation": f"{smoothing:g} {unit}",
        "version": VERSION,
    }


@lru_cache(maxsize=8)
def _kernel(pixels: int, smoothing: float) -> np.ndarray:
    place = np.arange(pixels)
    distance = (place[:, None] - place) / smoothing
    return np.where(np.abs(distance) < REACH, np.exp(-0.5 * distance**2), 0.0)
