"""Errors of masses, slopes and anisotropies by the number of stars, beside simple estimators."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import (
    binomial_interval,
    estimate,
    percentile_interval,
    resampling_weights,
)
from astro_dl.science.mass_profile.estimators import ESTIMATORS
from astro_dl.science.mass_profile.parameters import TARGETS

Array = np.ndarray
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
    rng = np.random.default_rng(0)
    stars = np.asarray(outcome.info["stars"])
    error = np.asarray(outcome.scores[outcome.own], np.float64) - outcome.y

    def told(errors: Array, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for what, statistic in (("scatter", _root_mean_square), ("bias", _mean)):
            found[f"{name}_{what}"] = _scored(errors, statistic, settings, rng)
            found[f"{name}_{what}_by_stars"] = _binned(
                stars, errors, partial(_scored, statistic=statistic, settings=settings, rng=rng)
            )
        return found

    own = told(error[:, MASS], "mass")
    for number, name in enumerate(TARGETS):
        if number != MASS:
            own[f"{name}_error_by_stars"] = _binned(
                stars,
                error[:, number],
                partial(_scored, statistic=_root_mean_square, settings=settings, rng=rng),
            )
    posterior = outcome.distributions.get(outcome.own)
    if posterior is not None:
        inside = np.abs(2 * posterior.cdf(outcome.y) - 1) < NOMINAL
        for name, held in zip(TARGETS, inside.T, strict=True):
            own[f"{name}_held_by_stars"] = _binned(
                stars, held, partial(_share, confidence=settings.confidence)
            )
    return {outcome.own: own} | _estimators(outcome, told)


def _estimators(
    outcome: Outcome, told: Callable[[Array, str], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    info = outcome.info
    intrinsic, dispersion = (np.asarray(info[f"{n}_kms"]) for n in ("intrinsic", "dispersion"))
    found = {}
    for one in ESTIMATORS:
        truth = np.asarray(info["log_mass_ratio"], np.float64)
        truth = truth + np.asarray(info[one.column]) if one.column else truth
        errors = one.log_mass_ratio(intrinsic, dispersion) - truth
        found[one.name] = told(np.where(np.isfinite(errors), errors, np.nan), "mass")
    return found


def _binned(
    stars: Array, values: Array, scored: Callable[[Array], dict[str, Any]]
) -> list[dict[str, Any]]:
    found = []
    for low, high in pairwise(EDGES):
        inside = values[(stars >= low) & (stars < high)]
        if len(inside):
            found.append({"from": low, "to": high - 1, "n": len(inside)} | scored(inside))
    return found


def _scored(
    errors: Array,
    statistic: Callable[[Array, Array], float],
    settings: EvaluationConfig,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return an estimate; errors that are not known don't count."""
    known = errors[np.isfinite(errors)]
    if not len(known):
        return estimate(np.nan, np.nan, np.nan)
    replicas = np.array(
        [statistic(known, w) for w in resampling_weights(len(known), settings.bootstrap, rng)]
    )
    value = statistic(known, np.ones(len(known)))
    return estimate(value, *percentile_interval(replicas, settings.confidence))


def _share(held: Array, confidence: float) -> dict[str, Any]:
    count = int(held.sum())
    return estimate(count / len(held), *binomial_interval(count, len(held), confidence))


def _root_mean_square(errors: Array, weights: Array) -> float:
    return float(np.sqrt(np.average(errors**2, weights=weights)))


def _mean(errors: Array, weights: Array) -> float:
    return float(np.average(errors, weights=weights))
