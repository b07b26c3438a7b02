"""The posterior by the powers of all waves: exact for Gaussian maps.

Independent Gaussian waves of covariance C + N, signal and noise, have the likelihood
−½ Σ [ln|C + N| + d† (C + N)⁻¹ d]. Its mean over draws from the prior is the evidence, so the same
universes serve for all maps.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import logsumexp
from scipy.stats.qmc import Sobol

from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.cosmology_fields.parameters import PRIOR, cosmology_of
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulation.convergence import convergence_spectra

Array = np.ndarray
LOG2_DRAWS = 15
MAPS_AT_ONCE = 256


def relative_power(physics: CosmologyFieldsPhysics, parameters: Array) -> Array:
    """Return the mean power of maps of universes (m, 6), over that of the noise, (m, G, 3)."""
    modes = physics.modes
    signal = modes.pixel_power(convergence_spectra(cosmology_of(parameters), modes.ell))
    return signal / physics.noise**2 + np.array([1.0, 0.0, 1.0])


def log_likelihood(summed: Array, power: Array, counts: Array) -> Array:
    """Return the logarithm of the likelihood (n, m) of n maps in m universes, but for a constant.

    Parameters
    ----------
    summed : ndarray, (n, G, 3)
        Powers summed over the waves of a group, of pairs of bins, over that of the noise.
    power : ndarray, (m, G, 3)
        The mean of one wave.
    counts : ndarray, (G,)
        Waves of each group.
    """
    one, both, other = np.moveaxis(power, 2, 0)
    determinant = one * other - both**2
    inverse = np.stack([other, -2 * both, one], axis=2) / determinant[..., None]
    squares = summed.reshape(len(summed), -1) @ inverse.reshape(len(inverse), -1).T
    return -0.5 * (np.log(determinant) @ counts + squares)


@dataclass(frozen=True)
class PriorDraws:
    """Universes of the prior with the power of their maps, by which posteriors are weighted.

    Parameters
    ----------
    parameters : ndarray, (m, 6)
        In the order of ``PRIOR``.
    power : ndarray, (m, G, 3)
        See `relative_power`.
    counts : ndarray, (G,)
        Waves of each group.
    """

    parameters: Array
    power: Array
    counts: Array

    def log_weights(self, summed: Array) -> tuple[Array, Array]:
        """Return the logarithm of the draws' weights (n, m), of sum one, and of the evidence."""
        found = log_likelihood(summed, self.power, self.counts)
        evidence = logsumexp(found, axis=1)
        return found - evidence[:, None], evidence - np.log(len(self.parameters))


@dataclass(frozen=True)
class ExactPosterior:
    """What the powers of n maps tell.

    Parameters
    ----------
    information : ndarray, (n,)
        ln of the posterior's density over the prior's at the truth [nat].
    mean : ndarray, (n, 6)
        Of each parameter.
    below : ndarray, (n, 6)
        Probability below the truth.
    effective : ndarray, (n,)
        Draws that the weighted ones are worth.
    """

    information: Array
    mean: Array
    below: Array
    effective: Array


@lru_cache(maxsize=2)
def prior_draws(physics: CosmologyFieldsPhysics, log2_draws: int = LOG2_DRAWS) -> PriorDraws:
    """Return universes that fill the prior evenly."""
    points = Sobol(len(PRIOR), scramble=True, seed=0).random_base2(log2_draws)
    parameters = from_unit_box(tuple(PRIOR.values()), np.clip(points, 1e-9, 1 - 1e-9))
    return PriorDraws(parameters, relative_power(physics, parameters), physics.modes.counts)


def exact_posterior(
    physics: CosmologyFieldsPhysics, summed: Array, truth: Array, log2_draws: int = LOG2_DRAWS
) -> ExactPosterior:
    """Return what the powers of maps tell of the universes that made them.

    Parameters
    ----------
    physics : CosmologyFieldsPhysics
        Of the maps.
    summed : ndarray, (n, G, 3)
        As of `log_likelihood`.
    truth : ndarray, (n, 6)
        The true parameters.
    log2_draws : int, default 15
        Logarithm to base 2 of the number of universes.
    """
    draws = prior_draws(physics, log2_draws)
    summed, truth = np.asarray(summed, np.float64), np.asarray(truth, np.float64)
    own = relative_power(physics, truth)
    parts = []
    for start in range(0, len(summed), MAPS_AT_ONCE):
        part = slice(start, start + MAPS_AT_ONCE)
        logarithms, evidence = draws.log_weights(summed[part])
        weights = np.exp(logarithms)
        at_truth = np.concatenate(
            [
                log_likelihood(one[None], power[None], draws.counts)[0]
                for one, power in zip(summed[part], own[part], strict=True)
            ]
        )
        below = [
            np.sum(weights * (column < values[:, None]), axis=1)
            for column, values in zip(draws.parameters.T, truth[part].T, strict=True)
        ]
        parts.append(
            ExactPosterior(
                at_truth - evidence,
                weights @ draws.parameters,
                np.stack(below, axis=1),
                1 / np.sum(weights**2, axis=1),
            )
        )
    return ExactPosterior(
        *(np.concatenate([getattr(one, name) for one in parts]) for name in vars(parts[0]))
    )
