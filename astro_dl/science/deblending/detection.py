"""Places of sources in an image, where nobody tells them."""

import numpy as np
from scipy import ndimage, signal

from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA

Array = np.ndarray
SIDE = 3
"""Pixels along either side of the square within which a peak is the brightest."""

NARROW, WIDE = 0.7, 1.4
"""Standard deviations, over the seeing's, of the Gaussians whose difference sharpens: of a star it
has 0.6 of the signal-to-noise ratio, and tells two apart that are 1.2 widths of the seeing from
each other, one half as bright as the other (1.9 without)."""

LEAST_SHARP = 3.0
"""Of a peak in the sharpened image, in standard deviations of its noise."""


def find_peaks(light: Array, point_spread: Array, threshold: float) -> Array:
    """Return the places of peaks that stand out, the brightest first.

    Correlation with the point-spread function tells how much each pixel stands out, which finds
    stars as well as anything can; peaks are those of a sharper image, a difference of Gaussians
    (Marr & Hildreth 1980), in which sources that overlap are still apart. They are placed between
    pixels by parabolas through their neighbours.

    Parameters
    ----------
    light : ndarray, (H, W)
        Above the sky, in standard deviations of the noise; NaN where it is not known.
    point_spread : ndarray, (k, k)
        Of unit sum.
    threshold : float
        Least signal-to-noise ratio of a star as bright as the peak.

    Returns
    -------
    ndarray, (n, 2)
        x and y [pixel, from 0].
    """
    known = np.isfinite(light)
    filled = np.where(known, light, 0).astype(np.float32)
    seen = _correlated(filled, point_spread)
    sharp = _correlated(filled, _sharpening(point_spread))
    peaks = (ndimage.maximum_filter(sharp, SIDE) == sharp) & known
    rows, columns = np.nonzero(peaks & (seen > threshold) & (sharp > LEAST_SHARP))
    order = np.argsort(-seen[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    padded = np.pad(sharp, 1, mode="edge")
    here = padded[rows + 1, columns + 1]
    x = columns + _vertex(padded[rows + 1, columns], here, padded[rows + 1, columns + 2])
    y = rows + _vertex(padded[rows, columns + 1], here, padded[rows + 2, columns + 1])
    return np.stack([x, y], axis=1)


def _correlated(image: Array, kernel: Array) -> Array:
    """Return the correlation with a kernel, in standard deviations of its noise."""
    unit = (kernel / np.sqrt(np.sum(kernel**2))).astype(np.float32)
    return signal.oaconvolve(image, unit[::-1, ::-1], mode="same")


def _sharpening(point_spread: Array) -> Array:
    """Return the difference of two Gaussians, as large as a point-spread function."""
    sigma = full_width_at_half_maximum(point_spread) / FWHM_PER_SIGMA
    middle = np.zeros_like(point_spread)
    middle[len(middle) // 2, len(middle) // 2] = 1
    narrow, wide = (ndimage.gaussian_filter(middle, one * sigma) for one in (NARROW, WIDE))
    return narrow - wide


def _vertex(before: Array, here: Array, after: Array) -> Array:
    """Return where parabolas through three points, the middle one the highest, are highest."""
    curvature = 2 * here - before - after
    return np.where(curvature > 0, 0.5 * (after - before) / np.maximum(curvature, 1e-12), 0.0)
