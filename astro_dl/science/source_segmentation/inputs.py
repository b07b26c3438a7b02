"""From an image to what a network is given: light in units of the noise, and the seeing."""

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.observations.images.background import Background
from astro_dl.science.source_segmentation.physics import SourceSegmentationPhysics

Array = np.ndarray
TYPICAL_FWHM = 3.0


def field_spec(physics: SourceSegmentationPhysics) -> InputSpec:
    """Return the shape of the input and what its channels mean."""
    return InputSpec(
        (physics.size_pixels, physics.size_pixels, 2),
        {
            "quantity": "asinh of light above the sky, in standard deviations of the noise",
            "channels": [
                "asinh((image - sky) / noise)",
                f"ln(full width at half maximum of stars [pixel] / {TYPICAL_FWHM:g})",
            ],
            "sky": "medians of boxes, between which it is interpolated",
        },
    )


def network_input(light: Array, fwhm: float | Array) -> Array:
    """Return the two channels of images.

    Parameters
    ----------
    light : ndarray, (..., H, W)
        Above the sky, in standard deviations of the noise.
    fwhm : float or ndarray
        Of stars [pixel]; it broadcasts with the images.

    Returns
    -------
    ndarray of float32, (..., H, W, 2)
    """
    width = np.broadcast_to(np.log(np.asarray(fwhm) / TYPICAL_FWHM), light.shape)
    return np.stack([np.arcsinh(light), width], axis=-1).astype(np.float32)


def input_of_images(images: Array, fwhm: Array) -> Array:
    """Return the input for small images (n, H, W), each with a sky of its own and a seeing (n,)."""
    light = []
    for image in images:
        level, noise = Background.measure(image).at(slice(None))
        light.append((image - level) / noise)
    return network_input(np.stack(light), fwhm[:, None, None])


def light_of(x: Array) -> tuple[Array, Array]:
    """Return what inputs (n, H, W, 2) show: light [σ] float64, and the seeing (n,) [pixel]."""
    fwhm = TYPICAL_FWHM * np.exp(x[:, 0, 0, 1].astype(np.float64))
    return np.sinh(x[..., 0].astype(np.float64)), fwhm
