"""What covers the quiet Sun in maps of averaged pixels: granulation, noise, magnetic network."""

import numpy as np
from scipy import ndimage

CORRELATION_LENGTH_PX = 1.26
"""Gaussian correlation: 0.73, 0.28, 0.06 at 1, 2, 3 pixels of 0.03 deg, as in remapped HMI data."""


def averaged_noise(
    shape: tuple[int, int, int], sigma: float, binning: float, rng: np.random.Generator
) -> np.ndarray:
    """Return granulation (or noise) averaged over square pixels of ``binning`` native pixels.

    Native pixels are correlated, so the average falls more slowly than 1 / binning, and neighbours
    stay correlated: both follow exactly from the Gaussian correlation, along each axis.

    Parameters
    ----------
    shape : tuple of int
        (n, rows, columns).
    sigma : float
        Standard deviation of a native pixel.
    binning : float
        Native pixels along a side of an averaged one, rounded; at least 3.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32
    """
    size = max(3, round(binning))
    lags = np.arange(-size + 1, 2 * size)
    correlation = np.exp(-0.5 * (lags / CORRELATION_LENGTH_PX) ** 2)
    weights = (size - np.abs(np.arange(-size + 1, size))) / size**2
    variance = weights @ correlation[: 2 * size - 1]
    neighbour = weights @ correlation[size:]
    # A moving average (a, 1, a) has the correlation 2a / (1 + 2a²) between neighbours.
    ratio = float(neighbour / variance)
    a = (1 - np.sqrt(1 - 2 * ratio**2)) / (2 * ratio)
    kernel = np.array([a, 1.0, a]) / np.sqrt(1 + 2 * a**2)
    field = rng.standard_normal(shape, dtype=np.float32)
    for axis in (1, 2):
        field = ndimage.correlate1d(field, kernel, axis=axis, mode="wrap")
    return field * np.float32(sigma * variance)


def magnetic_network(
    shape: tuple[int, int, int], scale_gauss: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the mixed-polarity field of the quiet Sun: weak nearly everywhere, strong in lanes.

    Parameters
    ----------
    shape : tuple of int
        (n, rows, columns).
    scale_gauss : float
        Typical field [G]; the distribution has a lognormal tail.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32 [G]
    """
    polarity, strength = rng.standard_normal((2, *shape), dtype=np.float32)
    lanes = _smoothed(strength, 1.2).clip(-3, 2.6)
    return np.float32(scale_gauss) * _smoothed(polarity, 0.6) * np.exp(np.float32(1.3) * lanes)


def _smoothed(field: np.ndarray, sigma: float) -> np.ndarray:
    """Return white noise (n, rows, columns) smoothed by a Gaussian [px], of unit variance again."""
    smooth = ndimage.gaussian_filter(field, (0, sigma, sigma), mode="wrap")
    return smooth / smooth.std()
