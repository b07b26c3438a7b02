"""What networks of the structure of galaxies are given, and what they are asked."""

from collections.abc import Mapping

from astro_dl.core.task import InputSpec
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics

TARGETS: Mapping[str, str] = {
    "magnitude": "mag",
    "ln_radius": "",
    "ln_sersic_index": "",
    "e1": "",
    "e2": "",
}
"""Targets and their units: magnitudes count from a flux of one σ of a pixel, radii in pixels."""

SYMBOLS: Mapping[str, str] = {
    "magnitude": "$m$",
    "ln_radius": r"$\ln R_\mathrm{e}$",
    "ln_sersic_index": r"$\ln n$",
    "e1": "$e_1$",
    "e2": "$e_2$",
}


def structure_spec(physics: GalaxyStructurePhysics) -> InputSpec:
    """Return the shapes of both images and what their numbers mean."""
    size, spread = physics.size_pixels, physics.point_spread_pixels
    return InputSpec(
        {IMAGE: (size, size, 1), POINT_SPREAD: (spread, spread, 1)},
        {
            IMAGE: "light above the sky, in standard deviations of the noise of a pixel",
            POINT_SPREAD: "point-spread function with the pixel in it, of unit sum",
            "magnitude": "-2.5 log10(flux in standard deviations of the noise of a pixel)",
            "ln_radius": "of the half-light radius sqrt(a b) [pixel]",
            "e1, e2": "(1 - q) / (1 + q) times cos 2 phi and sin 2 phi, phi from x towards y",
        },
    )
