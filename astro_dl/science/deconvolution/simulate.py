"""Blurred images with noise, and what is behind them."""

import numpy as np
from astropy import units as u
from astropy.table import QTable, hstack

from astro_dl.core.examples import Examples
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.science.deconvolution.fourier import target_image
from astro_dl.science.deconvolution.inputs import network_input
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.scenes import Scenes, draw_scenes


def simulate(physics: DeconvolutionPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n blurred images and the sharp ones behind them.

    Parameters
    ----------
    physics : DeconvolutionPhysics
        Skies, noise and seeing.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.deconvolution.inputs.network_input` gives it; ``y`` (n, size,
        size) float32 without noise, at the target, in standard deviations of the noise of ``x``;
        ``info`` with the seeing and, of galaxies, what is in the middle.
    """
    scenes, point_spread, info = draw_skies(physics, n, rng)
    sky = physics.sky_error_sigma * rng.standard_normal((n, 1, 1))
    images = scenes.through(point_spread) + sky
    images = images + rng.standard_normal(images.shape)
    truth = scenes.through(target_image(physics)).astype(np.float32)
    return Examples(network_input(physics, images, point_spread), truth, info)


def draw_skies(
    physics: DeconvolutionPhysics, n: int, rng: np.random.Generator
) -> tuple[Scenes, np.ndarray, QTable]:
    """Return n skies, point-spread functions (n, k, k), and what was drawn for both."""
    fwhm = rng.uniform(*physics.seeing_fwhm_pixels_range, n)
    beta = rng.uniform(*physics.moffat_beta_range, n)
    e1, e2 = physics.point_spread_ellipticity * rng.standard_normal((2, n))
    point_spread = moffat_images(fwhm, beta, physics.point_spread_pixels, e1, e2)
    scenes = draw_scenes(physics, fwhm, point_spread, rng)
    info = QTable(
        {
            "sky_id": rng.integers(2**62, size=n),
            "seeing_fwhm": fwhm * u.pix,
            "moffat_beta": beta,
            "point_spread_e1": e1,
            "point_spread_e2": e2,
        }
    )
    return scenes, point_spread, hstack([info, scenes.info]) if scenes.info.colnames else info
