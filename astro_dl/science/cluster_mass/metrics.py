"""Errors of masses by the number of galaxies, beside relations of mass and dispersion."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binned_errors import BinnedErrors
from astro_dl.science.cluster_mass.dispersions import PUBLISHED

EDGES = (10, 20, 40, 80, 160, 301)
HELD = {"held_68": 0.6827, "held_90": 0.9}


def mass_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the errors of every method's mass, all together and by the number of galaxies.

    Returns
    -------
    dict
        By method ``mass_scatter`` and ``mass_bias`` [dex], root mean square and mean of log₁₀ of
        the mass over the true one, and
        lists of the first two by the number of galaxies; so of published relations, too. Of
        posteriors also ``held_68`` and ``held_90``, the share of truths within central intervals,
        and lists of them.
    """
    info = outcome.info
    if "dispersion_kms" not in info.colnames:
        return {}
    told = BinnedErrors(
        np.asarray(info["galaxies"]),
        EDGES,
        settings.confidence,
        settings.bootstrap,
        np.random.default_rng(0),
    )
    truth = np.asarray(outcome.y, np.float64)[:, 0]
    dispersion, redshift = (np.asarray(info[name]) for name in ("dispersion_kms", "redshift"))
    masses = {
        name: np.asarray(values, np.float64).reshape(len(truth), -1)[:, 0]
        for name, values in outcome.scores.items()
    }
    masses |= {name: relation(dispersion, redshift) for name, relation in PUBLISHED.items()}
    found = {
        name: told.of_errors(mass - truth, "mass", "galaxies") for name, mass in masses.items()
    }
    posterior = outcome.distributions.get(outcome.own)
    if posterior is not None:
        inside = np.abs(2 * np.asarray(posterior.cdf(outcome.y))[:, 0] - 1)
        for name, level in HELD.items():
            found[outcome.own][name] = told.share(inside < level)
            found[outcome.own][f"{name}_by_galaxies"] = told.binned(told.share, inside < level)
    return found
