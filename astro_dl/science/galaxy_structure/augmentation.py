"""Galaxies turned and mirrored, with their point spreads and ellipticities."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.observations.images.orientations import oriented


def random_orientations(
    x: Inputs, y: np.ndarray, rng: np.random.Generator
) -> tuple[Inputs, np.ndarray]:
    """Return galaxies, each in one of its eight orientations, with its parameters."""
    numbers = rng.integers(0, 8, len(y))
    return oriented(x, numbers), turned(y, numbers)


def turned(y: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the parameters (n, 5) of galaxies whose images are turned.

    Parameters
    ----------
    y : ndarray, (n, 5)
        In the order of ``TARGETS``.
    numbers : ndarray of int, (n,)
        Orientations, see `astro_dl.observations.images.orientations.oriented`.
    """
    # a quarter turn changes the sign of both components, a mirror that of the second
    quarter, mirror = 1 - 2 * (numbers % 2), np.where(numbers >= 4, -1, 1)
    changed = y.copy()
    changed[:, 3] *= quarter
    changed[:, 4] *= quarter * mirror
    return changed
