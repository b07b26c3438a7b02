"""What networks are given: calibrated images in g, r and i, compressed; what they are asked."""

from typing import Any

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.observations.images.cutouts import sky_level
from astro_dl.science.galaxy_metallicity.physics import BANDS, MetallicityPhysics

Array = np.ndarray
TARGETS = ("metallicity",)
MOST_MISSING = 0.3
"""Share of the pixels of a band."""


def image_spec(physics: MetallicityPhysics) -> InputSpec:
    """Return the shape of an input, (size, size, 3), and what its numbers mean."""
    size = physics.size_pixels
    contract: dict[str, Any] = {
        "quantity": "arcsinh(light / softening), the sky subtracted",
        "unit": "nanomaggies per pixel: magnitudes are 22.5 - 2.5 lg of their sum",
        "bands": list(BANDS),
        "pixel_scale_arcsec": physics.pixel_scale_arcsec,
        "softening_nanomaggies": physics.softening_nanomaggies,
        "metallicity": "12 + lg O/H, in the scale of Tremonti et al. (2004)",
    }
    return InputSpec((size, size, len(BANDS)), contract)


def network_input(physics: MetallicityPhysics, images: Array) -> Array:
    """Return images as a network with these physics takes them, (n, size, size, 3) float32.

    The median of the border is subtracted as the sky. A missing pixel is as bright as the one on
    the other side of the middle, or else as the sky.

    Parameters
    ----------
    physics : MetallicityPhysics
        With the softening.
    images : ndarray
        (n, size, size, 3) [nMgy per pixel]; NaN where there is nothing.

    Returns
    -------
    ndarray
        NaN for images of which more than 30% of a band is missing.
    """
    light = images - sky_level(images)[:, None, None, :]
    known = np.isfinite(light)
    lost = (~known).mean(axis=(1, 2)).max(axis=1) > MOST_MISSING
    light = np.where(known, light, light[:, ::-1, ::-1])
    x = np.arcsinh(np.nan_to_num(light, nan=0.0) / physics.softening_nanomaggies)
    x[lost] = np.nan
    return x.astype(np.float32)


def light_of(physics: MetallicityPhysics, x: Array) -> Array:
    """Return the light [nMgy per pixel] of inputs, float64: `network_input` the other way."""
    return physics.softening_nanomaggies * np.sinh(np.asarray(x, np.float64))
