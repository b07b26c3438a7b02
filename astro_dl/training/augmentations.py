"""Random changes of training inputs by name, each of which leaves the truth as it is.

Images are (n, y, x, bands), series (n, steps, channels); each example is changed by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import affine_transform, gaussian_filter

from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.examples import Inputs

Array = np.ndarray
Change = Callable[[Array, float, np.random.Generator], Array]


@dataclass(frozen=True)
class Augmentation:
    """A change of one example.

    Parameters
    ----------
    change : callable
        ``(example, amount, rng) -> example``.
    axes : int
        Of the examples that it is for: 3 images, 2 series, 0 either.
    """

    change: Change
    axes: int


def changed_inputs(x: Inputs, wanted: Mapping[str, float], rng: np.random.Generator) -> Inputs:
    """Return inputs of which each example is changed at random, in the order of the names.

    Parameters
    ----------
    x : ndarray, (n, …)
        Images or series.
    wanted : mapping of str to float
        Largest change by name, see `AUGMENTATIONS`; a share for ``flip`` and ``dropout_points``.
    rng : numpy.random.Generator
        Source of the changes.

    Raises
    ------
    UsageError
        If a name is unknown, or of a change that is not for such inputs.
    """
    if isinstance(x, dict):
        raise UsageError("training.augmentations: are for one input, not for several by name")
    found = {name: look_up("augmentation", name, AUGMENTATIONS) for name in wanted}
    for name, one in found.items():
        if one.axes not in (0, x.ndim - 1):
            what = "images" if one.axes == 3 else "series"
            raise UsageError(f"training.augmentations.{name}: is for {what}")
    made = []
    for example in np.asarray(x):
        for name, one in found.items():
            example = one.change(example, wanted[name], rng)
        made.append(example)
    return np.stack(made).astype(x.dtype)


def flip(image: Array, share: float, rng: np.random.Generator) -> Array:
    """Mirror a share of the images in each direction."""
    for axis in (0, 1):
        if rng.random() < share / 2:
            image = np.flip(image, axis)
    return image


def turn(image: Array, degrees: float, rng: np.random.Generator) -> Array:
    """Turn by any angle up to this [deg], about the centre."""
    angle = np.radians(rng.uniform(-degrees, degrees))
    return _moved(image, _rotation(angle))


def zoom(image: Array, fraction: float, rng: np.random.Generator) -> Array:
    """Magnify or shrink by up to this fraction, about the centre."""
    return _moved(image, np.eye(2) / (1 + rng.uniform(-fraction, fraction)))


def shift(image: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Move by up to so many whole pixels in each direction."""
    y, x = rng.integers(-int(pixels), int(pixels) + 1, 2)
    return _moved(image, np.eye(2), (float(y), float(x)))


def brightness(image: Array, fraction: float, rng: np.random.Generator) -> Array:
    """Multiply by up to one plus or minus this."""
    return image * (1 + rng.uniform(-fraction, fraction))


def noise(example: Array, deviation: float, rng: np.random.Generator) -> Array:
    """Add Gaussian noise of a deviation up to this, in the units of the input."""
    return example + rng.uniform(0, deviation) * rng.normal(size=example.shape)


def blur(image: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Smooth by a Gaussian of a deviation up to so many pixels."""
    width = rng.uniform(0, pixels)
    return gaussian_filter(image, (width, width, 0))


def time_shift(series: Array, steps: float, rng: np.random.Generator) -> Array:
    """Move by up to so many whole steps; what leaves one end enters at the other."""
    return np.roll(series, rng.integers(-int(steps), int(steps) + 1), axis=0)


def time_mask(series: Array, steps: float, rng: np.random.Generator) -> Array:
    """Set one stretch of up to so many steps to 0."""
    width = int(rng.integers(0, int(steps) + 1))
    first = int(rng.integers(0, max(1, len(series) - width + 1)))
    masked = np.array(series)
    masked[first : first + width] = 0
    return masked


def dropout_points(series: Array, share: float, rng: np.random.Generator) -> Array:
    """Set up to this share of the steps to 0, each by itself."""
    lost = rng.random(len(series)) < rng.uniform(0, share)
    return np.where(lost[:, None], 0, series)


AUGMENTATIONS: Mapping[str, Augmentation] = {
    "flip": Augmentation(flip, 3),
    "turn": Augmentation(turn, 3),
    "shift": Augmentation(shift, 3),
    "zoom": Augmentation(zoom, 3),
    "brightness": Augmentation(brightness, 0),
    "noise": Augmentation(noise, 0),
    "blur": Augmentation(blur, 3),
    "time_shift": Augmentation(time_shift, 2),
    "time_mask": Augmentation(time_mask, 2),
    "dropout_points": Augmentation(dropout_points, 2),
}
"""By the name in ``training.augmentations``."""


def _rotation(angle: float) -> Array:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _moved(image: Array, matrix: Array, by: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Return an image turned, scaled and moved about its centre; edges are continued."""
    centre = (np.array(image.shape[:2]) - 1) / 2
    offset = centre - matrix @ (centre + np.array(by))
    planes = [
        affine_transform(plane, matrix, offset, order=1, mode="nearest")
        for plane in np.moveaxis(image, 2, 0)
    ]
    return np.stack(planes, axis=2)
