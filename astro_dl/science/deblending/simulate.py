"""Blends of galaxies and stars with noise, and what the source in the middle has of each pixel."""

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.examples import Examples
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import source_stamps
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.deblending.bound import flux_bounds
from astro_dl.science.deblending.inputs import brightness, network_input, told_positions
from astro_dl.science.deblending.physics import DeblendingPhysics
from astro_dl.science.deblending.shares import blendedness, true_shares, windows

Array = np.ndarray
ALONE = 99.0
"""Distance [widths of the seeing] to the nearest other source where there is none."""


@dataclass(frozen=True)
class Blends:
    """n blends without noise.

    Parameters
    ----------
    scene : ndarray of int, (sources,)
        The blend that each source is of, rising; each begins with the one in the middle.
    x, y : ndarray, (sources,)
        True places from the middle of the stamp [pixel].
    told_x, told_y : ndarray, (sources,)
        What is told of them.
    recognised : ndarray of bool, (sources,)
        Which are told of at all.
    star : ndarray of bool, (sources,)
        Which are stars.
    stamps : ndarray of float32, (sources, size, size)
        Light of each, in standard deviations of the noise.
    point_spread : ndarray, (n, k, k)
        Of unit sum.
    fwhm, beta : ndarray, (n,)
        Of the seeing [pixel].
    """

    scene: Array
    x: Array
    y: Array
    told_x: Array
    told_y: Array
    recognised: Array
    star: Array
    stamps: Array
    point_spread: Array
    fwhm: Array
    beta: Array

    @property
    def first(self) -> Array:
        """Numbers of the sources in the middle (n,)."""
        return np.searchsorted(self.scene, np.arange(len(self.fwhm)))

    @property
    def total(self) -> Array:
        """Light of all sources (n, size, size)."""
        return np.add.reduceat(self.stamps, self.first, axis=0)

    def positions(self) -> Array:
        """Return what networks are told of places (n, 8, 3)."""
        places = np.stack([self.told_x, self.told_y], axis=1)
        ends = np.append(self.first[1:], len(self.scene))
        return np.stack(
            [
                told_positions(places[a], places[a + 1 : b][self.recognised[a + 1 : b]])
                for a, b in zip(self.first, ends, strict=True)
            ]
        )


def simulate(physics: DeblendingPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n stamps, and the light of the source in the middle of each.

    Parameters
    ----------
    physics : DeblendingPhysics
        Sources, noise and seeing.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.deblending.inputs.network_input` gives it; ``y`` (n, size, size)
        float32, the source's true share of each pixel times the observed light, in the unit of the
        image; ``info``: what was drawn, ``unit`` of light [σ], true ``flux`` and ``window_flux``
        [σ] without noise, ``blendedness``, and ``flux_bound``, the Cramér–Rao bound on the relative
        error of the flux.
    """
    blends = draw_blends(physics, n, rng)
    total, own = blends.total, blends.stamps[blends.first]
    sky = physics.sky_error_sigma * rng.standard_normal((n, 1, 1))
    images = total + sky + rng.standard_normal(total.shape)
    unit = brightness(images)
    light = true_shares(own, total, physics.floor_sigma) * images / unit[:, None, None]
    x = network_input(images, blends.positions(), blends.point_spread)
    return Examples(x, light.astype(np.float32), _info(blends, unit, rng))


def draw_blends(physics: DeblendingPhysics, n: int, rng: np.random.Generator) -> Blends:
    """Return n blends; parameters as of `simulate`."""
    fwhm = rng.uniform(*physics.seeing_fwhm_pixels_range, n)
    beta = rng.uniform(*physics.moffat_beta_range, n)
    e1, e2 = physics.point_spread_ellipticity * rng.standard_normal((2, n))
    point_spread = moffat_images(fwhm, beta, physics.point_spread_pixels, e1, e2)

    near = rng.integers(physics.sources[0], physics.sources[1] + 1, n)
    scene = np.repeat(np.arange(n), near + rng.poisson(physics.neighbours, n))
    first = np.searchsorted(scene, np.arange(n))
    count = len(scene)
    told_x, told_y = _places(physics, scene, near, fwhm, rng)
    wrong_x, wrong_y = physics.position_error_pixels * rng.standard_normal((2, count))
    x, y = told_x + wrong_x, told_y + wrong_y

    def log_uniform(bounds: tuple[float, float], size: int) -> Array:
        return np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]), size))

    radius = log_uniform(physics.radius_pixels_range, count)
    index = log_uniform(physics.sersic_index_range, count)
    axis_ratio, angle = rng.uniform(*physics.axis_ratio_range, count), rng.uniform(0, np.pi, count)
    star = rng.random(count) < physics.star_fraction
    fainter = rng.uniform(0, physics.magnitude_difference, count)
    fainter[first + (near * rng.random(n)).astype(int)] = 0
    # Of Gaussians, about: how much noise there is below each source.
    variance = (fwhm[scene] / FWHM_PER_SIGMA) ** 2
    variance += np.where(star, 0, (2 * radius / FWHM_PER_SIGMA) ** 2)
    noise = np.sqrt(4 * np.pi * variance)
    snr = log_uniform(physics.snr_range, n)[scene] * 10 ** (-0.4 * fainter)
    snr[first] = np.maximum(snr[first], physics.least_snr)
    recognised = (snr >= physics.least_snr) & (rng.random(count) >= physics.unrecognised_fraction)
    recognised[first] = True
    light = SersicLight(radius, index, *ellipticity(axis_ratio, angle), x, y)
    stamps = source_stamps(light, snr * noise, star, point_spread[scene], physics.size_pixels)
    np.maximum(stamps, 0, out=stamps)
    return Blends(scene, x, y, told_x, told_y, recognised, star, stamps, point_spread, fwhm, beta)


def _places(
    physics: DeblendingPhysics, scene: Array, near: Array, fwhm: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return places x, y of sources: the middle, those near it, and those anywhere."""
    first = np.searchsorted(scene, np.arange(len(near)))
    rank = np.arange(len(scene)) - first[scene]
    half = physics.size_pixels / 2
    x, y = rng.uniform(-half, half, (2, len(scene)))
    middle_x, middle_y = rng.uniform(-0.5, 0.5, (2, len(near)))
    distance = fwhm[scene] * rng.uniform(*physics.separation_seeing_range, len(scene))
    angle = rng.uniform(0, 2 * np.pi, len(scene))
    close = rank < near[scene]
    distance[rank == 0] = 0
    x = np.where(close, middle_x[scene] + distance * np.cos(angle), x)
    y = np.where(close, middle_y[scene] + distance * np.sin(angle), y)
    return x, y


def _info(blends: Blends, unit: Array, rng: np.random.Generator) -> QTable:
    first, n = blends.first, len(blends.fwhm)
    own = blends.stamps[first]
    x, y = blends.told_x[first], blends.told_y[first]
    window = windows(x, y, blends.fwhm, own.shape[-1])
    apart = np.hypot(
        blends.x - blends.x[first][blends.scene], blends.y - blends.y[first][blends.scene]
    )
    apart[first] = np.inf
    nearest = np.minimum.reduceat(apart, first) / blends.fwhm
    return QTable(
        {
            "blend_id": rng.integers(2**62, size=n),
            "seeing_fwhm": blends.fwhm * u.pix,
            "moffat_beta": blends.beta,
            "x": x,
            "y": y,
            "sources": np.bincount(blends.scene, minlength=n),
            "recognised": np.bincount(blends.scene, blends.recognised, n).astype(int),
            "star": blends.star[first],
            "separation_seeing": np.minimum(nearest, ALONE),
            "snr": np.sqrt(np.sum(own**2, axis=(1, 2), dtype=float)),
            "unit": unit,
            "flux": own.sum(axis=(1, 2), dtype=float),
            "window_flux": np.sum(window * own, axis=(1, 2)),
            "blendedness": blendedness(own, blends.total),
            "flux_bound": flux_bounds(blends.stamps, blends.scene, first),
        }
    )
