"""What else is drawn where the same is known: the simulator again, and smooth galaxies."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.models.generators.inputs import CONDITIONS
from astro_dl.models.point_spread.inputs import POINT_SPREAD
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_generation.physics import GalaxyGenerationPhysics
from astro_dl.science.galaxy_generation.simulate import flux_of, galaxy_images

Array = np.ndarray
USUAL_INDEX = (4.0, 1.0, 1.0)
"""Sérsic indices that the kinds have in textbooks."""


def simulated_again(physics: GalaxyGenerationPhysics, x: Inputs, rng: np.random.Generator) -> Array:
    """Return images (n, size, size) of the simulator itself: no method is nearer to it."""
    magnitude, re_arcsec, kind, spread = _known(physics, x)
    images, _ = galaxy_images(physics, magnitude, re_arcsec, kind, spread, rng)
    return images + rng.standard_normal(images.shape, dtype=np.float32)


def smooth_galaxies(physics: GalaxyGenerationPhysics, x: Inputs, rng: np.random.Generator) -> Array:
    """Return one Sérsic profile each (n, size, size), n = 4 or 1 by its kind, without arms."""
    magnitude, re_arcsec, kind, spread = _known(physics, x)
    n = len(kind)
    ratio = np.where(
        kind == 0,
        rng.uniform(*physics.elliptical_axis_ratio_range, n),
        rng.uniform(*physics.disc_axis_ratio_range, n),
    )
    e1, e2 = ellipticity(ratio, rng.uniform(0, np.pi, n))
    place = rng.uniform(-1, 1, (2, n)) * physics.offset_pixels
    radius = re_arcsec / physics.pixel_scale_arcsec
    light = SersicLight(radius, np.array(USUAL_INDEX)[kind], e1, e2, *place)
    images = galaxy_stamps(light, flux_of(physics, magnitude), spread, physics.size_pixels)
    return images + rng.standard_normal(images.shape, dtype=np.float32)


def _known(physics: GalaxyGenerationPhysics, x: Inputs) -> tuple[Array, Array, Array, Array]:
    """Return magnitudes, radii ["], kinds and point-spread functions of inputs."""
    assert isinstance(x, dict)
    known = np.asarray(x[CONDITIONS], float)
    low, high = physics.magnitude_range
    small, large = np.log(physics.re_arcsec_range)
    magnitude = (low + high + known[:, 0] * (high - low)) / 2
    radius = np.exp((small + large + known[:, 1] * (large - small)) / 2)
    return magnitude, radius, np.argmax(known[:, 2:], axis=1), x[POINT_SPREAD][..., 0].astype(float)
