"""From electrons to what a network is given: brightness in units of the noise, and the noise."""

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.observations.images.background import Background
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics

TYPICAL_NOISE = 10.0


def exposure_spec(physics: CosmicRayPhysics) -> InputSpec:
    """Return the shape of the input and what its channels mean."""
    return InputSpec(
        (physics.size_pixels, physics.size_pixels, 2),
        {
            "quantity": "asinh of light above the sky, in standard deviations of the noise",
            "channels": [
                "asinh((electrons - sky) / noise)",
                f"ln(noise [electrons] / {TYPICAL_NOISE:g})",
            ],
            "sky": "medians of boxes of 64 pixels, between which it is interpolated",
        },
    )


def network_input(electrons: np.ndarray, level: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return the two channels of images.

    Parameters
    ----------
    electrons : ndarray, (..., H, W)
        What was counted.
    level, noise : ndarray
        Background and standard deviation of its noise [electrons], of the same shape.

    Returns
    -------
    ndarray of float32, (..., H, W, 2)
    """
    brightness = np.arcsinh((electrons - level) / noise)
    return np.stack([brightness, np.log(noise / TYPICAL_NOISE)], axis=-1).astype(np.float32)


def input_of_images(electrons: np.ndarray) -> np.ndarray:
    """Return the input for each of small images (n, H, W) with a background of its own."""
    made = []
    for image in electrons:
        level, noise = Background.measure(image).at(slice(None))
        made.append(network_input(image, level, noise))
    return np.stack(made)


def in_electrons(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what inputs (n, H, W, 2) are made of: electrons above the sky, and the noise."""
    noise = TYPICAL_NOISE * np.exp(x[..., 1].astype(np.float64))
    return np.sinh(x[..., 0].astype(np.float64)) * noise, noise
