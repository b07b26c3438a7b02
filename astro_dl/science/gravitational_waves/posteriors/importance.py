"""Samples of a network, weighed by the exact likelihood.

Samples of masses and spins become those of the exact posterior by weights (importance sampling:
Dax et al. 2023, arXiv:2210.05686); time and strength of each are drawn as the likelihood has them,
see `astro_dl.science.gravitational_waves.posteriors.extrinsic`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp, softmax

from astro_dl.distributions.posterior import Posterior
from astro_dl.distributions.priors import log_prior
from astro_dl.science.gravitational_waves.posteriors.extrinsic import draw_extrinsic
from astro_dl.science.gravitational_waves.posteriors.parameters import SNR, TIME
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.signals import (
    Segment,
    log_phase_average,
    matches,
)

Array = np.ndarray


@dataclass(frozen=True)
class Weighed:
    """Samples of one posterior, and what they weigh.

    Parameters
    ----------
    parameters : ndarray
        (m, 5) in the order of ``PRIOR``.
    log_weights : ndarray
        (m,) logarithm of the likelihood ratio times the prior over the network's density.
    horizon : ndarray
        (m,) distance [Mpc] at which each would have a signal-to-noise ratio of one.
    """

    parameters: Array
    log_weights: Array
    horizon: Array

    @property
    def efficiency(self) -> float:
        """How many draws of the exact posterior one is worth, (Σw)² / (m Σw²)."""
        total, squares = logsumexp(self.log_weights), logsumexp(2 * self.log_weights)
        return float(np.exp(2 * total - squares) / len(self.log_weights))

    @property
    def log_evidence(self) -> float:
        """Logarithm of the Bayes factor of a signal over noise alone [nat]."""
        return float(logsumexp(self.log_weights) - np.log(len(self.log_weights)))

    @property
    def effective_distance(self) -> Array:
        """Distances (m,) [Mpc] at which the binaries, face-on and overhead, are as loud."""
        return self.horizon / self.parameters[:, SNR]

    @cached_property
    def weights(self) -> Array:
        """Weights (m,) of sum one."""
        return softmax(self.log_weights)

    def quantiles(self, values: Array, levels: Array) -> Array:
        """Return the exact posterior's quantiles (levels,) of what samples (m,) are."""
        order = np.argsort(values)
        below = np.cumsum(self.weights[order])
        return np.interp(levels, below - self.weights[order] / 2, values[order])

    @property
    def deviations(self) -> Array:
        """Standard deviations (5,) of the exact posterior."""
        mean = self.weights @ self.parameters
        return np.sqrt(self.weights @ (self.parameters - mean) ** 2)

    def below(self, truth: Array) -> Array:
        """Return the exact posterior's probability (5,) below given parameters (5,)."""
        return self.weights @ (self.parameters < truth)

    def chosen(self, rng: np.random.Generator, count: int) -> Array:
        """Return the numbers (count,) of samples, drawn by weight."""
        return rng.choice(len(self.weights), count, p=self.weights)


def weighed(
    physics: BinaryParametersPhysics,
    segment: Segment,
    posterior: Posterior,
    rng: np.random.Generator,
    count: int,
    others: Sequence[Segment] = (),
) -> Weighed:
    """Return samples of what a network makes of a segment, and what they weigh.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Of the network.
    segment : Segment
        The strain.
    posterior : Posterior
        Of this one example.
    rng : numpy.random.Generator
        Draws the samples.
    count : int
        How many.
    others : sequence of Segment
        The same merger in other detectors, in each of a time, a phase and a strength of its own:
        whatever the place on the sky and the orientation are.
    """
    of_shape = posterior.leading(TIME)
    samples = np.moveaxis(of_shape.sample(rng, count), 1, 2)
    told = of_shape.log_pdf(samples)[0]
    intrinsic = samples[0]
    drawn = draw_extrinsic(physics, segment, intrinsic, rng)
    log_weights = drawn.log_likelihood + log_prior(of_shape.priors, intrinsic) - told
    for other in others:
        log_weights += draw_extrinsic(physics, other, intrinsic, rng).log_likelihood
    parameters = np.column_stack([intrinsic, drawn.time, drawn.snr])
    return Weighed(parameters, log_weights, drawn.horizon)


def joint_efficiency(
    physics: BinaryParametersPhysics,
    segment: Segment,
    posterior: Posterior,
    rng: np.random.Generator,
    count: int,
) -> float:
    """Return the efficiency of all five parameters by the network, as `weighed` takes them."""
    samples = np.moveaxis(posterior.sample(rng, count), 1, 2)
    parameters = samples[0]
    match, horizon = matches(physics, segment, parameters)
    likelihood = log_phase_average(parameters[:, SNR], match)
    log_weights = likelihood + log_prior(posterior.priors, parameters)
    return Weighed(parameters, log_weights - posterior.log_pdf(samples)[0], horizon).efficiency
