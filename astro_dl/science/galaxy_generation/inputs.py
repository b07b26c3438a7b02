"""What networks that draw galaxies are given: an image, its point spread, and what is known."""

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.models.generators.inputs import CONDITIONS
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.science.galaxy_generation.physics import KINDS, GalaxyGenerationPhysics


def generation_spec(physics: GalaxyGenerationPhysics) -> InputSpec:
    """Return the shapes of all inputs and what their numbers mean."""
    size, spread = physics.size_pixels, physics.point_spread_pixels
    return InputSpec(
        {
            IMAGE: (size, size, 1),
            POINT_SPREAD: (spread, spread, 1),
            CONDITIONS: (2 + len(KINDS),),
        },
        {
            IMAGE: "light above the sky, in standard deviations of the noise of a pixel",
            POINT_SPREAD: "point-spread function with the pixel in it, of unit sum",
            CONDITIONS: "magnitude and ln R_e, -1 to 1 over their ranges; 1 for the kind, else 0",
            "kinds": list(KINDS),
            "pixel_scale_arcsec": physics.pixel_scale_arcsec,
            "noise_magnitude": physics.noise_magnitude,
        },
    )


def conditions(
    physics: GalaxyGenerationPhysics, magnitude: np.ndarray, re_arcsec: np.ndarray, kind: np.ndarray
) -> np.ndarray:
    """Return what is known of galaxies as networks are given it, (n, 5) float32.

    Parameters
    ----------
    physics : GalaxyGenerationPhysics
        Its ranges.
    magnitude, re_arcsec : ndarray, (n,)
        Of all light; half-light radius.
    kind : ndarray of int, (n,)
        Position among `KINDS`.
    """
    known = [
        _scaled(magnitude, physics.magnitude_range),
        _scaled(np.log(re_arcsec), np.log(physics.re_arcsec_range)),
        *(np.asarray(kind) == number for number in range(len(KINDS))),
    ]
    return np.stack(known, axis=1).astype(np.float32)


def _scaled(values: np.ndarray, ends: "tuple[float, float] | np.ndarray") -> np.ndarray:
    low, high = ends
    return (2 * values - low - high) / max(high - low, 1e-9)
