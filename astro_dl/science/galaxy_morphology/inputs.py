"""What networks are given: photographs in three colours, whether of FITS images or of pictures."""

from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.observations.images.cutouts import centre_crop, noise_sigma, sky_level
from astro_dl.science.galaxy_morphology.physics import BANDS, MorphologyPhysics

FEWEST_KNOWN = 0.7
COLOURS = 3
BALANCE = (0.85, 1.0, 1.7)
"""Of g, r and i, each in units of its own noise, so that galaxies are as neutral as in surveys'
photographs: the sky is brighter in the red."""


def photograph_spec(physics: MorphologyPhysics) -> InputSpec:
    """Return the shape of an input, (size, size, 3), and what its numbers mean."""
    size = physics.size_pixels
    contract: dict[str, Any] = {
        "quantity": "photograph from 0 to 1: red is i, green is r, blue is g; see Lupton et al. "
        "(2004)",
        "bands": list(BANDS),
        "pixel_scale_arcsec": physics.pixel_scale_arcsec,
        "stretch_sigma": physics.stretch_sigma,
        "softening": physics.softening,
    }
    return InputSpec((size, size, COLOURS), contract)


def photograph(physics: MorphologyPhysics, images: np.ndarray) -> np.ndarray:
    """Return images as photographs, colours kept (Lupton et al. 2004, PASP 116, 133, eq. 2).

    Parameters
    ----------
    physics : MorphologyPhysics
        Stretch, in units of the sky's noise, and softening.
    images : ndarray
        (n, y, x, 3) light in g, r and i over the noise of the sky, without the sky itself.

    Returns
    -------
    ndarray
        (n, y, x, 3) float32 from 0 to 1, red first.
    """
    colours = np.maximum(images * np.array(BALANCE, np.float32), 0)[..., ::-1]
    mean = colours.mean(axis=-1, keepdims=True)
    soft, stretch = physics.softening, physics.stretch_sigma
    bright = np.arcsinh(soft * mean / stretch) / soft
    shown = colours * np.divide(bright, mean, out=np.zeros_like(mean), where=mean > 0)
    highest = shown.max(axis=-1, keepdims=True)
    return (shown / np.maximum(highest, 1)).astype(np.float32)


def network_input(physics: MorphologyPhysics, image: np.ndarray, where: Any = "") -> np.ndarray:
    """Return an image of a file as a network with these physics takes it, (size, size, 3).

    Parameters
    ----------
    physics : MorphologyPhysics
        Size and stretch.
    image : ndarray
        (y, x, 3): whole numbers from 0 to 255 of a picture, red first; or light in g, r and i in
        any linear unit. Larger ones are cut about their middle.
    where : object
        What messages call it.

    Raises
    ------
    UsageError
        If it is smaller, has other bands, no noise, or too many missing pixels.
    """
    size = physics.size_pixels
    if image.ndim != 3 or image.shape[2] != COLOURS:
        raise UsageError(
            f"{where}: shape {image.shape}; accepted: three bands, red, green and blue of a "
            "picture or g, r and i"
        )
    if min(image.shape[:2]) < size:
        raise UsageError(
            f"{where}: {image.shape[0]} × {image.shape[1]} pixels; accepted: {size} × {size} and "
            "more"
        )
    cut = centre_crop(image.astype(np.float64), size)
    if image.dtype == np.uint8:
        return (cut / 255).astype(np.float32)
    known = np.isfinite(cut)
    if known.mean() < FEWEST_KNOWN:
        raise UsageError(f"{where}: {1 - known.mean():.0%} of the pixels are not finite")
    light = np.where(known, cut, np.nan)[None]
    noise = noise_sigma(light)
    if not np.isfinite(noise).all():
        raise UsageError(f"{where}: no noise in a band, or too many of its pixels are missing")
    scaled = (light - sky_level(light)[:, None, None]) / noise[:, None, None]
    return photograph(physics, np.nan_to_num(scaled))[0]
