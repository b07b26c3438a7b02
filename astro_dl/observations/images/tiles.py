"""Images of any size through networks of one size: in tiles that overlap."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError

LARGEST = 512
"""Pixels along either side of a tile."""


@dataclass(frozen=True)
class Tiling:
    """Tiles that cover an image, of which the inner parts are used.

    Parameters
    ----------
    size : int
        Pixels along either side of a tile.
    margin : int
        Width of the border that is left out on every side: how far away a pixel may matter.
    """

    size: int
    margin: int

    def __post_init__(self) -> None:
        if not 0 <= 2 * self.margin < self.size:
            raise UsageError(
                f"tiles of {self.size} pixels have no inner part with a margin of {self.margin}; "
                f"accepted: margins below {-(-self.size // 2)}"
            )

    @property
    def step(self) -> int:
        """Pixels from one tile to the next."""
        return self.size - 2 * self.margin

    def starts(self, side: int) -> range:
        """Return where the inner parts begin along an axis of an image."""
        return range(0, side, self.step)

    def places(self, start: int, side: int) -> np.ndarray:
        """Return which pixels along an axis are in a tile: mirrored at the ends of the image."""
        return mirrored(np.arange(start - self.margin, start - self.margin + self.size), side)


def mirrored(places: np.ndarray, side: int) -> np.ndarray:
    """Return which pixels along an axis of an image stand at places within it and beyond."""
    period = max(1, 2 * side - 2)
    folded = np.abs((places + side - 1) % period - (side - 1))
    return np.minimum(folded, side - 1)


def tiling_of_unet(hyperparameters: Mapping[str, Any], shape: tuple[int, int]) -> Tiling:
    """Return tiles that leave no seam, and are no larger than an image needs.

    Parameters
    ----------
    hyperparameters : mapping
        Of `astro_dl.models.unet.unet2d`, or what is built like it.
    shape : tuple of int
        Rows and columns of the image.
    """
    from astro_dl.models.unet import reach

    values = hyperparameters
    scale = 2 ** (len(values["filters"]) - 1)
    margin = reach(values["filters"], values["convolutions"], values["kernel_size"])
    enough = -(-(max(shape) + 2 * margin) // scale) * scale
    return Tiling(min(LARGEST, enough), margin)


def in_tiles(
    shape: tuple[int, int],
    tiling: Tiling,
    read: Callable[[slice], np.ndarray],
    apply: Callable[[np.ndarray], np.ndarray],
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield what a network says of an image, in bands of rows from the top, in bounded memory.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    tiling : Tiling
        How it is divided.
    read : callable
        Rows of the image to arrays (rows, columns, channels).
    apply : callable
        Tiles (n, size, size, channels) to answers (n, size, size, …).

    Yields
    ------
    rows : slice
        Of the image.
    answers : ndarray, (rows, columns, …)
        For all of their pixels.
    """
    height, width = shape
    inner = slice(tiling.margin, tiling.margin + tiling.step)
    for top in tiling.starts(height):
        rows = tiling.places(top, height)
        first = int(rows.min())
        band = read(slice(first, int(rows.max()) + 1))[rows - first]
        tiles = [band[:, tiling.places(left, width)] for left in tiling.starts(width)]
        answers = apply(np.stack(tiles))[:, inner, inner]
        joined = np.concatenate(list(answers), axis=1)[:, :width]
        bottom = min(top + tiling.step, height)
        yield slice(top, bottom), joined[: bottom - top]
