"""Images of the sky in FITS files, of which rows are read when they are asked for."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import chosen_image, open_fits
from astro_dl.observations.images.background import Background
from astro_dl.observations.images.pixels import BAND, blocks, observed

Array = np.ndarray
BOX = 128
"""Pixels along either side of the boxes in which the sky and its noise are measured."""

FEWEST_PIXELS = 16
MOST_UNKNOWN = 0.9
OTHER_PLANES = ("PSF", "MASK", "WHT", "WEIGHT", "ERR", "VARIANCE", "DQ")
"""Extensions that are not the first image."""


@dataclass(frozen=True)
class _Known:
    """Pixels of which those that have no weight are NaN when they are read."""

    data: Array
    weights: Array | None

    @property
    def shape(self) -> tuple[int, int]:
        return self.data.shape

    def __getitem__(self, part: Any) -> Array:
        values = np.asarray(self.data[part], np.float32)
        if self.weights is None:
            return values
        return np.where(_is_weight(self.weights[part]), values, np.float32(np.nan))


@dataclass(frozen=True)
class Field:
    """An image of the sky, and how noisy it is.

    Parameters
    ----------
    path : Path
        The file.
    pixels : array (H, W)
        Of which parts are read; NaN where they are not known.
    weights : ndarray or None
        Inverse variance of each pixel, where the file has it.
    header : fits.Header
        Of the image.
    background : Background
        The sky, and its noise.
    """

    path: Path
    pixels: _Known
    weights: Array | None
    header: fits.Header
    background: Background

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.pixels.shape

    def above_sky(self, rows: slice) -> tuple[Array, Array]:
        """Return light above the sky, NaN where not known, and its noise, in the file's unit."""
        level, noise = self.background.at(rows)
        if self.weights is not None:
            # Of images in physical units, inverse variances are beyond single precision.
            weights = np.asarray(self.weights[rows], np.float64)
            known = _is_weight(weights)
            noise[known] = 1 / np.sqrt(weights[known])
        return self.pixels[rows] - level, noise

    def light(self, rows: slice) -> Array:
        """Return light above the sky in standard deviations of the noise, 0 where not known."""
        light, noise = self.above_sky(rows)
        return np.nan_to_num(light / noise)

    def bands(self) -> Iterator[slice]:
        """Yield rows from the top, some at a time."""
        for top in range(0, self.shape[0], BAND):
            yield slice(top, min(self.shape[0], top + BAND))


@contextmanager
def open_field(
    path: str | Path, hdu: int | str | None = None, weights: int | str | None = None
) -> Iterator[Field]:
    """Open an image of the sky.

    Parameters
    ----------
    path : str or Path
        A FITS file.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    weights : int or str, optional
        Number or name of the extension with the inverse variance of each pixel, 0 where it is not
        known; default the noise that is measured in boxes of 128 pixels.

    Raises
    ------
    UsageError
        If the file cannot be read, holds no image of two axes, or one without noise.
    """
    with open_fits(path, memmap=True) as hdus:
        name, image = chosen_image(hdus, path, hdu, OTHER_PLANES)
        if image.data.ndim != 2 or min(image.data.shape) < FEWEST_PIXELS:
            raise UsageError(
                f"{path}: extension {name} has shape {image.data.shape}; accepted: two axes of at "
                f"least {FEWEST_PIXELS} pixels"
            )
        plane = None if weights is None else chosen_image(hdus, path, weights)[1].data
        if plane is not None and plane.shape != image.data.shape:
            raise UsageError(
                f"{path}: the weights have shape {plane.shape}, the image {image.data.shape}"
            )
        pixels = _Known(observed(image.data), plane)
        _check_known(path, pixels)
        try:
            background = Background.measure(pixels, BOX)  # type: ignore[arg-type]
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from None
        yield Field(Path(path), pixels, plane, image.header, background)


def _is_weight(weights: Array) -> Array:
    """Return which inverse variances are of known pixels."""
    return np.isfinite(weights) & (weights > 0)


def _check_known(path: str | Path, pixels: _Known) -> None:
    lost = sum(int(np.isnan(pixels[rows]).sum()) for rows in blocks(pixels.shape[0], BAND))
    unknown = lost / math.prod(pixels.shape)
    if unknown > MOST_UNKNOWN:
        raise UsageError(
            f"{path}: {unknown:.0%} of the pixels are not known; accepted: {MOST_UNKNOWN:.0%} at "
            "most"
        )
