"""Images of galaxies in files, in the light that networks of metallicities know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import may_fail
from astro_dl.observations.galaxies.band_files import find_candidates, read_cutout
from astro_dl.observations.galaxies.zero_points import zero_point_of_image
from astro_dl.observations.images.band_images import OpenImages
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.galaxy_metallicity.inputs import network_input
from astro_dl.science.galaxy_metallicity.physics import BANDS, MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulation.population import ZERO_POINT

Array = np.ndarray
UNLIKE = 2.0
"""Ratio of the noise of an image and that of the training above which they differ."""


@dataclass(frozen=True)
class Options:
    """How files are read, by options of the same names of those who read them."""

    hdu: int | str | None = None
    bands: tuple[str, ...] | None = None
    zero_point: float | None = None
    pixel_scale_arcsec: float | None = None

    def __post_init__(self) -> None:
        scale = self.pixel_scale_arcsec
        if scale is not None and not 0 < scale < np.inf:
            raise UsageError(f"pixel_scale_arcsec is {scale:g}; accepted: above 0")
        if self.zero_point is not None and not np.isfinite(self.zero_point):
            raise UsageError(f"zero_point is {self.zero_point}; accepted: a finite number")


@dataclass(frozen=True)
class GalaxyImage:
    """A galaxy of a file.

    Parameters
    ----------
    id : str
        Name of the file, or of the files of all bands.
    ra, dec : float
        Of the middle [deg]; NaN where it is not known.
    x : ndarray, (size, size, 3)
        Input of a network; NaN where it cannot be made.
    flags : tuple of str
        What had to be assumed, and what is unusual.
    """

    id: str
    ra: float
    dec: float
    x: Array
    flags: tuple[str, ...]


def read_galaxies(
    physics: MetallicityPhysics, paths: Sequence[str | Path], options: Options
) -> Iterator[GalaxyImage]:
    """Yield the galaxies whose images in g, r and i files hold, in the files' order.

    Raises
    ------
    UsageError
        For the first file that cannot be used, unless it is tolerated.
    """
    size, scale = physics.size_pixels, physics.pixel_scale_arcsec
    with OpenImages() as opener:
        zero_point = partial(zero_point_of_image, opener=opener)
        for one in find_candidates(paths, BANDS, options.hdu, options.bands, opener):
            with may_fail(one.id):
                cutout = read_cutout(one, size, scale, options.pixel_scale_arcsec, opener)
                told = [options.zero_point] * len(BANDS)
                points = [zero_point(image) if known is None else known
                          for image, known in zip(one.images, told, strict=True)]  # fmt: skip
                unit = 10 ** (-0.4 * (np.array(points) - ZERO_POINT))
                x = network_input(physics, (cutout.image * unit)[None])[0]
                flags = _flags(physics, x, cutout.sigma * unit, bool(np.isfinite(points).all()))
                yield GalaxyImage(one.id, one.ra, one.dec, x, (*cutout.flags, *flags))


def expected_noise(physics: MetallicityPhysics) -> Array:
    """Return the standard deviation of a pixel's noise in the training [nMgy], (bands,)."""
    bands = named_survey(physics.survey).choose(BANDS)
    magnitude = np.array([one.sigma_magnitude(physics.pixel_scale_arcsec) for one in bands])
    magnitude += 1.25 * np.log10(physics.exposure_factor)
    return 10 ** (-0.4 * (magnitude - ZERO_POINT))


def _flags(
    physics: MetallicityPhysics, x: Array, sigma: Array, calibrated: bool
) -> tuple[str, ...]:
    if not calibrated:
        return ("no_zero_point",)
    if not np.isfinite(x).all():
        return ("too_few_pixels",)
    away = np.abs(np.log(sigma / expected_noise(physics)))
    known = np.isfinite(away)
    return ("noise_unlike_training",) if (away[known] > np.log(UNLIKE)).any() else ()
