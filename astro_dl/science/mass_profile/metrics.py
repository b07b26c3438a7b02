"""Errors of masses, slopes and anisotropies by the number of stars, beside simple estimators."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binned_errors import BinnedErrors
from astro_dl.science.mass_profile.estimators import ESTIMATORS
from astro_dl.science.mass_profile.parameters import TARGETS

EDGES = (30, 100, 300, 1000, 3001)
MASS = tuple(TARGETS).index("log_mass")
NOMINAL = 0.9


def mass_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the errors of every method's mass, and of the network by the number of stars.

    Returns
    -------
    dict
        By method ``mass_scatter`` and ``mass_bias`` [dex], root mean square and mean of log₁₀ of
        the mass over the true one, and lists of both by the number of stars; simple estimators are
        compared at their own radius, where they have any dispersion. Of the network also lists of
        ``gamma_error`` and ``beta_error``, root mean squares of medians, and of ``<target>_held``,
        the share of truths within central intervals of 90%.
    """
    if "stars" not in outcome.info.colnames:
        return {}
    error = np.asarray(outcome.scores[outcome.own], np.float64) - outcome.y
    told = BinnedErrors(
        np.asarray(outcome.info["stars"]),
        EDGES,
        settings.confidence,
        settings.bootstrap,
        np.random.default_rng(0),
    )
    own = told.of_errors(error[:, MASS], "mass", "stars")
    for number, name in enumerate(TARGETS):
        if number != MASS:
            own[f"{name}_error_by_stars"] = told.binned(told.scatter, error[:, number])
    posterior = outcome.distributions.get(outcome.own)
    if posterior is not None:
        inside = np.abs(2 * posterior.cdf(outcome.y) - 1) < NOMINAL
        for name, held in zip(TARGETS, inside.T, strict=True):
            own[f"{name}_held_by_stars"] = told.binned(told.share, held)
    return {outcome.own: own} | _estimators(outcome, told)


def _estimators(outcome: Outcome, told: BinnedErrors) -> dict[str, dict[str, Any]]:
    info = outcome.info
    intrinsic, dispersion = (np.asarray(info[f"{n}_kms"]) for n in ("intrinsic", "dispersion"))
    found = {}
    for one in ESTIMATORS:
        truth = np.asarray(info["log_mass_ratio"], np.float64)
        truth = truth + np.asarray(info[one.column]) if one.column else truth
        errors = one.log_mass_ratio(intrinsic, dispersion) - truth
        found[one.name] = told.of_errors(errors, "mass", "stars")
    return found
