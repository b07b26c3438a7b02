"""The eight orientations of a square image: what it shows does not depend on them."""

from functools import partial

import numpy as np

from astro_dl.data.examples import Inputs

__all__ = ["ORIENTATIONS", "orient", "random_orientation"]


def orient(x: Inputs, quarter_turns: int, mirrored: bool) -> Inputs:
    """Return square images turned by quarter turns, then mirrored along the x axis.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        (n, size, size, channels), or several of them by name, turned together.
    quarter_turns : int
        Number of turns by 90°, from y towards x as `numpy.rot90` counts.
    mirrored : bool
        Whether the columns are reversed.
    """
    if isinstance(x, dict):
        return {name: orient(one, quarter_turns, mirrored) for name, one in x.items()}  # type: ignore[misc]
    turned = np.rot90(x, quarter_turns, axes=(1, 2))
    return np.ascontiguousarray(turned[:, :, ::-1] if mirrored else turned)


ORIENTATIONS = tuple(
    partial(orient, quarter_turns=turns, mirrored=mirrored)
    for mirrored in (False, True)
    for turns in range(4)
    if turns or mirrored
)
"""The seven orientations other than the image's own."""


def random_orientation(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return every image in one of its eight orientations, all as likely.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        (n, size, size, channels), or several of them by name, turned together.
    rng : numpy.random.Generator
        Source of randomness.
    """
    arrays = x if isinstance(x, dict) else {"x": x}
    n = len(next(iter(arrays.values())))
    drawn = rng.integers(0, 8, n)
    turned = {name: array.copy() for name, array in arrays.items()}
    for number, change in enumerate(ORIENTATIONS, start=1):
        rows = drawn == number
        for name, array in arrays.items():
            turned[name][rows] = change(array[rows])
    return turned if isinstance(x, dict) else turned["x"]
