"""Fields of the sky as a survey takes them: light, noise, and what is in each pixel."""

from dataclasses import dataclass

import numpy as np

from astro_dl.observations.images.sky_noise import add_noise
from astro_dl.science.source_segmentation.physics import SourceSegmentationPhysics
from astro_dl.science.source_segmentation.simulation.light import light_by_class
from astro_dl.science.source_segmentation.simulation.sources import Seeing, Sources, draw_sources

Array = np.ndarray
TRUTH_SIGMA = 1.0
"""Light of all sources above which a pixel is of the class that gives most of it [σ of the sky]."""


@dataclass(frozen=True)
class Fields:
    """n images of the sky, in standard deviations of the noise of the sky.

    Parameters
    ----------
    images : ndarray of float32, (n, size, size)
        With noise, without the sky.
    classes : ndarray of uint8, (n, size, size)
        Of pixels.
    seeing : Seeing
        Of each image.
    sources : Sources
        Of all images.
    """

    images: Array
    classes: Array
    seeing: Seeing
    sources: Sources


def draw_fields(physics: SourceSegmentationPhysics, n: int, rng: np.random.Generator) -> Fields:
    """Return n fields.

    Parameters
    ----------
    physics : SourceSegmentationPhysics
        Sky, telescope and detector.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.
    """

    def uniform(bounds: tuple[float, float]) -> Array:
        return rng.uniform(bounds[0], bounds[1], n)

    def log_uniform(bounds: tuple[float, float]) -> Array:
        return np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]), n))

    fwhm = log_uniform(physics.seeing_fwhm_pixels_range)
    beta = uniform(physics.moffat_beta_range)
    e1, e2 = physics.point_spread_ellipticity * rng.standard_normal((2, n))
    depth = uniform(physics.depth_magnitude_range)
    seeing = Seeing(fwhm, beta, e1, e2, depth, log_uniform(physics.pixel_scale_arcsec_range))
    sources = draw_sources(physics, seeing, rng)
    light = light_by_class(sources, seeing, physics.size_pixels)
    whole = light.sum(axis=0)
    # The electrons of one sigma are the root of those of the sky.
    electrons = np.sqrt(log_uniform(physics.sky_electrons_range))[:, None]
    smoothing = uniform(physics.noise_smoothing_pixels_range)
    images = add_noise(whole[:, None], electrons, rng, smoothing)[:, 0]
    return Fields(images, classes_of(light), seeing, sources)


def classes_of(light: Array) -> Array:
    """Return the class of each pixel (n, H, W) uint8, from the light (3, n, H, W) of its kinds."""
    classes = light.argmax(axis=0).astype(np.uint8) + np.uint8(1)
    return np.where(light.sum(axis=0) > TRUTH_SIGMA, classes, np.uint8(0))
