"""Skies before they are blurred: galaxies and stars, or Gaussian random fields."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from astropy.table import QTable
from scipy import fft

from astro_dl.observations.galaxies.stamps import source_stamps
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.deconvolution.fourier import field_power, transfer
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics

Array = np.ndarray


class Scenes(Protocol):
    """n skies that can be looked at through any point-spread function."""

    @property
    def info(self) -> QTable:
        """What was drawn for each of them."""
        ...

    def through(self, point_spread: Array) -> Array:
        """Return images (n, size, size) without noise, through (n, k, k) or (k, k)."""
        ...


@dataclass(frozen=True)
class Sources:
    """Galaxies and stars.

    Parameters
    ----------
    scene : ndarray of int, (sources,)
        The sky that each is of, rising; each begins with the galaxy that is measured.
    light : SersicLight
        Of all sources; of stars the centre alone counts.
    flux : ndarray, (sources,)
        In standard deviations of the noise.
    star : ndarray of bool, (sources,)
        Which are stars.
    size : int
        Pixels along either side of an image.
    info : QTable
        Of the skies.
    """

    scene: Array
    light: SersicLight
    flux: Array
    star: Array
    size: int
    info: QTable

    def through(self, point_spread: Array) -> Array:
        """Return images without noise; see `Scenes`."""
        stamps = self.stamps(slice(None), point_spread)
        starts = np.searchsorted(self.scene, np.arange(len(self.info)))
        return np.add.reduceat(stamps, starts, axis=0)

    def stamps(self, some: Array | slice, point_spread: Array) -> Array:
        """Return the images of some sources, each alone; see `through`."""
        spread = point_spread[self.scene[some]] if point_spread.ndim == 3 else point_spread
        return source_stamps(
            self.light.take(some), self.flux[some], self.star[some], spread, self.size
        )


@dataclass(frozen=True)
class Fields:
    """Gaussian random fields, periodic.

    Parameters
    ----------
    spectrum : ndarray of complex, (n, size, size // 2 + 1)
        Their transforms.
    info : QTable
        Empty.
    """

    spectrum: Array
    info: QTable

    def through(self, point_spread: Array) -> Array:
        """Return images without noise; see `Scenes`."""
        size = self.spectrum.shape[1]
        return fft.irfft2(self.spectrum * transfer(point_spread, size), (size, size))


def draw_scenes(
    physics: DeconvolutionPhysics, fwhm: Array, point_spread: Array, rng: np.random.Generator
) -> Scenes:
    """Return a sky for each of n point-spread functions.

    Parameters
    ----------
    physics : DeconvolutionPhysics
        Which skies.
    fwhm : ndarray, (n,)
        Full width at half maximum [pixel].
    point_spread : ndarray, (n, k, k)
        Through which signal-to-noise ratios hold.
    rng : numpy.random.Generator
        Source of randomness.
    """
    if physics.scene == "gaussian":
        size = physics.size_pixels
        white = fft.rfft2(rng.standard_normal((len(fwhm), size, size)))
        return Fields(white * np.sqrt(field_power(physics, size)), QTable())
    return _draw_sources(physics, fwhm, point_spread, rng)


def _draw_sources(
    physics: DeconvolutionPhysics, fwhm: Array, point_spread: Array, rng: np.random.Generator
) -> Sources:
    n, half = len(fwhm), physics.size_pixels / 2
    scene = np.repeat(np.arange(n), 1 + rng.poisson(physics.neighbours, n))
    first = np.searchsorted(scene, np.arange(n))
    count = len(scene)

    def log_uniform(bounds: tuple[float, float]) -> Array:
        return np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]), count))

    x, y = rng.uniform(-half, half, (2, count))
    x[first], y[first] = rng.uniform(-1, 1, (2, n)) * physics.offset_pixels
    radius, index = (
        log_uniform(physics.radius_pixels_range),
        log_uniform(physics.sersic_index_range),
    )
    e1, e2 = ellipticity(
        rng.uniform(*physics.axis_ratio_range, count), rng.uniform(0, np.pi, count)
    )
    star = rng.random(count) < physics.star_fraction
    star[first] = False
    snr = log_uniform(physics.snr_range)
    # Of Gaussians; exact for the galaxies that are measured, below.
    variance = (fwhm[scene] / FWHM_PER_SIGMA) ** 2
    variance += np.where(star, 0, (2 * radius / FWHM_PER_SIGMA) ** 2)
    flux = snr * np.sqrt(4 * np.pi * variance)
    info = QTable({"snr": snr[first], "x": x[first], "y": y[first]})
    light = SersicLight(radius, index, e1, e2, x, y)
    sources = Sources(scene, light, flux, star, physics.size_pixels, info)
    measured = np.sqrt(np.sum(sources.stamps(first, point_spread) ** 2, axis=(1, 2), dtype=float))
    flux[first] *= snr[first] / measured
    return sources
