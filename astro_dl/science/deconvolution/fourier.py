"""Blurring and sharpening in Fourier space, of images that are periodic."""

import numpy as np
from scipy import fft
from scipy.special import ndtr

from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics

Array = np.ndarray


def transfer(point_spread: Array, size: int) -> Array:
    """Return the transforms of point-spread functions about the origin of a grid.

    Parameters
    ----------
    point_spread : ndarray, (..., k, k)
        k odd, at most ``size``.
    size : int
        Pixels along either side of the grid.

    Returns
    -------
    ndarray of complex, (..., size, size // 2 + 1)
    """
    side = point_spread.shape[-1]
    padding = [(0, 0)] * (point_spread.ndim - 2) + [(0, size - side)] * 2
    centred = np.roll(np.pad(point_spread, padding), (-(side // 2),) * 2, axis=(-2, -1))
    return fft.rfft2(centred)


def target_image(physics: DeconvolutionPhysics) -> Array:
    """Return the point-spread function (k, k) to which images are sharpened, the pixel in it."""
    edges = np.arange(physics.point_spread_pixels + 1) - physics.point_spread_pixels / 2
    line = np.diff(ndtr(edges * FWHM_PER_SIGMA / physics.target_fwhm_pixels))
    return np.outer(line, line) / line.sum() ** 2


def field_power(physics: DeconvolutionPhysics, size: int) -> Array:
    """Return the power of Gaussian fields (size, size // 2 + 1), of white noise of variance 1."""
    k = 2 * np.pi * np.hypot(fft.fftfreq(size)[:, None], fft.fftfreq(size)[None, :])
    power = (1 + (k * physics.field_length_pixels) ** 2) ** -1.5
    power *= physics.field_rms_sigma**2 / power.mean()
    return power[:, : size // 2 + 1]


def wiener_transfer(seen: Array, target: Array, power: Array) -> Array:
    """Return the transform of Wiener's filter to a target, for white noise of variance 1.

    T H* P / (|H|² P + 1), which gives the posterior mean of a Gaussian field of power P.

    Parameters
    ----------
    seen : ndarray
        H, transform of the point-spread function.
    target : ndarray
        T, that of the target.
    power : ndarray
        P |T|², the power of what is sought, which is at hand where P itself is not.
    """
    aimed = np.abs(target) ** 2
    return target * np.conj(seen) * power / (np.abs(seen) ** 2 * power + aimed)
