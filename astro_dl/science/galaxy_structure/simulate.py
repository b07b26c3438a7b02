"""Stamps of galaxies with what is behind them."""

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.examples import Examples
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics


def simulate(physics: GalaxyStructurePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n stamps of galaxies and their point-spread functions.

    Parameters
    ----------
    physics : GalaxyStructurePhysics
        Galaxies, noise and seeing.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.observations.galaxies.inputs.network_input` gives it; ``y`` (n, 5)
        float32 in the order of ``TARGETS``; ``info`` with all that was drawn.
    """

    def uniform(bounds: tuple[float, float]) -> np.ndarray:
        return rng.uniform(bounds[0], bounds[1], n)

    def log_uniform(bounds: tuple[float, float]) -> np.ndarray:
        return np.exp(uniform((np.log(bounds[0]), np.log(bounds[1]))))

    fwhm, beta = uniform(physics.seeing_fwhm_pixels_range), uniform(physics.moffat_beta_range)
    spread_e1, spread_e2 = physics.point_spread_ellipticity * rng.standard_normal((2, n))
    e1, e2 = ellipticity(uniform(physics.axis_ratio_range), rng.uniform(0, np.pi, n))
    x, y = rng.uniform(-1, 1, (2, n)) * physics.offset_pixels
    radius, index = (
        log_uniform(physics.radius_pixels_range),
        log_uniform(physics.sersic_index_range),
    )
    light, snr = SersicLight(radius, index, e1, e2, x, y), log_uniform(physics.snr_range)
    spread = moffat_images(fwhm, beta, physics.point_spread_pixels, spread_e1, spread_e2)
    stamps = galaxy_stamps(light, np.ones(n), spread, physics.size_pixels)
    flux = snr / np.sqrt(np.sum(stamps**2, axis=(1, 2), dtype=float))
    sky = physics.sky_error_sigma * rng.standard_normal(n)
    stamps *= flux.astype(np.float32)[:, None, None]
    stamps += sky.astype(np.float32)[:, None, None]
    stamps += rng.standard_normal(stamps.shape, dtype=np.float32)
    magnitude = -2.5 * np.log10(flux)
    info = QTable(
        {
            "galaxy_id": rng.integers(2**62, size=n),
            "snr": snr,
            "magnitude": magnitude * u.mag,
            "radius": radius * u.pix,
            "sersic_index": index,
            "e1": e1,
            "e2": e2,
            "x": x * u.pix,
            "y": y * u.pix,
            "sky": sky,
            "seeing_fwhm": fwhm * u.pix,
            "moffat_beta": beta,
            "point_spread_e1": spread_e1,
            "point_spread_e2": spread_e2,
            "stamp_pixels": np.full(n, physics.size_pixels),
            "point_spread_pixels": np.full(n, physics.point_spread_pixels),
            "sky_error": np.full(n, physics.sky_error_sigma),
        }
    )
    y_true = np.stack([magnitude, np.log(radius), np.log(index), e1, e2], axis=1)
    return Examples(network_input(stamps, spread), y_true.astype(np.float32), info)
