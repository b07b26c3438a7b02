"""Wavelengths of spectra: air and vacuum, logarithmic grids, resampling that keeps the flux."""

import numpy as np

SPEED_OF_LIGHT = 299_792.458
"""In km/s."""

ITERATIONS = 4
FEWEST_KNOWN = 0.5


def vacuum_to_air(wavelength: np.ndarray) -> np.ndarray:
    """Return air wavelengths [Å] from vacuum wavelengths [Å] above 2000 Å.

    Dry air at 15 °C and 101325 Pa: Morton (2000), ApJS 130, 403, eq. 8.
    """
    return wavelength / _refraction(wavelength)


def air_to_vacuum(wavelength: np.ndarray) -> np.ndarray:
    """Return vacuum wavelengths [Å] from air wavelengths [Å]; the inverse of `vacuum_to_air`."""
    air = np.asarray(wavelength, np.float64)
    vacuum = air
    for _ in range(ITERATIONS):
        vacuum = air * _refraction(vacuum)
    return vacuum


def _refraction(vacuum: np.ndarray) -> np.ndarray:
    squared = (1e4 / np.asarray(vacuum, np.float64)) ** 2
    return 1 + 8.34254e-5 + 2.406147e-2 / (130 - squared) + 1.5998e-4 / (38.9 - squared)


def log_edges(wavelength_range: tuple[float, float], pixels: int) -> np.ndarray:
    """Return the edges (pixels + 1,) of pixels of equal width in the logarithm."""
    low, high = np.log(wavelength_range)
    return np.exp(np.linspace(low, high, pixels + 1))


def resample(
    wavelength: np.ndarray, flux: np.ndarray, good: np.ndarray, edges: np.ndarray
) -> np.ndarray:
    """Return the mean flux density in every pixel of another grid.

    Parameters
    ----------
    wavelength : ndarray, (m,)
        Rising centres of the spectrum's pixels; the edges are taken halfway between them.
    flux : ndarray, (..., m)
        Flux density per unit of wavelength; what bad pixels hold does not matter.
    good : ndarray of bool, (..., m)
        Which pixels are used.
    edges : ndarray, (pixels + 1,)
        Rising edges of the new pixels, in the same unit.

    Returns
    -------
    ndarray of float64, (..., pixels)
        NaN where good pixels cover less than half of the new one.
    """
    middle = 0.5 * (wavelength[1:] + wavelength[:-1])
    first, last = 1.5 * wavelength[:1] - 0.5 * wavelength[1:2], 1.5 * wavelength[-1:]
    own = np.concatenate([first, middle, last - 0.5 * wavelength[-2:-1]])
    width = np.diff(own) * good
    total = _between(np.where(good, flux, 0) * width, own, edges)
    covered = _between(width, own, edges)
    known = covered > FEWEST_KNOWN * np.diff(edges)
    return np.where(known, total / np.where(known, covered, 1), np.nan)


def _between(amount: np.ndarray, own: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the amounts (..., pixels) that fall between edges, spread evenly over own pixels."""
    summed = np.concatenate([np.zeros((*amount.shape[:-1], 1)), np.cumsum(amount, axis=-1)], -1)
    place = np.interp(edges, own, np.arange(len(own)))
    left = np.minimum(place.astype(int), len(own) - 2)
    share = place - left
    at_edges = summed[..., left] * (1 - share) + summed[..., left + 1] * share
    return np.diff(at_edges, axis=-1)
