"""Rising functions through some points."""

from typing import Self

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.schema import checked

Array = np.ndarray


@checked
class Rising:
    """A function that rises everywhere: straight between its points, and beyond them as there.

    Parameters
    ----------
    x, y : tuple of float
        Two points at least, rising in both; finite.

    Raises
    ------
    UsageError
        If they do not rise, or are fewer than two.
    """

    x: tuple[float, ...] = (0.0, 1.0)
    y: tuple[float, ...] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if len(self.x) < 2 or len(self.x) != len(self.y):
            raise UsageError(f"x, y: {len(self.x)} and {len(self.y)} numbers; two points at least")
        for name in ("x", "y"):
            values = np.array(getattr(self, name))
            if not (np.isfinite(values).all() and (np.diff(values) > 0).all()):
                raise UsageError(f"{name}: not finite and rising")

    @classmethod
    def line(cls, slope: float, offset: float = 0.0) -> Self:
        """Return slope · x + offset."""
        return cls((0.0, 1.0), (offset, offset + slope))

    @classmethod
    def through(cls, x: Array, y: Array) -> Self:
        """Return what goes through points in rising x, or as near as a rising function can.

        Where y falls, or two x are the same, the later one is raised by a thousandth of the mean
        step.
        """
        return cls(tuple(_raised(x).tolist()), tuple(_raised(y).tolist()))

    @property
    def inverse(self) -> "Rising":
        """The function that takes its values back."""
        return Rising(self.y, self.x)

    def __call__(self, values: Array) -> Array:
        """Return the function of values of any shape; NaN of NaN."""
        x, y, points = np.asarray(self.x), np.asarray(self.y), np.asarray(values, float)
        piece = np.clip(np.searchsorted(x, points, side="right") - 1, 0, len(x) - 2)
        return y[piece] + (np.diff(y) / np.diff(x))[piece] * (points - x[piece])


def _raised(values: Array) -> Array:
    found = np.maximum.accumulate(np.asarray(values, float))
    step = max((found[-1] - found[0]) / max(len(found) - 1, 1), 1e-6) / 1000
    for place in range(1, len(found)):
        found[place] = max(found[place], found[place - 1] + step)
    return found
