"""Examples of the task: images of simulated galaxies, and their metallicities."""

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.observations.images.observation import Observation, draw_observation
from astro_dl.observations.images.sky_noise import add_noise, noise_variance
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.galaxy_metallicity.inputs import network_input
from astro_dl.science.galaxy_metallicity.physics import BANDS, MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulation.images import render
from astro_dl.science.galaxy_metallicity.simulation.population import (
    ZERO_POINT,
    Galaxies,
    draw_galaxies,
)

Array = np.ndarray
AT_ONCE = 128


def simulate(physics: MetallicityPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n galaxies with their metallicities.

    Parameters
    ----------
    physics : MetallicityPhysics
        The survey and the galaxies.
    n : int
        Number of galaxies.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` images (n, size, size, 3), see `astro_dl.science.galaxy_metallicity.inputs`; ``y``
        (n, 1) float32, 12 + lg O/H; ``info`` with ``galaxy``, ``snr`` of its whole light, what
        `observables` gives, ``lg_mass``, ``lg_sfr``, ``redshift`` and ``seeing_arcsec``.
    """
    parts = [_block(physics, min(AT_ONCE, n - start), rng) for start in range(0, n, AT_ONCE)]
    x, y = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    columns = {name: np.concatenate([part[2][name] for part in parts]) for name in parts[0][2]}
    if not physics.related:
        y = y[rng.permutation(n)]
    info = Table({"galaxy": rng.integers(0, 2**62, n), **columns})
    return Examples(x, y[:, None].astype(np.float32), info)


def observables(galaxies: Galaxies) -> dict[str, Array]:
    """Return what images without noise and blur would tell of galaxies, by name, each (n,).

    ``magnitude_g``, ``magnitude_r``, ``magnitude_i``, ``radius_arcsec`` (of the disc),
    ``axis_ratio``, ``bulge`` (share of the stars' light in r) and the light of all clumps by
    ``clumps_g``, ``clumps_r``, ``clumps_i`` [mag].
    """
    clumps = ZERO_POINT - 2.5 * np.log10(np.maximum(galaxies.clumps.sum(axis=1), 1e-9))
    return {
        **{f"magnitude_{band}": galaxies.magnitudes[:, k] for k, band in enumerate(BANDS)},
        "radius_arcsec": galaxies.radius_arcsec,
        "axis_ratio": galaxies.axis_ratio,
        "bulge": galaxies.bulge,
        **{f"clumps_{band}": clumps[:, k] for k, band in enumerate(BANDS)},
    }


def clean_images(galaxies: Galaxies, observation: Observation) -> Array:
    """Return galaxies through the seeing, without noise, (n, bands, y, x) [nMgy per pixel]."""
    light = render(galaxies, observation.rendered, observation.pixel_scale)
    return observation.expose(light, slice(None))


def _block(
    physics: MetallicityPhysics, n: int, rng: np.random.Generator
) -> tuple[Array, Array, dict[str, Array]]:
    observation = draw_observation(
        named_survey(physics.survey), BANDS, n, rng, size=physics.size_pixels,
        pixel_scale=physics.pixel_scale_arcsec, exposure_factor=physics.exposure_factor,
    )  # fmt: skip
    galaxies = draw_galaxies(physics, n, rng)
    sigma = 10 ** (-0.4 * (observation.photometry.sigma_magnitude - ZERO_POINT))
    in_sigma = clean_images(galaxies, observation) / sigma[..., None, None].astype(np.float32)
    variance = noise_variance(in_sigma, observation.electrons_per_sigma)
    noisy = add_noise(in_sigma, observation.electrons_per_sigma, rng) * sigma[..., None, None]
    told = {
        "snr": np.sqrt(np.sum(in_sigma**2 / variance, axis=(1, 2, 3))),
        **observables(galaxies),
        "lg_mass": galaxies.lg_mass,
        "lg_sfr": galaxies.lg_sfr,
        "redshift": galaxies.redshift,
        "seeing_arcsec": observation.seeing[:, 1],
    }
    return network_input(physics, np.moveaxis(noisy, 1, 3)), galaxies.metallicity, told
