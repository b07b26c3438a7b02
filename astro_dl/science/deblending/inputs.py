"""What a network is given: a stamp about one source, and where it and the others are."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.science.deblending.physics import DeblendingPhysics

Array = np.ndarray
NOISE, POSITIONS = "noise", "positions"
MOST_SOURCES = 8
"""That a network is told of: the one in the middle, and those nearest to it."""

MIDDLE = 4
"""Pixels along either side of the square in the middle, whose mean is the unit of light."""


def deblending_spec(physics: DeblendingPhysics) -> InputSpec:
    """Return the shapes of all inputs and what their numbers mean."""
    size, spread = physics.size_pixels, physics.point_spread_pixels
    return InputSpec(
        {
            IMAGE: (size, size, 1),
            NOISE: (1,),
            POSITIONS: (MOST_SOURCES, 3),
            POINT_SPREAD: (spread, spread, 1),
        },
        {
            IMAGE: "light above the sky, in units of the brightness in the middle",
            NOISE: "standard deviation of the noise of a pixel, in the same unit",
            POSITIONS: "x, y [pixel] from the middle and 1 for each source, that in the middle "
            "first; 0, 0, 0 for none",
            POINT_SPREAD: "point-spread function with the pixel in it, of unit sum",
        },
    )


def brightness(images: Array) -> Array:
    """Return the unit of light (n,), in σ: √(1 + b²), b the mean of 4 × 4 pixels in the middle."""
    first = (images.shape[-1] - MIDDLE) // 2
    inside = slice(first, first + MIDDLE)
    return np.hypot(1, images[:, inside, inside].mean(axis=(1, 2)))


def network_input(images: Array, positions: Array, point_spreads: Array) -> dict[str, Array]:
    """Return the inputs of networks.

    Parameters
    ----------
    images : ndarray, (n, size, size)
        Light above the sky, in standard deviations of the noise.
    positions : ndarray, (n, 8, 3)
        As `told_positions` makes them.
    point_spreads : ndarray, (n, k, k)
        Of unit sum, k odd.
    """
    unit = brightness(images)
    arrays = {
        IMAGE: (images / unit[:, None, None])[..., None],
        NOISE: 1 / unit[:, None],
        POSITIONS: positions,
        POINT_SPREAD: point_spreads[..., None],
    }
    return {name: one.astype(np.float32) for name, one in arrays.items()}


def told_positions(own: Array, others: Array) -> Array:
    """Return the places (8, 3) of which a network is told.

    Parameters
    ----------
    own : ndarray, (2,)
        x and y of the source from the middle of its stamp [pixel].
    others : ndarray, (m, 2)
        Of all other sources, of which the nearest are told.
    """
    told = np.zeros((MOST_SOURCES, 3))
    nearest = np.argsort(np.hypot(*(others - own).T), kind="stable")[: MOST_SOURCES - 1]
    places = np.concatenate([own[None], others[nearest]])
    told[: len(places), :2], told[: len(places), 2] = places, 1
    return told


def images_of(x: Inputs) -> tuple[Array, list[Array], Array]:
    """Return images (n, size, size) [σ], places (m, 2) of each, and point-spread functions."""
    assert isinstance(x, dict)
    images = x[IMAGE][..., 0].astype(float) / x[NOISE][:, :, None]
    places = [one[one[:, 2] > 0, :2].astype(float) for one in x[POSITIONS]]
    return images, places, x[POINT_SPREAD][..., 0].astype(float)
