"""The eight orientations of a square image, the four of an oblong one: it shows the same in all."""

from functools import partial
from typing import Any

import numpy as np

from astro_dl.core.examples import Inputs, input_length
from astro_dl.core.task import Augmentation


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


def oriented(x: Inputs, numbers: np.ndarray) -> Inputs:
    """Return every image in an orientation of its own.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        (n, size, size, channels), or several of them by name, turned together.
    numbers : ndarray of int, (n,)
        0 to 7: as many quarter turns as the remainder of a division by 4, mirrored from 4 on.

    Returns
    -------
    As the images
        Tensors of Keras are turned on the device that they are on, in one gathering of pixels.
    """
    if isinstance(x, dict) and not all(isinstance(one, np.ndarray) for one in x.values()):
        return {name: oriented(one, numbers) for name, one in x.items()}  # type: ignore[misc]
    if not isinstance(x, np.ndarray | dict):
        return _gathered(x, numbers)
    arrays = x if isinstance(x, dict) else {"x": x}
    turned = {name: array.copy() for name, array in arrays.items()}
    for number, change in enumerate(ORIENTATIONS, start=1):
        rows = numbers == number
        # Of oblong images none is turned by an odd number, which would not fit.
        for name, array in arrays.items() if rows.any() else ():
            turned[name][rows] = change(array[rows])
    return turned if isinstance(x, dict) else turned["x"]


def _gathered(x: Any, numbers: np.ndarray) -> Any:
    """Return tensors (n, height, width, channels), each in an orientation of its own."""
    import keras

    _, height, width, channels = x.shape
    pixels = np.arange(height * width, dtype=np.int32).reshape(1, height, width, 1)
    changed: list[Any] = [pixels, *(change(pixels) for change in ORIENTATIONS)]
    places = np.stack([one.reshape(-1) for one in changed])[numbers]
    flat = keras.ops.reshape(x, (-1, height * width, channels))
    turned = keras.ops.take_along_axis(flat, places[..., None], axis=1)
    return keras.ops.reshape(turned, (-1, height, width, channels))


def random_orientation(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return every image in one of its eight orientations, all as likely.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        (n, size, size, channels), or several of them by name, turned together.
    rng : numpy.random.Generator
        Source of randomness.
    """
    return oriented(x, rng.integers(0, 8, input_length(x)))


def random_orientation_of_both(
    x: Inputs, y: np.ndarray, rng: np.random.Generator
) -> tuple[Inputs, np.ndarray]:
    """Return every image and the truth of its pixels in one of the eight orientations.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        (n, size, size, channels), or several of them by name, turned together.
    y : ndarray, (n, size, size)
        What is to be told of each pixel.
    rng : numpy.random.Generator
        Source of randomness.
    """
    numbers = rng.integers(0, 8, len(y))
    truth: Any = oriented(y[..., None], numbers)
    return oriented(x, numbers), truth[..., 0]


def random_half_turn(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return every image in one of the four orientations that leave its shape, all as likely."""
    return oriented(x, 2 * rng.integers(0, 4, input_length(x)))


def orientations_of(height: int, width: int) -> Augmentation:
    """Return how images of a size are changed where no direction is told from another."""
    if height == width:
        return Augmentation(inputs=random_orientation, symmetries=ORIENTATIONS)
    half = tuple(one for one in ORIENTATIONS if one.keywords["quarter_turns"] % 2 == 0)
    return Augmentation(inputs=random_half_turn, symmetries=half)
