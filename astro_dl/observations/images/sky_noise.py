"""Noise of sky and light, defects, and how well light stands out; images in units of the sky's σ.

One unit is the standard deviation of the sky's noise in a pixel of that image and band, so that the
sky has unit variance and light s adds s/g, with g the electrons that make one unit.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from astro_dl.data.namespace import float_type, namespace_of, on_host, standard_normal


def noise_variance(images: Any, electrons_per_sigma: ArrayLike) -> Any:
    """Return the variance of the noise, 1 + s/g, of images without noise.

    Parameters
    ----------
    images : ndarray or tensor
        (n, B, H, W) light s [σ]. All functions of this module take tensors of Keras as well, and
        give them back but for what is told of the images.
    electrons_per_sigma : array_like
        g, (n, B) or a number; infinite for noise of the sky alone.
    """
    gain = np.asarray(electrons_per_sigma, np.float32)
    gain = gain[..., None, None] if gain.ndim else gain
    return 1 + namespace_of(images).maximum(images, 0) / gain


def add_noise(
    images: Any,
    electrons_per_sigma: ArrayLike,
    rng: np.random.Generator,
    smoothing: np.ndarray | None = None,
) -> Any:
    """Return images with the noise of the sky and of the light's own photons.

    Gaussian of the variance of the counts: a coadd's pixel holds more than a hundred electrons of
    sky, at which the Poisson distribution can't be told apart. Parameters as in `noise_variance`;
    with ``smoothing`` (n,) [pixel] the noise is as alike in neighbours as `smooth_noise` makes it.
    """
    deviation = namespace_of(images).sqrt(noise_variance(images, electrons_per_sigma))
    noise = standard_normal(images, rng)
    deviation *= noise if smoothing is None else smooth_noise(noise, smoothing)
    return images + deviation


def smooth_noise(noise: Any, width: np.ndarray) -> Any:
    """Return white noise that is smoothed as by resampling, of the same variance everywhere.

    Parameters
    ----------
    noise : ndarray
        (n, B, H, W) independent, of unit variance.
    width : ndarray
        (n,) standard deviation of the Gaussian that smooths [pixel]; 0 leaves it as it is.
    """

    def matrix(size: int) -> np.ndarray:
        apart = np.subtract.outer(np.arange(size), np.arange(size))
        scale = np.maximum(width, 1e-3)[:, None, None, None]
        weight = np.exp(-0.5 * (apart / scale) ** 2)
        weight /= np.sqrt(np.sum(weight**2, axis=-1, keepdims=True))
        return weight.astype(float_type(noise))

    xp = namespace_of(noise)
    height, image_width = noise.shape[-2:]
    return xp.matmul(xp.matmul(matrix(height), noise), np.swapaxes(matrix(image_width), -1, -2))


def mask_defects(
    images: Any, probability: float, rng: np.random.Generator
) -> tuple[Any, np.ndarray]:
    """Return images of which some have bad columns or bad rectangles, which are set to zero.

    Parameters
    ----------
    images : ndarray
        (n, B, H, W).
    probability : float
        That a band of an image has a defect: as likely a stripe through it, one or two pixels wide,
        as a rectangle of up to 8 × 8 pixels.
    rng : numpy.random.Generator

    Returns
    -------
    images : ndarray
        A copy if anything is masked.
    fraction : ndarray
        (n,) fraction of the pixels of all bands that were masked.
    """
    kept, fraction = np.ones(images.shape, bool), np.zeros(len(images))
    for defect in _draw_defects(images.shape, probability, rng):
        fraction[defect[0]] += kept[defect].size / kept[0].size
        kept[defect] = False
    if kept.all():
        return images, fraction
    return namespace_of(images).where(kept, images, np.float32(0)), fraction


def _draw_defects(
    shape: tuple[int, ...], probability: float, rng: np.random.Generator
) -> Iterator[tuple[int, int, slice, slice]]:
    """Yield the places of defects in images (n, B, H, W)."""
    n, bands, height, width = shape
    for image, band in np.argwhere(rng.random((n, bands)) < probability):
        kind, row, column = rng.integers((3, height, width))
        tall, wide = rng.integers(2, 9, 2)
        rows, columns = slice(row, row + tall), slice(column, column + wide)
        if kind == 0:
            rows, columns = slice(None), slice(column, column + rng.integers(1, 3))
        yield image, band, rows, columns


def signal_to_noise(light: Any, variance: Any, threshold: float = 1.0) -> np.ndarray:
    """Return how well light, such as an arc, stands out in images of several bands, (n,).

    Parameters are those of `band_signal_to_noise`, whose results are added in quadrature.
    """
    return np.sqrt(np.sum(_squared_ratios(light, variance, threshold), axis=-1))


def band_signal_to_noise(light: Any, variance: Any, threshold: float = 1.0) -> np.ndarray:
    """Return how well light stands out in each band.

    Σ s / √(Σ σ²) over the pixels where the light is above the threshold.

    Parameters
    ----------
    light : ndarray
        (n, B, H, W) light alone, without noise [σ of the sky].
    variance : ndarray
        (n, B, H, W) variance of the noise of the whole image, as of `noise_variance`.
    threshold : float, default 1
        [σ of the sky].

    Returns
    -------
    ndarray
        (n, B).
    """
    return np.sqrt(_squared_ratios(light, variance, threshold))


def _squared_ratios(light: Any, variance: Any, threshold: float) -> np.ndarray:
    counted, xp = light > threshold, namespace_of(light)
    if xp is np:
        signal = np.sum(light, axis=(-2, -1), where=counted)
        noise = np.sum(variance, axis=(-2, -1), where=counted)
    else:
        signal, noise = (
            on_host(xp.sum(xp.where(counted, one, 0.0), axis=(-2, -1))) for one in (light, variance)
        )
    return signal**2 / np.maximum(noise, 1e-9)
