"""Images in FITS files with their point-spread functions, of which rows are read when asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.stats import mad_std

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import chosen_image, has_image, open_fits, read_image
from astro_dl.observations.galaxies.stamp_files import StampPhysics, fitted_point_spread
from astro_dl.observations.images.background import Background
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.observations.images.pixels import observed

Array = np.ndarray
POINT_SPREAD, MASK = "PSF", "MASK"
"""Names of extensions; a mask is 0 where pixels are good."""

BOX = 256
"""Pixels along either side of the boxes in which sky and noise are measured."""

MOST_UNKNOWN = 0.5
LEAST_WHITE = 0.85
"""Of the noise: the scatter of neighbouring pixels' differences over √2, where noise is white."""

SAMPLE_PIXELS = 4_000_000
"""About as many are looked at for the noise."""


@dataclass(frozen=True)
class SkyImage:
    """An image, its noise and its point-spread function.

    Parameters
    ----------
    path : Path
        The file.
    data : ndarray, (H, W)
        As the file has it, perhaps mapped; NaN where it is not known.
    header : fits.Header
        Of the image.
    point_spread : ndarray, (k, k)
        Of unit sum.
    background : Background
        Sky, and noise unless it is given.
    sigma : float or None
        Noise of a pixel that was given.
    """

    path: Path
    data: Array
    header: fits.Header
    point_spread: Array
    background: Background
    sigma: float | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.data.shape

    def noise(self, rows: slice) -> Array:
        """Return the standard deviation of the noise of pixels, in the file's unit."""
        measured = self.background.at(rows)[1]
        return measured if self.sigma is None else np.full_like(measured, self.sigma)

    def light(self, rows: slice) -> Array:
        """Return light above the sky, in standard deviations of the noise; NaN if not known."""
        values = np.asarray(self.data[rows], np.float32)
        return (values - self.background.at(rows)[0]) / self.noise(rows)

    @property
    def sample(self) -> slice:
        """Rows that tell of the noise, about four million pixels."""
        return slice(None, None, 1 + self.data.size // SAMPLE_PIXELS)

    @property
    def masked_fraction(self) -> float:
        """Of the pixels, those that are not known."""
        return float(1 - np.mean([np.isfinite(row).mean() for row in self.data]))

    def has_correlated_noise(self) -> bool:
        """Whether the noise of neighbouring pixels is alike, as in resampled images."""
        steps = np.diff(self.light(self.sample), axis=1)
        return bool(mad_std(steps, ignore_nan=True) / np.sqrt(2) < LEAST_WHITE)

    def has_usual_seeing(self, physics: StampPhysics) -> bool:
        """Whether it is seen as widely as in a training, whose widths are before the pixel."""
        narrow, wide = physics.seeing_fwhm_pixels_range
        width = full_width_at_half_maximum(self.point_spread)
        return bool(0.9 * narrow <= width <= 1.1 * np.hypot(wide, 1))


@contextmanager
def open_image(
    path: str | Path,
    physics: StampPhysics,
    psf: str | Path | None = None,
    hdu: int | str | None = None,
    sigma: float | None = None,
) -> Iterator[SkyImage]:
    """Open an image.

    Parameters
    ----------
    path : str or Path
        A FITS file.
    physics : StampPhysics
        Says how large point-spread functions are.
    psf : str or Path, optional
        FITS file of the point-spread function, in place of the extension ``PSF``.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    sigma : float, optional
        Noise of a pixel in the file's unit; default what is measured.

    Raises
    ------
    UsageError
        If the file cannot be read, or lacks an image, a point-spread function or noise.
    """
    if sigma is not None and not 0 < sigma < np.inf:
        raise UsageError(f"sigma is {sigma:g}; accepted: above 0")
    with open_fits(path, memmap=True) as hdus:
        _, image = chosen_image(hdus, path, hdu, (POINT_SPREAD, MASK))
        rest = [one for one in hdus if one is not image and has_image(one)]
        planes = {one.name.upper(): one.data for one in rest}
        least = physics.point_spread_pixels + 1
        if image.data.ndim != 2 or min(image.data.shape) < least:
            raise UsageError(
                f"{path}: the image has shape {image.data.shape}; accepted: two axes of at least "
                f"{least} pixels"
            )
        kernel = planes.get(POINT_SPREAD) if psf is None else read_image(psf)
        if kernel is None:
            raise UsageError(
                f"{path}: no point-spread function; accepted: an extension {POINT_SPREAD}, or a "
                "file of its own, --psf"
            )
        try:
            spread = fitted_point_spread(kernel, physics.point_spread_pixels)
            data = _known(image.data, planes.get(MASK))
            background = Background.measure(data, BOX)
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from None
        yield SkyImage(Path(path), data, image.header, spread, background, sigma)


def _known(data: Array, mask: Array | None) -> Array:
    """Return an image with NaN where nothing was observed or a mask is set."""
    data = observed(data)
    if mask is not None:
        if mask.shape != data.shape:
            raise UsageError(f"the mask has shape {mask.shape}, the image {data.shape}")
        data = np.where(mask == 0, data, np.nan).astype(np.float32)
    unknown = np.mean([1 - np.isfinite(row).mean() for row in data])
    if unknown > MOST_UNKNOWN:
        raise UsageError(f"{unknown:.0%} of the pixels are not known; accepted: half at most")
    return data
