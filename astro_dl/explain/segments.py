"""Parts of an input that are taken away together: tiles of series and images, columns of tables."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.task import Shape
from astro_dl.explain.logit import Logit

PARTS = {1: 32, 2: 8}
"""Into how many an axis is divided by default, by the number of axes without channels."""


def positions(shape: Shape) -> Shape:
    """Return the axes of an input without its channels; of a vector all."""
    return shape[:-1] or shape


def extents(shape: Shape, window: int | tuple[int, ...] | None, what: str = "window") -> Shape:
    """Return a window along each axis of an input without channels.

    Parameters
    ----------
    shape : tuple of int
        Of one example.
    window : int, tuple of int or None
        One number for all axes, or one each. None for single values of vectors, a 32nd of series,
        and an eighth of each side of images.
    what : str, default "window"
        What to call it.

    Raises
    ------
    UsageError
        If it is not positive, or of another number of axes.
    """
    axes = positions(shape)
    if window is None:
        parts = PARTS.get(len(axes), PARTS[2])
        return (1,) if len(shape) == 1 else tuple(max(1, axis // parts) for axis in axes)
    values = (window,) * len(axes) if isinstance(window, int) else tuple(window)
    if len(values) != len(axes) or min(values) < 1:
        raise UsageError(
            f"{what} must be one positive number or {len(axes)} of them, not {window!r}"
        )
    return values


def corners(axes: Shape, window: Shape, steps: Shape) -> Iterator[tuple[slice, ...]]:
    """Yield where windows lie; the last along each axis is drawn in to end with it."""
    starts = (
        sorted({*range(0, length - extent + 1, step), length - extent})
        for length, extent, step in zip(axes, window, steps, strict=True)
    )
    for corner in product(*starts):
        yield tuple(slice(k, k + extent) for k, extent in zip(corner, window, strict=True))


def segments(
    logit: Logit, window: int | tuple[int, ...] | None = None, columns: int = 0
) -> np.ndarray:
    """Return parts that do not overlap and cover every input.

    Parameters
    ----------
    logit : Logit
        Whose inputs are divided.
    window : int or tuple of int, optional
        Extent of a part, see `extents`; all channels go together.
    columns : int, default 0
        Of tables, whose vectors are so many values and as many marks of missing ones: a column's
        two are one part.

    Returns
    -------
    ndarray of bool, (parts, size)
    """
    if columns and logit.size == 2 * columns:
        eye = np.eye(columns, dtype=bool)
        return np.concatenate([eye, eye], axis=1)
    rows = []
    for _, part, shape in logit.parts():
        axes = positions(shape)
        sides = tuple(
            min(extent, axis) for extent, axis in zip(extents(shape, window), axes, strict=True)
        )
        starts = (range(0, axis, side) for axis, side in zip(axes, sides, strict=True))
        for corner in product(*starts):
            chosen = np.zeros(shape, bool)
            chosen[tuple(slice(k, k + side) for k, side in zip(corner, sides, strict=True))] = True
            row = np.zeros(logit.size, bool)
            row[part] = chosen.ravel()
            rows.append(row)
    return np.array(rows)


def spread(effects: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Return effects (n, parts) divided evenly within each part, (n, size) float32."""
    return ((effects / parts.sum(axis=1)) @ parts).astype(np.float32)
