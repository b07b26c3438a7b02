"""Statistics of the structure of galaxies, as they are measured on images.

Concentration and asymmetry: Conselice (2003), ApJS 147, 1; Gini and M20: Lotz, Primack & Madau
(2004), AJ 128, 163; here about the centroid, in circles, on stamps with one galaxy in the middle.
"""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.science.galaxy_generation.physics import GalaxyGenerationPhysics

Array = np.ndarray
STATISTICS = ("magnitude", "ln_radius", "axis_ratio", "concentration", "asymmetry", "gini", "m20")
WINDOW = 0.25
"""Standard deviation of the Gaussian window of centroid and moments, in sides of an image."""

NOISE_DIFFERENCE = 2 / np.sqrt(np.pi)
"""Mean modulus of the difference of two pixels of noise [σ]."""

EXTENT = 2.0
"""Of the circle of asymmetry, Gini and M20, in half-light radii."""

LEAST = 1e-3


def statistics_features(physics: GalaxyGenerationPhysics, x: Inputs) -> Array:
    """Return the `STATISTICS` of the images of inputs, (n, 7) float32."""
    assert isinstance(x, dict)
    return structure_statistics(x[IMAGE][..., 0], physics.noise_magnitude)


def structure_statistics(images: Array, zero_point: float, noise: float = 1.0) -> Array:
    """Return statistics of galaxies.

    Parameters
    ----------
    images : ndarray, (n, size, size)
        One galaxy each, near the middle, the sky subtracted.
    zero_point : float
        Magnitude of one unit.
    noise : float, default 1
        Standard deviation of a pixel's noise, of which asymmetry is freed.

    Returns
    -------
    ndarray of float32, (n, 7)
        By the `STATISTICS`: magnitude of the light within half of a side; ln of the radius with
        half of that [pixel]; axis ratio of second moments in a Gaussian window;
        5 lg(r80/r20); asymmetry; Gini's coefficient; M20.
    """
    images = np.asarray(images, np.float64)
    y, x = _centroid(images)
    axis = np.arange(images.shape[-1], dtype=float)
    dy, dx = axis - y[:, None], axis - x[:, None]
    squared = dy[:, :, None] ** 2 + dx[:, None, :] ** 2
    total, (r20, r50, r80) = _radii(images, squared)
    inside = squared <= (EXTENT * r50[:, None, None]) ** 2
    found = [
        zero_point - 2.5 * np.log10(total),
        np.log(r50),
        _axis_ratio(images, dy, dx, squared),
        5 * np.log10(r80 / r20),
        _asymmetry(images, inside, y, x, noise),
        _gini(images, inside),
        _m20(images, squared, inside),
    ]
    return np.stack(found, axis=1).astype(np.float32)


def _centroid(images: Array) -> tuple[Array, Array]:
    """Return rows and columns of the light in a Gaussian window that follows it."""
    n, size, _ = images.shape
    axis = np.arange(size, dtype=float)
    y = x = np.full(n, (size - 1) / 2)
    for _ in range(3):
        down, across = (
            np.exp(-0.5 * ((axis - one[:, None]) / (WINDOW * size)) ** 2) for one in (y, x)
        )
        light = images * down[:, :, None] * across[:, None, :]
        total = np.maximum(light.sum(axis=(1, 2)), LEAST)
        moved = light.sum(axis=2) @ axis / total, light.sum(axis=1) @ axis / total
        # The window halves every step towards the light.
        y, x = (
            np.clip(2 * new - old, size / 4, 3 * size / 4)
            for new, old in zip(moved, (y, x), strict=True)
        )
    return y, x


def _radii(images: Array, squared: Array) -> tuple[Array, tuple[Array, ...]]:
    """Return the light within half of a side (n,), and radii with 20, 50 and 80% of it."""
    n, size, _ = images.shape
    order = np.argsort(squared.reshape(n, -1), axis=1)
    radius = np.sqrt(np.take_along_axis(squared.reshape(n, -1), order, axis=1))
    growth = np.take_along_axis(images.reshape(n, -1), order, axis=1).cumsum(axis=1)
    last = (radius <= size / 2).sum(axis=1) - 1
    total = np.maximum(growth[np.arange(n), last], LEAST)
    found = []
    for share in (0.2, 0.5, 0.8):
        above = np.argmax(growth >= share * total[:, None], axis=1)
        before = np.maximum(above - 1, 0)
        rows = np.arange(n)
        low, high = growth[rows, before], growth[rows, above]
        step = np.clip((share * total - low) / np.maximum(high - low, LEAST), 0, 1)
        area = radius[rows, before] ** 2 * (1 - step) + radius[rows, above] ** 2 * step
        found.append(np.sqrt(np.maximum(area, 0.25)))
    return total, tuple(found)


def _axis_ratio(images: Array, dy: Array, dx: Array, squared: Array) -> Array:
    light = images * np.exp(-0.5 * squared / (WINDOW / 2 * images.shape[-1]) ** 2)
    yy, xx, xy = (
        np.einsum("nij,ni,nj->n", light, down, across)
        for down, across in ((dy**2, dx**0), (dy**0, dx**2), (dy, dx))
    )
    size = np.maximum(xx + yy, LEAST)
    stretch = np.clip(np.hypot(xx - yy, 2 * xy) / size, 0, 0.99)
    return np.sqrt((1 - stretch) / (1 + stretch))


def _asymmetry(images: Array, inside: Array, y: Array, x: Array, noise: float) -> Array:
    """Return Σ |I − I turned by 180°| / Σ |I|, less what noise alone has.

    The turn is about the nearest middle or edge of a pixel.
    """
    size = images.shape[-1]
    rows, columns = (
        np.clip(np.rint(2 * one).astype(int)[:, None] - np.arange(size), 0, size - 1)
        for one in (y, x)
    )
    turned = images[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
    difference = np.sum(np.abs(images - turned), axis=(1, 2), where=inside)
    own = noise * NOISE_DIFFERENCE * inside.sum(axis=(1, 2))
    light = np.sum(np.abs(images), axis=(1, 2), where=inside)
    return (difference - own) / np.maximum(light, LEAST)


def _gini(images: Array, inside: Array) -> Array:
    """Return how unevenly light is shared by the pixels inside (Lotz et al. 2004, eq. 6)."""
    n = len(images)
    light = np.where(inside, np.abs(images), 0).reshape(n, -1)
    light.sort(axis=1)
    count = np.maximum(inside.sum(axis=(1, 2)), 2)
    rank = np.arange(1, light.shape[1] + 1) - (light.shape[1] - count)[:, None]
    weighted = np.sum((2 * rank - count[:, None] - 1) * light, axis=1)
    return weighted / np.maximum(light.sum(axis=1) * (count - 1), LEAST)


def _m20(images: Array, squared: Array, inside: Array) -> Array:
    """Return lg of the second moment of the brightest fifth of the light, in that of all."""
    n = len(images)
    light = np.where(inside, np.maximum(images, 0), 0).reshape(n, -1)
    order = np.argsort(-light, axis=1)
    light = np.take_along_axis(light, order, axis=1)
    moment = light * np.take_along_axis(squared.reshape(n, -1), order, axis=1)
    growth = light.cumsum(axis=1)
    bright = growth <= 0.2 * growth[:, -1:]
    bright[:, 0] = True
    some = np.sum(moment, axis=1, where=bright)
    return np.log10(np.maximum(some, LEAST) / np.maximum(moment.sum(axis=1), LEAST))
