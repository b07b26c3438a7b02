"""How far two sets of light curves are from each other, in what anybody would look at."""

from itertools import pairwise

import numpy as np
import scipy

from astro_dl.science.supernovae.inputs import unpacked
from astro_dl.science.supernovae.nights import Nights

Array = np.ndarray

NEAR_MAXIMUM = 8.0
"""Days to either side of the brightest night over which colours are averaged."""

FAINTEST_COLOR = 3.0
"""Signal-to-noise ratio of both fluxes of a colour."""


def observed_quantities(x: Array, bands: tuple[str, ...], detection_snr: float) -> dict[str, Array]:
    """Return what light curves look like, (n,) each, NaN where it cannot be told.

    Parameters
    ----------
    x : ndarray, (n, nights, channels)
        Inputs, see `astro_dl.science.supernovae.inputs`.
    bands : tuple of str
        The bands, blue to red.
    detection_snr : float
        Signal-to-noise ratio of a detection.

    Returns
    -------
    dict
        ``snr`` (log₁₀ of the largest of a night and band), ``<band> - <band>`` (colours at maximum
        [mag]), ``days`` (from the first detection to the last) and ``rise`` (from the first
        detection to the brightest night).
    """
    nights, _ = unpacked(x)
    snr = nights.signal_to_noise
    total = np.sqrt((np.maximum(snr, 0) ** 2).sum(axis=2))
    brightest = np.take_along_axis(nights.time, total.argmax(axis=1)[:, None], axis=1)
    near = nights.known & (abs(nights.time - brightest) <= NEAR_MAXIMUM)
    flux, error = _averaged(nights, near)
    found = {"snr": np.log10(np.maximum(snr.max(axis=(1, 2)), 1e-3))}
    good = flux > FAINTEST_COLOR * error
    for place, (blue, red) in enumerate(pairwise(bands)):
        both = good[:, place] & good[:, place + 1]
        ratio = np.where(both, flux[:, place], 1) / np.where(both, flux[:, place + 1], 1)
        found[f"{blue} - {red}"] = np.where(both, -2.5 * np.log10(ratio), np.nan)
    seen = nights.known & (snr >= detection_snr).any(axis=2)
    found["days"] = np.where(seen, nights.time, 0).max(axis=1)
    found["rise"] = brightest[:, 0]
    return found


def distance(one: Array, other: Array) -> float:
    """Return the Kolmogorov-Smirnov distance of two samples, NaN left out."""
    return float(scipy.stats.ks_2samp(one[np.isfinite(one)], other[np.isfinite(other)]).statistic)


def _averaged(nights: Nights, near: Array) -> tuple[Array, Array]:
    used = nights.observed & near[..., None]
    weight = np.divide(1, nights.error**2, out=np.zeros_like(nights.error), where=used)
    total = np.maximum(weight.sum(axis=1), 1e-12)
    return (weight * nights.flux).sum(axis=1) / total, total**-0.5
