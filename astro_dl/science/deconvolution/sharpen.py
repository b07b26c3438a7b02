"""Images of any size through a network, and what the answer says of the image again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import fft, signal

from astro_dl.inference.protocol import Predictor
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.observations.galaxies.fields import SkyImage
from astro_dl.observations.images.tiles import in_tiles, mirrored, tiling_of_unet
from astro_dl.science.deconvolution.fourier import target_image, transfer
from astro_dl.science.deconvolution.inputs import tikhonov_kernels, with_deconvolutions
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics

Array = np.ndarray
TILES_AT_ONCE = 2
BAND = 512
"""Rows of an image that are looked at at once."""


@dataclass(frozen=True)
class Sharpened:
    """What a network makes of an image.

    Parameters
    ----------
    light : ndarray of float32, (H, W)
        Through the target, in the file's unit; NaN where the image is not known.
    residual : ndarray of float32, (H, W)
        The image less the answer, blurred again, in standard deviations of the noise.
    """

    light: Array
    residual: Array


def sharpen(predictor: Predictor[DeconvolutionPhysics], image: SkyImage) -> Sharpened:
    """Return what a network makes of an image, in tiles that leave no seam."""
    kernels = tikhonov_kernels(predictor.physics, image.point_spread[None])
    tiling = tiling_of_unet(predictor.bundle.config.hyperparameters, image.shape)
    larger = predictor.enlarged((tiling.size, tiling.size))
    point_spread = image.point_spread[None, ..., None].astype(np.float32)

    reach = kernels.shape[-1] // 2

    def read(rows: slice) -> Array:
        around = with_reach(partial(filled, image), rows, reach, image.shape[0])
        return with_deconvolutions(around[None], kernels)[0, reach:-reach]

    def apply(tiles: Array) -> Array:
        x = {IMAGE: tiles, POINT_SPREAD: np.repeat(point_spread, len(tiles), axis=0)}
        return larger.score(x, batch_size=min(TILES_AT_ONCE, len(tiles)))[..., 0]

    light = np.empty(image.shape, np.float32)
    for rows, answers in in_tiles(image.shape, tiling, read, apply):
        light[rows] = answers
    residual = _residual(predictor.physics, image, light)
    for first in range(0, len(light), BAND):
        rows = slice(first, first + BAND)
        known = np.isfinite(image.data[rows])
        light[rows] = np.where(known, light[rows] * image.noise(rows), np.nan)
    return Sharpened(light, residual)


def filled(image: SkyImage, rows: slice) -> Array:
    """Return light [σ] of rows, along which pixels that are not known are interpolated."""
    light = image.light(rows)
    places = np.arange(light.shape[1])
    for row in light:
        known = np.isfinite(row)
        if not known.all():
            row[:] = np.interp(places, places[known], row[known]) if known.any() else 0.0
    return light


def with_reach(read: Callable[[slice], Array], rows: slice, reach: int, height: int) -> Array:
    """Return rows of an image and as many as reach on both sides, mirrored at its ends."""
    wanted = mirrored(np.arange(rows.start - reach, rows.stop + reach), height)
    first = int(wanted.min())
    return read(slice(first, int(wanted.max()) + 1))[wanted - first]


def blurring_kernel(physics: DeconvolutionPhysics, point_spread: Array) -> Array:
    """Return the kernel (k, k) that blurs from the target to a point-spread function."""
    side = point_spread.shape[-1]
    grid = 2 * side + 2
    ratio = transfer(point_spread, grid) / transfer(target_image(physics), grid)
    kernel = fft.fftshift(fft.irfft2(ratio, (grid, grid)))
    own = slice(grid // 2 - side // 2, grid // 2 + side // 2 + 1)
    return kernel[own, own]


def _residual(physics: DeconvolutionPhysics, image: SkyImage, light: Array) -> Array:
    """Return an image less light [σ] blurred again; see `Sharpened`."""
    kernel = blurring_kernel(physics, image.point_spread).astype(np.float32)
    reach = len(kernel) // 2
    residual = np.empty_like(light)
    for first in range(0, len(light), BAND):
        rows = slice(first, min(first + BAND, len(light)))
        around = with_reach(light.__getitem__, rows, reach, len(light))
        sides = np.pad(around, ((0, 0), (reach, reach)), mode="reflect")
        residual[rows] = image.light(rows) - signal.fftconvolve(sides, kernel, mode="valid")
    return residual
