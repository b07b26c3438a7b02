"""Stamps of stars and galaxies, frame by frame."""

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.examples import Examples
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import galaxy_stamps, star_stamps
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.star_galaxy.like_sources import of_like_sources
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics

STAR, GALAXY = 0, 1
NEAREST_FWHM, FARTHEST_FWHM = 1.5, 5.0
"""Distance of neighbours, in widths of the point-spread function."""


def simulate(physics: StarGalaxyPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n stamps of stars and galaxies.

    Parameters
    ----------
    physics : StarGalaxyPhysics
        Sources, noise and seeing.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.observations.galaxies.inputs.network_input` gives it; ``y`` 1 for
        galaxies; ``info`` with ``frame_id``, which sources of one point-spread function share,
        ``snr``, ``magnitude`` (of a flux in σ of a pixel) and what else was drawn.
    """
    frames = -(-n // physics.sources_per_frame)
    frame = np.repeat(np.arange(frames), physics.sources_per_frame)[:n]

    def uniform(bounds: tuple[float, float], count: int = n) -> np.ndarray:
        return rng.uniform(bounds[0], bounds[1], count)

    def log_uniform(bounds: tuple[float, float]) -> np.ndarray:
        return np.exp(uniform((np.log(bounds[0]), np.log(bounds[1]))))

    fwhm = uniform(physics.seeing_fwhm_pixels_range, frames)
    spreads = moffat_images(
        fwhm,
        uniform(physics.moffat_beta_range, frames),
        physics.point_spread_pixels,
        *(physics.point_spread_ellipticity * rng.standard_normal((2, frames))),
    )
    spread, fwhm = spreads[frame], fwhm[frame]
    is_galaxy = rng.random(n) < physics.galaxy_fraction
    e1, e2 = ellipticity(uniform(physics.axis_ratio_range), rng.uniform(0, np.pi, n))
    x, y = rng.uniform(-1, 1, (2, n)) * physics.offset_pixels
    radius, index = (
        log_uniform(physics.radius_fwhm_range) * fwhm,
        log_uniform(physics.sersic_index_range),
    )
    size, one = physics.size_pixels, np.ones(n)
    stamps = star_stamps(x, y, one, spread, size)
    light = SersicLight(radius, index, e1, e2, x, y).take(is_galaxy)
    stamps[is_galaxy] = galaxy_stamps(light, one[is_galaxy], spread[is_galaxy], size)
    snr = log_uniform(physics.snr_range)
    flux = snr / np.sqrt(np.sum(stamps**2, axis=(1, 2), dtype=float))
    stamps *= flux.astype(np.float32)[:, None, None]
    beside = np.flatnonzero(rng.random(n) < physics.neighbour_fraction)
    distance = rng.uniform(NEAREST_FWHM, FARTHEST_FWHM, len(beside)) * fwhm[beside]
    angle, share = rng.uniform(0, 2 * np.pi, len(beside)), rng.uniform(0.1, 1, len(beside))
    stamps[beside] += star_stamps(
        x[beside] + distance * np.cos(angle),
        y[beside] + distance * np.sin(angle),
        share * flux[beside],
        spread[beside],
        size,
    )
    stamps += rng.standard_normal(stamps.shape, dtype=np.float32)
    if physics.saturation_sigma is not None:
        np.minimum(stamps, np.float32(physics.saturation_sigma), out=stamps)
        spread = of_like_sources(stamps, frame, physics.point_spread_pixels)
    info = QTable(
        {
            "frame_id": rng.integers(2**62, size=frames)[frame],
            "snr": snr,
            "magnitude": -2.5 * np.log10(flux) * u.mag,
            "radius_fwhm": np.where(is_galaxy, radius / fwhm, 0.0),
            "sersic_index": np.where(is_galaxy, index, np.nan),
            "seeing_fwhm": fwhm * u.pix,
            "neighbour": np.isin(np.arange(n), beside),
        }
    )
    return Examples(network_input(stamps, spread), is_galaxy.astype(np.float32), info)
