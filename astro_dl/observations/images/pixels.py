"""Axes of pixels, those that were observed, and blocks of images that fit a processor's cache."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike
from scipy.ndimage import grey_opening, maximum_filter

BLOCK = 32
"""Images that are made at once."""

FILL_SIDE = 5
"""Pixels along either side of the smallest square that is taken for filled."""

BAND = 512
"""Rows that are looked at together."""


def pixel_axis(size: int, pixel_scale: float, dtype: DTypeLike = np.float64) -> np.ndarray:
    """Return the coordinates of the centres of a row of pixels, about its middle [arcsec]."""
    return ((np.arange(size) - (size - 1) / 2) * pixel_scale).astype(dtype)


def blocks(n: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices that cover n items in order."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def observed(image: np.ndarray) -> np.ndarray:
    """Return an image with NaN where nothing was observed; as it is where all of it was.

    Those are pixels that are not finite, and those that were filled, as resampled mosaics are
    beyond the edges of their exposures and between detectors: squares of 5 × 5 pixels, or 3 × 3 in
    a corner of the image, that are all zero, or all of its least value. No noise is so even. An
    image of one value throughout was not filled; it has no noise.

    Parameters
    ----------
    image : ndarray, (H, W)
        Of any type; it may be mapped from a file.
    """
    bands = list(blocks(len(image), BAND))
    ranges = [_range(image[rows]) for rows in bands]
    least, greatest = min(low for low, _ in ranges), max(high for _, high in ranges)
    found = None
    for rows in bands:
        lost = ~np.isfinite(image[rows])
        if least < greatest:
            first = max(0, rows.start - 2 * FILL_SIDE)
            filled = _filled(image[first : rows.stop + 2 * FILL_SIDE], least)
            lost |= filled[rows.start - first :][: len(lost)]
        if lost.any():
            if found is None:
                found = np.array(image, image.dtype if image.dtype.kind == "f" else np.float32)
            found[rows][lost] = np.nan
    return image if found is None else found


def _range(image: np.ndarray) -> tuple[float, float]:
    """Return the least and the greatest finite value, infinities of either sign without one."""
    known = image[np.isfinite(image)]
    return (float(known.min()), float(known.max())) if known.size else (np.inf, -np.inf)


def _filled(image: np.ndarray, least: float) -> np.ndarray:
    """Return which pixels are among many that are all zero, or all of the least value."""
    even = (image == 0) | (image == least)
    if np.count_nonzero(even) < FILL_SIDE:
        return np.zeros(image.shape, bool)
    squares = grey_opening(even.view(np.uint8), FILL_SIDE, mode="nearest")
    # The jagged edges of turned exposures hold no whole square.
    return even & maximum_filter(squares, FILL_SIDE).astype(bool)
