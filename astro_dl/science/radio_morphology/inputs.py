"""What networks are given: the pixels of sources in a circle, relative to the brightest."""

import numpy as np

from astro_dl.observations.images.cutouts import centre_crop
from astro_dl.science.radio_morphology.measure import map_noise, source_pixels
from astro_dl.science.radio_morphology.physics import RadioPhysics


def network_input(
    physics: RadioPhysics, maps: np.ndarray, noise: np.ndarray | None = None
) -> np.ndarray:
    """Return maps as a network with these physics takes them.

    Parameters
    ----------
    physics : RadioPhysics
        Size, and the limits below which there is nothing.
    maps : ndarray
        (n, y, x) in any linear unit, larger ones cut about their middle; NaN where there is none.
    noise : ndarray, (n,), optional
        Standard deviations; default as `astro_dl.science.radio_morphology.measure.map_noise`.

    Returns
    -------
    ndarray
        (n, size, size, 1) float32; NaN for maps without a source in the circle.
    """
    size = physics.size_pixels
    inside = circle(size)
    result = np.full((len(maps), size, size, 1), np.nan, np.float32)
    for k, whole in enumerate(maps):
        level = map_noise(whole) if noise is None else noise[k]
        image = centre_crop(whole[..., None], size)[..., 0]
        light = np.where(inside, source_pixels(image, level, physics), 0.0)
        peak = light.max()
        if peak > 0:
            result[k, ..., 0] = np.sqrt(light / peak)
    return result


def light_of(x: np.ndarray) -> np.ndarray:
    """Return the brightness (n, size, size) over its largest of inputs (n, size, size, 1)."""
    return np.asarray(x[..., 0], np.float32) ** 2


def circle(size: int) -> np.ndarray:
    """Return which pixels (size, size) lie in the circle that all orientations share."""
    axis = np.arange(size) - (size - 1) / 2
    return np.hypot(axis[:, None], axis) <= size / 2
