"""The background of an image and its noise, measured in boxes."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.cutouts import MEDIAN_OF_ABSOLUTE_NORMAL

BOX = 64
LEAST_SHARE = 0.1
"""Of the pixels of a box that must be known for it to count."""


@dataclass(frozen=True)
class Background:
    """Level and noise of an image at the middles of its boxes, between which they are interpolated.

    Parameters
    ----------
    level, noise : ndarray, (rows, columns)
        Median, and median absolute deviation as a standard deviation, of each box.
    row_middles, column_middles : ndarray
        Where the boxes are [pixel].
    shape : tuple of int
        Of the image.
    """

    level: np.ndarray
    noise: np.ndarray
    row_middles: np.ndarray
    column_middles: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def measure(cls, image: np.ndarray, box: int = BOX) -> "Background":
        """Return the background of an image.

        Parameters
        ----------
        image : ndarray, (H, W)
            In any linear unit; NaN where it is not known. It may be mapped from a file.
        box : int, default 64
            Pixels along either side of a box; those of the last ones are shared evenly.

        Raises
        ------
        UsageError
            If no box has enough pixels, or they are all alike.
        """
        rows, columns = (_edges(side, box) for side in image.shape)
        shape = (len(rows) - 1, len(columns) - 1)
        level, noise = np.full(shape, np.nan), np.full(shape, np.nan)
        for i, j in np.ndindex(shape):
            part = np.asarray(image[rows[i] : rows[i + 1], columns[j] : columns[j + 1]], np.float64)
            known = part[np.isfinite(part)]
            if known.size >= max(1, LEAST_SHARE * part.size):
                level[i, j] = np.median(known)
                deviation = np.median(np.abs(known - level[i, j]))
                noise[i, j] = deviation / MEDIAN_OF_ABSOLUTE_NORMAL
        good = np.isfinite(level) & (noise > 0)
        if not good.any():
            raise UsageError("no part of the image has a noise that can be measured")
        # What a box cannot tell is as in the median of the others.
        level, noise = (np.where(good, one, np.median(one[good])) for one in (level, noise))
        down, across = ((edges[1:] + edges[:-1] - 1) / 2 for edges in (rows, columns))
        return cls(level, noise, down, across, image.shape)

    def at(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return level and noise in some rows of the image, float32."""
        wanted = np.arange(self.shape[0])[rows]
        along = _weights(wanted, self.row_middles)
        across = _weights(np.arange(self.shape[1]), self.column_middles)
        level, noise = (
            (along @ one @ across.T).astype(np.float32) for one in (self.level, self.noise)
        )
        return level, noise


def _edges(side: int, box: int) -> np.ndarray:
    return np.linspace(0, side, max(1, round(side / box)) + 1).astype(int)


def _weights(places: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """Return how much each middle counts at each place, linearly between them."""
    return np.stack([np.interp(places, middles, row) for row in np.eye(len(middles))], axis=1)
