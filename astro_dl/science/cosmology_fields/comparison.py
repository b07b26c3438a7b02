"""Samples of the exact posterior of Gaussian maps, and how well those of networks pass for them.

Universes are drawn from a proposal and weighted by likelihood times prior over its density. The
proposal is fitted to the map in rounds, none of which looks at a network: draws of the prior,
weighted, give its first place and shape, its own draws all later ones (adaptive importance
sampling, Cappé et al. 2004, J. Comput. Graph. Stat. 13, 907).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import multivariate_t, norm

from astro_dl.distributions.posterior import EDGE
from astro_dl.distributions.priors import from_unit_box, to_unit_box
from astro_dl.distributions.weighted import without_repeats
from astro_dl.metrics.posteriors import classifier_accuracy
from astro_dl.science.cosmology_fields.exact import log_likelihood, prior_draws, relative_power
from astro_dl.science.cosmology_fields.parameters import PRIOR
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics

Array = np.ndarray
ROUNDS = (512, 1024, 10240)
"""Universes drawn from each proposal; those of the last are kept."""

FREEDOM = 5.0
"""Degrees of freedom of the proposals, whose tails must be the heavier ones."""


@dataclass(frozen=True)
class WeightedUniverses:
    """Draws of the exact posterior of a map.

    Parameters
    ----------
    parameters : ndarray, (m, 6)
        In the order of ``PRIOR``.
    weights : ndarray, (m,)
        Of sum one.
    log_evidence : float
        As of `astro_dl.science.cosmology_fields.exact.PriorDraws.log_weights`.
    """

    parameters: Array
    weights: Array
    log_evidence: float

    @property
    def effective(self) -> float:
        """Unweighted draws that these are worth."""
        return float(1 / np.sum(self.weights**2))

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return draws (count, 6) by `astro_dl.distributions.weighted.without_repeats`."""
        return self.parameters[without_repeats(self.weights, count, rng)]


def exact_universes(
    physics: CosmologyFieldsPhysics,
    summed: Array,
    rng: np.random.Generator,
    rounds: tuple[int, ...] | None = None,
) -> WeightedUniverses:
    """Return draws of the exact posterior of a Gaussian map.

    Parameters
    ----------
    physics : CosmologyFieldsPhysics
        Of the map.
    summed : ndarray, (G, 3)
        Its powers, as of `astro_dl.science.cosmology_fields.exact.log_likelihood`.
    rng : numpy.random.Generator
        Source of the draws.
    rounds : tuple of int, optional
        Universes of each round; default ``ROUNDS``.
    """
    summed = np.asarray(summed, np.float64)[None]
    known = tuple(PRIOR.values())
    prior = prior_draws(physics)
    scores = ndtri(np.clip(to_unit_box(known, prior.parameters), EDGE, 1 - EDGE))
    weights = np.exp(prior.log_weights(summed)[0][0])
    for count in rounds or ROUNDS:
        proposal = _proposal(scores, weights, rng)
        scores = proposal.rvs(count)
        parameters = from_unit_box(known, ndtr(scores))
        likelihood = log_likelihood(summed, relative_power(physics, parameters), prior.counts)[0]
        over_prior = proposal.logpdf(scores) - norm.logpdf(scores).sum(axis=1)
        logarithms = likelihood - over_prior
        weights = np.exp(logarithms - logsumexp(logarithms))
    return WeightedUniverses(parameters, weights, logsumexp(logarithms) - np.log(count))


def told_apart(
    physics: CosmologyFieldsPhysics,
    summed: Array,
    samples: Mapping[str, Array],
    rng: np.random.Generator,
) -> tuple[dict[str, float], float]:
    """Return how often a classifier tells samples of posteriors of a Gaussian map from exact ones.

    Parameters
    ----------
    physics, summed
        As of `exact_universes`.
    samples : mapping of str to ndarray, (m, 6)
        By name, as many of each posterior.
    rng : numpy.random.Generator
        Source of the exact samples.

    Returns
    -------
    c2st : dict
        By name, see `astro_dl.metrics.posteriors.classifier_accuracy`.
    effective : float
        Draws that the exact ones are worth from which as many samples were taken.
    """
    universes = exact_universes(physics, summed, rng)
    found = {}
    for name, one in samples.items():
        exact = universes.sample(rng, len(one))
        found[name] = classifier_accuracy(exact, one)["value"]
    return found, universes.effective


def _proposal(scores: Array, weights: Array, rng: np.random.Generator) -> Any:
    """Return the multivariate t distribution about weighted draws (m, 6), on the normal scale.

    Of few effective draws the shape is drawn towards that of the prior, the identity.
    """
    mean = weights @ scores
    around = scores - mean
    count = len(mean) + 1
    trust = 1 / (1 + count * np.sum(weights**2))
    shape = trust * (weights[:, None] * around).T @ around + (1 - trust) * np.eye(len(mean))
    return multivariate_t(mean, shape, df=FREEDOM, seed=rng)
