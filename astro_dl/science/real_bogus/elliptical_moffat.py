"""Point-spread functions that are not round, at any place between the pixels."""

from dataclasses import dataclass

import numpy as np
from scipy import fft


@dataclass(frozen=True)
class EllipticalMoffat:
    """A Moffat profile with elliptical isophotes.

    The value at a pixel's centre stands for the pixel: it is the point-spread function of images,
    with the pixel in it (Moffat 1969, A&A 3, 455).

    Parameters
    ----------
    fwhm : float
        Full width at half maximum [pixel], the geometric mean of both axes.
    beta : float, default 3.5
        Exponent, above 1.
    e1, e2 : float, default 0
        Distortion (a² − b²) / (a² + b²) of the isophotes, along the axes and the diagonals.
    """

    fwhm: float
    beta: float = 3.5
    e1: float = 0.0
    e2: float = 0.0

    def __call__(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Return the light per pixel at offsets [pixel] of a source of unit flux."""
        area = self.fwhm**2 / (4 * (2 ** (1 / self.beta) - 1))
        squared = (1 - self.e1) * dx**2 - 2 * self.e2 * dx * dy + (1 + self.e1) * dy**2
        squared /= np.sqrt(1 - self.e1**2 - self.e2**2) * area
        return (self.beta - 1) / (np.pi * area) * np.exp(-self.beta * np.log1p(squared))

    def kernel(self, reach: int) -> np.ndarray:
        """Return the profile about a pixel, (2 reach + 1, 2 reach + 1), not normalised."""
        axis = np.arange(-reach, reach + 1.0)
        return self(axis[:, None], axis)

    def transfer(self, size: int) -> np.ndarray:
        """Return the Fourier transform (size, size // 2 + 1) on a periodic grid of even size."""
        axis = fft.fftfreq(size) * size
        return fft.rfft2(self(axis[:, None], axis))


def add_points(
    image: np.ndarray,
    y: np.ndarray,
    x: np.ndarray,
    flux: np.ndarray,
    psf: EllipticalMoffat,
    reach: int,
) -> None:
    """Add point sources to an image (H, W), in place.

    Parameters
    ----------
    image : ndarray
        (H, W).
    y, x : ndarray
        (m,) places [pixel], 0 at the centre of the first; sources may be outside.
    flux : ndarray
        (m,) in the image's unit.
    psf : EllipticalMoffat
        Of all.
    reach : int
        Pixels about a source to which its light extends.
    """
    row, column = np.rint(y).astype(int), np.rint(x).astype(int)
    inside = (
        (row >= -reach)
        & (row < image.shape[0] + reach)
        & (column >= -reach)
        & (column < image.shape[1] + reach)
    )
    y, x, flux, row, column = (one[inside] for one in (y, x, flux, row, column))
    step = np.arange(-reach, reach + 1)
    rows, columns = row[:, None] + step, column[:, None] + step
    light = flux[:, None, None] * psf(
        (rows - y[:, None])[:, :, None], (columns - x[:, None])[:, None, :]
    )
    add_boxes(image, light, row - reach, column - reach)


def add_boxes(image: np.ndarray, boxes: np.ndarray, row: np.ndarray, column: np.ndarray) -> None:
    """Add boxes (m, a, b), whose first pixels are at rows and columns (m,), to an image in place.

    What lies outside the image is left out.
    """
    (height, width), (tall, wide) = image.shape, boxes.shape[1:]
    for box, top, left in zip(boxes, row.tolist(), column.tolist(), strict=True):
        rows = slice(max(top, 0), min(top + tall, height))
        columns = slice(max(left, 0), min(left + wide, width))
        if rows.start < rows.stop and columns.start < columns.stop:
            image[rows, columns] += box[
                rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
            ]
