"""A network's posteriors beside exact ones, from which they were weighted: C2ST and efficiency."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.posteriors import classifier_accuracy
from astro_dl.science.cosmology_fields.exact import log_likelihood, relative_power
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulate import simulate

Array = np.ndarray
COMPARED = 1000
"""Samples of each posterior."""


@dataclass(frozen=True)
class Comparison:
    """What a network says of n Gaussian maps beside the exact posterior.

    Parameters
    ----------
    c2st : ndarray, (n,)
        How often a classifier tells samples of both apart, 0.5 for the same distribution.
    efficiency : ndarray, (n,)
        Share of the network's samples that those weighted by the likelihood are worth.
    over_exact : ndarray, (n,)
        Logarithm of the network's density at the truth over the exact one [nat].
    """

    c2st: Array
    efficiency: Array
    over_exact: Array


def compare(
    predictor: Predictor[CosmologyFieldsPhysics], n: int, proposals: int, seed: int
) -> Comparison:
    """Return what a network makes of simulated Gaussian maps beside the exact posterior.

    Exact samples are samples of the network's posterior drawn again by likelihood times prior over
    its density (importance sampling: Dax et al. 2023, arXiv:2210.05686); their mean weight is the
    evidence.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``cosmology_fields`` and Gaussian maps.
    n : int
        Number of maps, of the network's physics.
    proposals : int
        Samples of each posterior, which are weighted; at least 1,000.
    seed : int
        Of the simulation; another one than the training's.
    """
    rng = np.random.default_rng([seed, n])
    examples = simulate(predictor.physics, n, rng)
    posterior = predictor.answers(examples.x).distribution
    assert isinstance(posterior, Posterior)
    drawn = np.moveaxis(posterior.sample(rng, proposals), 1, 2)
    points = np.concatenate([examples.y[:, None].astype(float), drawn], axis=1)
    over_prior = posterior.log_information(points)
    summed = np.asarray(examples.info["summed_power"], np.float64)
    rows = zip(summed, points, over_prior, strict=True)
    found = [_one(predictor.physics, *row, rng) for row in rows]
    return Comparison(*(np.array(values) for values in zip(*found, strict=True)))


def _one(
    physics: CosmologyFieldsPhysics,
    summed: Array,
    points: Array,
    over_prior: Array,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Return the three numbers of a map; the first of the points is the truth."""
    power = relative_power(physics, points)
    likelihood = log_likelihood(summed[None], power, physics.modes.counts)[0]
    logarithms = likelihood - over_prior
    highest = logarithms[1:].max()
    weights = np.exp(logarithms[1:] - highest)
    evidence = np.log(weights.mean()) + highest
    shares = weights / weights.sum()
    half = len(shares) // 2
    exact = points[1:][rng.choice(half, COMPARED, p=shares[:half] / shares[:half].sum())]
    accuracy: dict[str, Any] = classifier_accuracy(exact, points[1 + half : 1 + half + COMPARED])
    efficiency = 1 / (len(shares) * np.sum(shares**2))
    return accuracy["value"], float(efficiency), float(evidence - logarithms[0])
