"""From an image and its point-spread function to what a network is given.

Beside the image itself are Tikhonov's deconvolutions to the target, T H* / (|H|² + λ), from sharp
and noisy to smooth. They are convolutions with small kernels, so that what a pixel is given depends
on what lies around it alone and images may have any size.
"""

import numpy as np
from scipy import fft, signal

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.observations.images.pixels import blocks
from astro_dl.science.deconvolution.fourier import target_image, transfer
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics

Array = np.ndarray
REGULARISATIONS = (0.0003, 0.003, 0.03, 0.3)
"""λ, of point-spread functions of unit sum."""

AT_ONCE = 64


def deconvolution_spec(physics: DeconvolutionPhysics) -> InputSpec:
    """Return the shapes of both inputs and what their numbers mean."""
    size, spread = physics.size_pixels, physics.point_spread_pixels
    return InputSpec(
        {IMAGE: (size, size, 1 + len(REGULARISATIONS)), POINT_SPREAD: (spread, spread, 1)},
        {
            IMAGE: "light above the sky, in standard deviations of the noise of a pixel",
            "channels": ["image", *(f"deconvolved, lambda {one:g}" for one in REGULARISATIONS)],
            POINT_SPREAD: "point-spread function with the pixel in it, of unit sum",
            "target": f"Gaussian of {physics.target_fwhm_pixels:g} pixels (FWHM), and the pixel",
        },
    )


def network_input(
    physics: DeconvolutionPhysics, images: Array, point_spreads: Array
) -> dict[str, Array]:
    """Return the inputs of networks.

    Parameters
    ----------
    physics : DeconvolutionPhysics
        Names the target.
    images : ndarray, (n, H, W)
        Light above the sky, in standard deviations of the noise.
    point_spreads : ndarray, (n, k, k)
        Of unit sum, k odd.
    """
    kernels = tikhonov_kernels(physics, point_spreads)
    return {
        IMAGE: with_deconvolutions(images, kernels),
        POINT_SPREAD: point_spreads[..., None].astype(np.float32),
    }


def images_of(x: Inputs) -> tuple[Array, Array]:
    """Return images (n, H, W) and point-spread functions (n, k, k) of inputs, float64."""
    assert isinstance(x, dict)
    return x[IMAGE][..., 0].astype(float), x[POINT_SPREAD][..., 0].astype(float)


def tikhonov_kernels(physics: DeconvolutionPhysics, point_spreads: Array) -> Array:
    """Return kernels (n, filters, k, k) of unit sum that sharpen to the target.

    Tikhonov & Arsenin (1977); as a start of networks: Sureau et al. (2020), arXiv:1911.00443.
    """
    side = point_spreads.shape[-1]
    grid = 2 * side + 2
    seen, target = transfer(point_spreads, grid), transfer(target_image(physics), grid)
    strength = np.array(REGULARISATIONS)[:, None, None]
    filters = target * np.conj(seen[:, None]) / (np.abs(seen[:, None]) ** 2 + strength)
    kernels = fft.fftshift(fft.irfft2(filters, (grid, grid)), axes=(-2, -1))
    own = slice(grid // 2 - side // 2, grid // 2 + side // 2 + 1)
    kernels = kernels[..., own, own]
    return kernels / kernels.sum(axis=(-2, -1), keepdims=True)


def with_deconvolutions(images: Array, kernels: Array) -> Array:
    """Return images (n, H, W), mirrored at their edges, beside what kernels make of them.

    Parameters
    ----------
    images : ndarray, (n, H, W)
        Larger than half of a kernel.
    kernels : ndarray, (n, filters, k, k)
        Of each image.

    Returns
    -------
    ndarray of float32, (n, H, W, 1 + filters)
    """
    reach = kernels.shape[-1] // 2
    found = np.empty((*images.shape, 1 + kernels.shape[1]), np.float32)
    found[..., 0] = images
    for part in blocks(len(images), AT_ONCE):
        mirrored = np.pad(images[part], ((0, 0), (reach, reach), (reach, reach)), mode="reflect")
        sharpened = signal.fftconvolve(
            mirrored[:, None].astype(np.float32),
            kernels[part].astype(np.float32),
            mode="valid",
            axes=(2, 3),
        )
        found[part, ..., 1:] = np.moveaxis(sharpened, 1, -1)
    return found
