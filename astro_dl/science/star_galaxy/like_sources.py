"""What a star looks like where bright pixels are cut off: like others of its frame as bright."""

import numpy as np
from scipy.ndimage import uniform_filter

from astro_dl.observations.images.point_spread import prepare_kernel

Array = np.ndarray
ALIKE = 25
"""Sources of a frame that tell what a star as bright as another one looks like."""

CORE = 3.3
"""Light above which pixels are of a source's core [σ]."""

NEAR = 12
"""Pixels about the middle where a core is looked for."""


def of_like_sources(images: Array, frames: Array, reach: int) -> Array:
    """Return what a star as bright as each source would look like, (n, reach, reach) of unit sum.

    It is the median of the `ALIKE` others of its frame whose cores are most nearly as large,
    whatever they are called; where the brightest pixels are cut off, the core tells how bright a
    source is.

    Parameters
    ----------
    images : ndarray, (n, size, size)
        Light above the sky [σ].
    frames : ndarray, (n,)
        The frame of each.
    reach : int
        Pixels along either side, odd.
    """
    found = np.empty((len(images), reach, reach))
    for name in np.unique(frames):
        own = frames == name
        found[own] = _of_frame(np.stack([_centred(image) for image in images[own]]), reach)
    return found


def _of_frame(centred: Array, reach: int) -> Array:
    half, part = centred.shape[1] // 2, reach // 2
    stamps = centred[:, half - part : half + part + 1, half - part : half + part + 1]
    near = slice(half - min(NEAR, half), half + NEAR + 1)
    smooth = uniform_filter(centred, (0, 3, 3))[:, near, near]
    # of cores as large, the brightest pixel decides
    size = np.sum(smooth > CORE, axis=(1, 2)) + 0.2 * np.maximum(smooth.max(axis=(1, 2)), 0)
    far = np.abs(np.log1p(size)[:, None] - np.log1p(size))
    # of a frame with a single source, that one
    alike = np.argsort(far, axis=1, kind="stable")[:, min(1, len(centred) - 1) : ALIKE + 1]
    medians = [np.median(stamps[one], axis=0) for one in alike]
    # nowhere but noise: any shape of unit sum
    return np.stack([prepare_kernel(np.maximum(one, 0) + 1e-9) for one in medians])


def _centred(image: Array) -> Array:
    """Return an image moved by whole pixels, its brightest pixel near the middle in the middle."""
    half = len(image) // 2
    part = slice(half - 4, half + 5)
    near = image[part, part]
    smooth = near + np.roll(near, 1, 0) + np.roll(near, -1, 0)
    smooth = smooth + np.roll(near, 1, 1) + np.roll(near, -1, 1)
    row, column = np.unravel_index(smooth[1:-1, 1:-1].argmax(), (7, 7))
    return np.roll(image, (3 - row, 3 - column), (0, 1))
