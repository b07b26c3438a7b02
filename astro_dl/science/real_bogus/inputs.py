"""What networks are given: stamps without their sky, each on a scale of its own."""

from typing import Any

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.observations.images.cutouts import noise_sigma, normalise, sky_level
from astro_dl.science.real_bogus.cameras import named_camera
from astro_dl.science.real_bogus.physics import RealBogusPhysics

TRIPLET = ("science", "template", "difference")
FEWEST_KNOWN = 0.7
"""Of the pixels of each image, without which there is no answer."""


def stamp_spec(physics: RealBogusPhysics) -> InputSpec:
    """Return the shape of an input, (size, size, channels), and what its numbers mean."""
    compressed = "in units of its noise, clipped, then s asinh(v / s)"
    per_image = {"arcsinh": compressed, "l2": "over its root mean square"}[physics.normalisation]
    contract: dict[str, Any] = {
        "quantity": f"each image without its sky, {per_image}; 0 where a pixel is missing",
        "channels": list(physics.channels),
        "survey": physics.survey,
        "pixel_scale_arcsec": named_camera(physics.survey).pixel_scale_arcsec,
        "softening_sigma": physics.softening_sigma,
        "clip_sigma": physics.clip_sigma,
    }
    if "snr" in physics.channels:
        contract["snr"] = f"the difference over the noise of sky and science image, {compressed}"
    size = physics.size_pixels
    return InputSpec((size, size, len(physics.channels)), contract)


def network_input(physics: RealBogusPhysics, triplets: np.ndarray) -> np.ndarray:
    """Return stamps as a network with these physics takes them.

    Parameters
    ----------
    physics : RealBogusPhysics
        Channels and normalisation.
    triplets : ndarray
        (n, size, size, 3) science, template and difference in any linear unit; NaN where there are
        no pixels.

    Returns
    -------
    ndarray
        (n, size, size, channels) float32; 0 where there are no pixels; NaN in images that have too
        few of them, or no noise.
    """
    images = np.where(np.isfinite(triplets), triplets, np.nan)
    noise = stamp_noise(images)
    clip, softening = physics.clip_sigma, physics.softening_sigma
    if physics.normalisation == "arcsinh":
        scaled = normalise(images, clip_sigma=clip, softening_sigma=softening, sigma=noise)
    else:
        scaled = _over_root_mean_square(images)
        scaled[np.broadcast_to(~np.isfinite(noise)[:, None, None, :], scaled.shape)] = np.nan
    parts = dict(zip(TRIPLET, np.moveaxis(scaled, 3, 0), strict=True))
    if "snr" in physics.channels:
        gain = named_camera(physics.survey).electrons_per_sigma
        sky = sky_level(images)
        science = (images[..., 0] - sky[:, None, None, 0]) / noise[:, None, None, 0]
        photons = np.sqrt(1 + np.maximum(np.nan_to_num(science), 0) / gain)
        over_noise = (images[..., 2:] - sky[:, None, None, 2:]) / photons[..., None]
        parts["snr"] = normalise(
            over_noise, clip_sigma=clip, softening_sigma=softening, sigma=noise[:, 2:]
        )[..., 0]
    return np.stack([parts[name] for name in physics.channels], axis=3).astype(np.float32)


def stamp_noise(triplets: np.ndarray) -> np.ndarray:
    """Return the noise of each image, (n, 3); NaN where there is none, or too few pixels."""
    noise = noise_sigma(triplets)
    noise[np.isfinite(triplets).mean(axis=(1, 2)) < FEWEST_KNOWN] = np.nan
    return noise


def in_units_of_noise(physics: RealBogusPhysics, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return the images (n, size, size) of inputs in units of their noise, by channel."""
    images = np.asarray(x, np.float32)
    softening = np.float32(physics.softening_sigma)
    found = {}
    for number, name in enumerate(physics.channels):
        image = images[..., number]
        if physics.normalisation == "arcsinh" or name == "snr":
            found[name] = softening * np.sinh(image / softening)
        else:
            noise = noise_sigma(image[..., None])[:, 0]
            known = np.isfinite(noise)
            found[name] = image / np.where(known, noise, 1)[:, None, None].astype(np.float32)
    return found


def _over_root_mean_square(images: np.ndarray) -> np.ndarray:
    """Return images (n, y, x, k) without their sky, over the root of their mean square."""
    centred = np.nan_to_num(images - sky_level(images)[:, None, None, :]).astype(np.float32)
    size = np.sqrt(np.mean(np.square(centred, dtype=np.float64), axis=(1, 2), keepdims=True))
    return centred / np.maximum(size, 1e-30).astype(np.float32)
