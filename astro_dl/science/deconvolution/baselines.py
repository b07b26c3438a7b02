"""The classical methods, to the same target: Wiener's filter, Richardson and Lucy's iteration."""

from functools import lru_cache

import numpy as np
from scipy import fft

from astro_dl.core.examples import Inputs
from astro_dl.science.deconvolution.fourier import (
    field_power,
    target_image,
    transfer,
    wiener_transfer,
)
from astro_dl.science.deconvolution.inputs import images_of
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.simulate import draw_skies

Array = np.ndarray
WIENER, SCALED, LUCY = "Wiener filter", "Wiener filter, scaled", "Richardson-Lucy"
SKIES = 256
"""Of which the mean power of galaxies is taken."""

LEAST_AMPLITUDE = 0.01
ITERATIONS = 20
OFFSET = 5.0
"""Sky [σ] in which Richardson and Lucy's images lie, so that few pixels are negative."""


def classical_deconvolutions(physics: DeconvolutionPhysics, x: Inputs) -> dict[str, Array]:
    """Return what classical methods make of images.

    All are told the point-spread function and the noise.

    Parameters
    ----------
    physics : DeconvolutionPhysics
        The target, and the power of the skies: that of Gaussian fields exactly, of galaxies as in
        the mean of 256 simulated images.
    x : dict of ndarray
        Inputs of networks.

    Returns
    -------
    dict of str to ndarray, (n, size, size)
        ``Wiener filter``; ``Wiener filter, scaled``, the power scaled to that of each image;
        ``Richardson-Lucy``, 20 iterations, blurred to the target (Richardson 1972, Lucy 1974).
    """
    images, point_spread = images_of(x)
    size = images.shape[-1]
    seen, target = transfer(point_spread, size), transfer(target_image(physics), size)
    power = sought_power(physics)
    return {
        WIENER: _filtered(images, wiener_transfer(seen, target, power)),
        SCALED: _filtered(
            images, wiener_transfer(seen, target, _scaled(power, images, seen, target))
        ),
        LUCY: _richardson_lucy(images, seen, target),
    }


@lru_cache(maxsize=4)
def sought_power(physics: DeconvolutionPhysics) -> Array:
    """Return the power of skies at the target, of white noise of variance 1."""
    size = physics.size_pixels
    target = target_image(physics)
    if physics.scene == "gaussian":
        return field_power(physics, size) * np.abs(transfer(target, size)) ** 2
    scenes, _, _ = draw_skies(physics, SKIES, np.random.default_rng(0))
    power = np.mean(np.abs(fft.rfft2(scenes.through(target).astype(float))) ** 2, axis=0)
    return power / size**2


def _filtered(images: Array, filters: Array) -> Array:
    return fft.irfft2(fft.rfft2(images) * filters, images.shape[-2:]).astype(np.float32)


def _scaled(power: Array, images: Array, seen: Array, target: Array) -> Array:
    """Return powers (n, ...) with as much light behind each image as it shows above the noise."""
    expected = power * np.abs(seen) ** 2 / np.maximum(np.abs(target) ** 2, 1e-12)
    measured = np.abs(fft.rfft2(images)) ** 2 / images[0].size
    shares = (measured - 1).sum(axis=(1, 2)) / expected.sum(axis=(1, 2))
    return power * np.maximum(shares, LEAST_AMPLITUDE)[:, None, None]


def _richardson_lucy(images: Array, seen: Array, target: Array) -> Array:
    size = images.shape[-2:]
    light = np.maximum(images + OFFSET, 1e-3)
    estimate = np.full_like(light, OFFSET)
    for _ in range(ITERATIONS):
        blurred = fft.irfft2(fft.rfft2(estimate) * seen, size)
        ratio = light / np.maximum(blurred, 1e-3)
        estimate = estimate * fft.irfft2(fft.rfft2(ratio) * np.conj(seen), size)
    return _filtered(estimate - OFFSET, target)
