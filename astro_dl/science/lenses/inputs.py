"""What lens networks are given: cutouts in units of the sky noise, compressed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.observations.galaxies.band_files import Cutout
from astro_dl.observations.images.cutouts import normalise
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.lenses.physics import LensPhysics


def cutout_spec(physics: LensPhysics) -> InputSpec:
    """Return the shape of a cutout, (size, size, bands), and what its numbers mean."""
    contract = {
        "quantity": "flux in units of the sky noise, clipped, then s asinh(flux / s)",
        "survey": physics.survey,
        "bands": list(physics.bands),
        "pixel_scale_arcsec": named_survey(physics.survey).pixel_scale,
        "clip_sigma": physics.clip_sigma,
        "softening_sigma": physics.softening_sigma,
    }
    return InputSpec((physics.size_pixels, physics.size_pixels, len(physics.bands)), contract)


def network_input(physics: LensPhysics, images: Any, sigma: np.ndarray | None = None) -> Any:
    """Return images (n, size, size, bands) as a network with these physics takes them, float32.

    See `astro_dl.observations.images.cutouts.normalise`; ``sigma`` (n, bands) is the noise where it
    was measured. Of a tensor of Keras a tensor is made.
    """
    return normalise(
        images,
        clip_sigma=physics.clip_sigma,
        softening_sigma=physics.softening_sigma,
        sigma=sigma,
    )


def network_input_of(physics: LensPhysics, cutouts: Sequence[Cutout]) -> np.ndarray:
    """Return cutouts as a network with these physics takes them; NaN for empty ones."""
    size, bands = physics.size_pixels, len(physics.bands)
    images = np.full((len(cutouts), size, size, bands), np.nan)
    sigma = np.full((len(cutouts), bands), np.nan)
    for row, cutout in enumerate(cutouts):
        if cutout.image.size:
            images[row], sigma[row] = cutout.image, cutout.sigma
    return network_input(physics, images, sigma)
