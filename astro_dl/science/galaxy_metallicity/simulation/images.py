"""Galaxies as images: bulge, disc and clumps in each band."""

import numpy as np
from scipy.special import ndtr

from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.galaxies import (
    Components,
    concatenate_components,
    render_components,
)
from astro_dl.observations.images.pixels import pixel_axis
from astro_dl.science.galaxy_metallicity.simulation.population import Galaxies

Array = np.ndarray
BULGE_RADIUS, BULGE_INDEX = 0.25, 2.0
"""Effective radius over that of the disc, and Sérsic index."""


def render(galaxies: Galaxies, size: int, pixel_scale: float) -> Array:
    """Return images before any blurring, (n, bands, size, size) float32 [nMgy per pixel].

    Parameters
    ----------
    galaxies : Galaxies
    size : int
        Pixels along either side.
    pixel_scale : float
        Width of a pixel ["].
    """
    n = len(galaxies)
    e1, e2 = ellipticity(galaxies.axis_ratio, galaxies.angle)
    round_e1, round_e2 = ellipticity(0.5 + 0.5 * galaxies.axis_ratio, galaxies.angle)
    circularised = galaxies.radius_arcsec * np.sqrt(galaxies.axis_ratio)
    everything, zero = np.arange(n), np.zeros(n)
    light = [
        Components(everything, galaxies.discs, zero, zero, circularised, 1.0, e1, e2),
        Components(
            everything, galaxies.bulges, zero, zero, BULGE_RADIUS * galaxies.radius_arcsec,
            BULGE_INDEX, round_e1, round_e2,
        ),
    ]  # fmt: skip
    smooth = render_components(concatenate_components(light), n, size=size, pixel_scale=pixel_scale)
    return smooth + render_clumps(galaxies, size, pixel_scale)


def render_clumps(galaxies: Galaxies, size: int, pixel_scale: float) -> Array:
    """Return the light of clumps alone, each a round Gaussian, exactly within every pixel."""
    edges = pixel_axis(size + 1, pixel_scale)
    spread = galaxies.clump_arcsec[:, None, None]
    x, y = (
        np.diff(ndtr((edges - place[..., None]) / spread), axis=2).astype(np.float32)
        for place in (galaxies.clump_x, galaxies.clump_y)
    )
    light = galaxies.clumps.astype(np.float32)
    rows = np.moveaxis(light, 2, 1)[..., None] * y[:, None]
    return np.swapaxes(rows, 2, 3) @ x[:, None]
