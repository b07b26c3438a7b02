"""A generalised linear model of a spiking neuron: Bernoulli GLM.

Lueckmann et al. (2021), arXiv:2101.04653, appendix T.5.
"""

from functools import cache

import numpy as np
from scipy.special import expit

from astro_dl.distributions.priors import Normal
from astro_dl.science.sbi_benchmark.problem import Problem, numbered

Array = np.ndarray
STEPS, TAPS, STIMULUS_SEED = 100, 9, 42
OFFSET_PRECISION = 0.5


@cache
def design() -> Array:
    """Return the stimulus of each step and the eight before it, after a one, (100, 10).

    The benchmark's own frozen noise, from NumPy's generator of that time.
    """
    stimulus = np.random.RandomState(STIMULUS_SEED).randn(STEPS).astype(np.float32)
    rows = np.zeros((STEPS, 1 + TAPS))
    rows[:, 0] = 1
    for lag in range(TAPS):
        rows[lag:, 1 + lag] = stimulus[: STEPS - lag]
    return rows


@cache
def prior_covariance() -> Array:
    """Return the covariance (10, 10) of the offset and of a filter that is smooth."""
    differences = np.eye(TAPS) - np.eye(TAPS, k=-1)
    rough = differences @ differences + np.diag(np.sqrt(np.arange(TAPS) / TAPS))
    precision = np.zeros((1 + TAPS, 1 + TAPS))
    precision[0, 0] = OFFSET_PRECISION
    precision[1:, 1:] = rough.T @ rough
    return np.linalg.inv(precision)


def draw(n: int, rng: np.random.Generator) -> Array:
    """Return offsets and filters (n, 10)."""
    return rng.multivariate_normal(np.zeros(1 + TAPS), prior_covariance(), n, method="cholesky")


def spike_statistics(parameters: Array, rng: np.random.Generator) -> Array:
    """Return the number of spikes, and what stimuli came before them, (n, 10): sufficient."""
    fired = rng.random((len(parameters), STEPS)) < expit(parameters @ design().T)
    return fired @ design()


BERNOULLI_GLM = Problem(
    ("offset", *numbered("filter", TAPS)),
    # Rounded: a card of one machine is compared with what another one computes.
    tuple(Normal(0.0, round(float(one), 6)) for one in np.sqrt(np.diag(prior_covariance()))),
    ("spikes", *(f"stimulus_lag_{lag}" for lag in range(TAPS))),
    spike_statistics,
    draw=draw,
)
