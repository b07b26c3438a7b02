"""Exposures with hits, and the truth of every pixel."""

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.examples import Examples
from astro_dl.observations.images.particles import Detector, deposit, draw_hits
from astro_dl.science.cosmic_rays.inputs import input_of_images
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics
from astro_dl.science.cosmic_rays.simulation.scenes import (
    bleed,
    draw_seeing,
    galaxy_light,
    hot_pixels,
    star_light,
    trail_light,
)


def simulate(physics: CosmicRayPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n exposures.

    Parameters
    ----------
    physics : CosmicRayPhysics
        Detectors, skies and particles.
    n : int
        Number of images.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, size, size, 2) as `astro_dl.science.cosmic_rays.inputs.network_input` gives it;
        ``y`` (n, size, size) 1 where particles left more charge than the standard deviation of the
        background's noise; ``info`` with what each image is taken with, and the number of hits.
    """

    def drawn(bounds: tuple[float, float]) -> np.ndarray:
        return np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]), n))

    detector = Detector(
        drawn(physics.pixel_um_range),
        drawn(physics.thickness_um_range),
        drawn(physics.diffusion_um_range),
    )
    fwhm, sky = drawn(physics.seeing_fwhm_pixels_range), drawn(physics.sky_electrons_range)
    read_noise = drawn(physics.read_noise_electrons_range)
    noise = np.sqrt(sky + read_noise**2)
    seeing = draw_seeing(fwhm, rng)
    light = star_light(physics, seeing, drawn(physics.stars_per_megapixel_range), noise, rng)
    light += galaxy_light(physics, seeing, drawn(physics.galaxies_per_megapixel_range), noise, rng)
    light += trail_light(physics, seeing, noise, rng) + hot_pixels(physics, noise, rng)
    size, density = physics.size_pixels, drawn(physics.hits_per_megapixel_range)
    struck = np.repeat(np.arange(n), rng.poisson(density * size**2 / 1e6))
    angles = physics.zenith_power, physics.electron_fraction
    hits = draw_hits(struck, size, detector, rng, *angles)
    charge = deposit(hits, detector, n, size, rng)
    electrons = rng.poisson(light + sky[:, None, None]) + charge
    electrons = bleed(electrons, physics.full_well_electrons)
    electrons += rng.standard_normal(charge.shape) * read_noise[:, None, None]
    info = QTable(
        {
            "exposure_id": rng.integers(2**62, size=n),
            "hits": np.bincount(hits.image, minlength=n),
            "seeing_fwhm": fwhm * u.pix,
            "sky": sky * u.electron,
            "read_noise": read_noise * u.electron,
            "pixel_width": detector.pixel_um * u.um,
            "thickness": detector.thickness_um * u.um,
        }
    )
    truth = charge > noise[:, None, None]
    return Examples(input_of_images(electrons), truth.astype(np.uint8), info)
