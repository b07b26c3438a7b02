"""What a network tells of maps beside the likelihood of their power spectrum."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.config import EvaluationConfig
from astro_dl.core.schema import read_dataclass
from astro_dl.distributions.posterior import Posterior
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.distribution_scores import pit_metrics, score_metrics
from astro_dl.science.cosmology_fields.exact import exact_posterior
from astro_dl.science.cosmology_fields.parameters import PRIOR, lensing_strength
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulate import SETTINGS

LIKELIHOOD = "power-spectrum likelihood"
"""Exact for Gaussian maps; for others what is commonly done."""

LOG2_DRAWS = 14
"""Of the prior, in the evaluation: with twice as many, mean information moves by some 0.001 nat."""


def physics_of(info: Table) -> CosmologyFieldsPhysics:
    """Return the physics of simulated maps, as far as their likelihood depends on it."""
    values = {name: info[name][0].item() for name in SETTINGS}
    return read_dataclass(CosmologyFieldsPhysics, values, "info")


def likelihood_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return what the network tells over the likelihood of the power spectrum, and that itself.

    Returns
    -------
    dict
        Of the network ``over_likelihood``, the mean logarithm of its density at the truth over
        that of the likelihood's posterior [nat]: at most zero for Gaussian maps, where that is
        exact, but for chance; and the ``error`` of each parameter and of S₈, root mean squares of
        means. Of the likelihood ``information`` over the prior [nat], the same errors, and how
        often central intervals of each parameter hold the truth.
    """
    posterior = outcome.distributions.get(outcome.own)
    if "summed_power" not in outcome.info.colnames or not isinstance(posterior, Posterior):
        return {}
    rng = np.random.default_rng(0)
    truth = np.asarray(outcome.y, np.float64)
    summed = np.asarray(outcome.info["summed_power"])
    exact = exact_posterior(physics_of(outcome.info), summed, truth, LOG2_DRAWS)

    def scored(**scores: np.ndarray) -> dict[str, Any]:
        return score_metrics(scores, settings.confidence, settings.bootstrap, rng)

    difference = posterior.log_information(truth) - exact.information
    found = {
        outcome.own: scored(over_likelihood=difference),
        LIKELIHOOD: scored(information=exact.information),
    }
    for method, mean in ((outcome.own, posterior.mean), (LIKELIHOOD, exact.mean)):
        squares = scored(**_squares(mean, truth))
        found[method]["error"] = {name: _root(one) for name, one in squares.items()}
    found[LIKELIHOOD]["coverage"] = {
        name: pit_metrics(below, settings.confidence)["coverage"]
        for name, below in zip(PRIOR, np.clip(exact.below, 0, 1).T, strict=True)
    }
    return found


def _squares(mean: np.ndarray, truth: np.ndarray) -> dict[str, np.ndarray]:
    squares = dict(zip(PRIOR, ((mean - truth) ** 2).T, strict=True))
    return squares | {"s_8": (lensing_strength(mean) - lensing_strength(truth)) ** 2}


def _root(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if value is None else float(np.sqrt(value)) for key, value in one.items()}
