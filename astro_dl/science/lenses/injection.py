"""Simulated arcs around real galaxies."""

import numpy as np
from astropy.table import Table

from astro_dl.observations.images.observation import draw_observation
from astro_dl.observations.images.sky_noise import noise_variance, signal_to_noise
from astro_dl.observations.photometry.surveys import Survey
from astro_dl.science.lenses.physics import LensPhysics
from astro_dl.science.lenses.simulate import lens_priors
from astro_dl.science.lenses.simulation.ray_tracing import lensed_light
from astro_dl.science.lenses.simulation.scenes import draw_scenes


def inject_arcs(
    backgrounds: np.ndarray,
    survey: Survey,
    bands: tuple[str, ...],
    pixel_scale_arcsec: float,
    physics: LensPhysics,
    rng: np.random.Generator,
) -> tuple[np.ndarray, Table]:
    """Return real images with the arcs of simulated lenses in their middle.

    The arcs are as sharp and as bright as the survey of the backgrounds would have seen them, and
    bring the noise of their own photons. The radius does not know the galaxy's mass.

    Parameters
    ----------
    backgrounds : ndarray
        (n, size, size, bands) in units of the sky noise; NaN where masked.
    survey : Survey
        That took them.
    bands : tuple of str
        Of the survey.
    pixel_scale_arcsec : float
        Of the backgrounds, resampled or not.
    physics : StrongLensPhysics
        Priors of lenses and sources, and ``arc_snr_min``: fainter arcs are brightened to between
        this and twice this.
    rng : numpy.random.Generator
        Source of everything.

    Returns
    -------
    images : ndarray
        As the backgrounds.
    truth : astropy.table.Table
        ``einstein_radius`` ["] and ``arc_snr``, see `sky_noise.signal_to_noise`.
    """
    n, size = backgrounds.shape[:2]
    observation = draw_observation(
        survey, bands, n, rng, size=size, pixel_scale=pixel_scale_arcsec, depth_scatter=0.0
    )
    kind = np.full(n, "lens")
    sources = draw_scenes(kind, observation, lens_priors(physics), rng, satellite_rate=0.0).sources
    light = lensed_light(
        sources.mass,
        sources.light,
        sources.flux,
        size=observation.rendered,
        pixel_scale=pixel_scale_arcsec,
    )
    arcs = observation.expose(light, np.arange(n))
    galaxies = np.nan_to_num(np.moveaxis(backgrounds, -1, 1))
    variance = noise_variance(galaxies, observation.electrons_per_sigma)
    ratio = signal_to_noise(arcs, variance)
    wanted = physics.arc_snr_min * (1 + rng.random(n))
    faint = ratio < physics.arc_snr_min
    factor = np.where(faint, wanted / np.maximum(ratio, 0.1 * physics.arc_snr_min + 1e-9), 1.0)
    arcs *= factor[:, None, None, None].astype(np.float32)
    photons = np.sqrt(noise_variance(arcs, observation.electrons_per_sigma) - 1)
    noisy = arcs + photons * rng.standard_normal(arcs.shape)
    truth = Table({"einstein_radius": sources.mass.einstein_radius})
    truth["arc_snr"] = signal_to_noise(arcs, variance)
    return backgrounds + np.moveaxis(noisy, 1, -1), truth
