"""Axes of pixels, and blocks of images that fit the cache of a processor."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

BLOCK = 32
"""Images that are made at once."""


def pixel_axis(size: int, pixel_scale: float, dtype: DTypeLike = np.float64) -> np.ndarray:
    """Return the coordinates of the centres of a row of pixels, about its middle [arcsec]."""
    return ((np.arange(size) - (size - 1) / 2) * pixel_scale).astype(dtype)


def blocks(n: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices that cover n items in order."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
