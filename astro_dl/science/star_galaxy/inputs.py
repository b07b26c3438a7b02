"""What networks that tell stars from galaxies are given."""

from astro_dl.core.task import InputSpec
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics


def star_galaxy_spec(physics: StarGalaxyPhysics) -> InputSpec:
    """Return the shapes of both images and what their numbers mean."""
    size, spread = physics.size_pixels, physics.point_spread_pixels
    return InputSpec(
        {IMAGE: (size, size, 1), POINT_SPREAD: (spread, spread, 1)},
        {
            IMAGE: "light above the sky, in standard deviations of the noise of a pixel",
            POINT_SPREAD: "point-spread function with the pixel in it, of unit sum",
        },
    )
