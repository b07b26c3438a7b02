"""Random changes of training inputs by name, each of which leaves the truth as it is.

Images are (n, y, x, bands), series (n, steps, channels); each example is changed by itself.
"""

from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True)
class Motion:
    """A change that moves the pixels of an image.

    Parameters
    ----------
    source : callable
        ``(amount, rng)`` to where each pixel's light comes from: a matrix (3, 3) that is applied to
        (y, x, 1), from the image's centre [pixel].
    axes : int
        As of an `Augmentation`.
    """

    source: Callable[[float, np.random.Generator], Array]
    axes: int = 3


def changed_inputs(x: Inputs, wanted: Mapping[str, float], rng: np.random.Generator) -> Inputs:
    """Return inputs of which each example is changed at random, in the order of the names.

    Motions that follow each other are made by one interpolation, which blurs the image but once.

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
    found = [(look_up("augmentation", name, AUGMENTATIONS), wanted[name]) for name in wanted]
    for (one, _), name in zip(found, wanted, strict=True):
        if one.axes not in (0, x.ndim - 1):
            what = "images" if one.axes == 3 else "series"
            raise UsageError(f"training.augmentations.{name}: is for {what}")
    return np.stack([_changed(one, found, rng) for one in np.asarray(x)]).astype(x.dtype)


def _changed(
    example: Array,
    changes: Sequence[tuple[Augmentation | Motion, float]],
    rng: np.random.Generator,
) -> Array:
    source = None
    for one, amount in changes:
        if isinstance(one, Motion):
            drawn = one.source(amount, rng)
            source = drawn if source is None else source @ drawn
            continue
        if source is not None:
            example, source = _moved(example, source), None
        example = one.change(example, amount, rng)
    return example if source is None else _moved(example, source)


def flip(image: Array, share: float, rng: np.random.Generator) -> Array:
    """Mirror a share of the images in each direction."""
    for axis in (0, 1):
        if rng.random() < share / 2:
            image = np.flip(image, axis)
    return image


def turn(degrees: float, rng: np.random.Generator) -> Array:
    """Turn by any angle up to this [deg], about the centre."""
    angle = np.radians(rng.uniform(-degrees, degrees))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def zoom(fraction: float, rng: np.random.Generator) -> Array:
    """Magnify or shrink by up to this fraction, about the centre."""
    scale = 1 + rng.uniform(-fraction, fraction)
    return np.diag([1 / scale, 1 / scale, 1])


def shift(pixels: float, rng: np.random.Generator) -> Array:
    """Move by up to so many whole pixels in each direction."""
    y, x = rng.integers(-int(pixels), int(pixels) + 1, 2)
    return np.array([[1, 0, -y], [0, 1, -x], [0, 0, 1]], float)


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


AUGMENTATIONS: Mapping[str, Augmentation | Motion] = {
    "flip": Augmentation(flip, 3),
    "turn": Motion(turn),
    "shift": Motion(shift),
    "zoom": Motion(zoom),
    "brightness": Augmentation(brightness, 0),
    "noise": Augmentation(noise, 0),
    "blur": Augmentation(blur, 3),
    "time_shift": Augmentation(time_shift, 2),
    "time_mask": Augmentation(time_mask, 2),
    "dropout_points": Augmentation(dropout_points, 2),
}
"""By the name in ``training.augmentations``."""


def _moved(image: Array, source: Array) -> Array:
    """Return an image whose light comes from elsewhere, see `Motion`; edges are continued."""
    centre = (np.array(image.shape[:2]) - 1) / 2
    matrix = source[:2, :2]
    offset = centre + source[:2, 2] - matrix @ centre
    planes = [
        affine_transform(plane, matrix, offset, order=1, mode="nearest")
        for plane in np.moveaxis(image, 2, 0)
    ]
    return np.stack(planes, axis=2)
