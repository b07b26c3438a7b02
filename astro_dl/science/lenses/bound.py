"""What the best estimate of lens parameters could reach on a task's own lenses."""

import numpy as np
from astropy.table import Table

from astro_dl.observations.images.observation import draw_observation
from astro_dl.observations.images.pixels import blocks
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.lenses.physics import LensPhysics
from astro_dl.science.lenses.simulate import lens_priors
from astro_dl.science.lenses.simulation.bound import cramer_rao
from astro_dl.science.lenses.simulation.cutouts import IMAGES_AT_ONCE, DrawnCutouts, expose
from astro_dl.science.lenses.simulation.scenes import draw_scenes


def least_errors(
    physics: LensPhysics, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the least errors that any estimate can have, on lenses drawn as the task draws them.

    Parameters
    ----------
    physics : LensParametersPhysics
        The survey and what is in its sky.
    n : int
        Number of lenses; about 40 ms each.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    bounds : ndarray, (n, 7)
        Standard deviations in the order of `astro_dl.science.lenses.parameters.TARGETS`; see
        `astro_dl.science.lenses.simulation.bound`.
    arc_snr : ndarray, (n,)
        Signal-to-noise ratio of the arcs.
    """
    survey = named_survey(physics.survey)
    observation = draw_observation(
        survey,
        physics.bands,
        n,
        rng,
        size=physics.size_pixels,
        exposure_factor=physics.exposure_factor,
        depth_scatter=physics.depth_scatter_mag,
    )
    priors = lens_priors(physics)
    scenes = draw_scenes(np.full(n, "lens"), observation, priors, rng, physics.satellite_rate)
    wanted = physics.arc_snr_min * (1 + rng.exponential(1, n))
    drawn = DrawnCutouts(physics.bands, observation, scenes, physics.arc_snr_min, wanted, None)
    images, found = [], []
    for part in blocks(n, IMAGES_AT_ONCE):
        light, about = expose(drawn, part)
        images.append(light)
        found.append(Table(about))
    brightened, ratio = (
        np.concatenate([np.asarray(one[name]) for one in found])
        for name in ("brightened", "arc_snr")
    )
    return cramer_rao(scenes, observation, brightened, np.concatenate(images), priors), ratio
