"""How much samples of a network are worth under the exact likelihood, for simulated binaries."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.posteriors.importance import joint_efficiency, weighed
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.simulate import AT_ONCE, observe

Array = np.ndarray


@dataclass(frozen=True)
class Compared:
    """A network beside the exact posteriors of n events.

    Parameters
    ----------
    parameters : ndarray
        (n, 5), the truth.
    efficiency : ndarray
        (n,) how many draws of the exact posterior one of the network is worth.
    joint : ndarray
        (n,) the same, where times and strengths are the network's, too.
    told, exact : ndarray
        (n, 5) probability below the truth by the network, and by its weighed samples.
    width : ndarray
        (n, 5) the network's standard deviations over those of the weighed samples.
    seconds : float
        Mean time of an event.
    """

    parameters: Array
    efficiency: Array
    joint: Array
    told: Array
    exact: Array
    width: Array
    seconds: float


def compare(
    predictor: Predictor[BinaryParametersPhysics], n: int, draws: int, seed: int = 0
) -> Compared:
    """Return how a network does on n simulated events.

    Parameters
    ----------
    predictor : Predictor
        Of task ``gw_parameters``.
    n : int
        How many events, at least one.
    draws : int
        Of each posterior.
    seed : int, default 0
        Of everything.

    Raises
    ------
    UsageError
        If no event is asked for.
    """
    if n < 1:
        raise UsageError(f"{n} events; accepted: at least one")
    parts = [
        _compared(predictor, min(AT_ONCE, n - start), draws, np.random.default_rng([seed, start]))
        for start in range(0, n, AT_ONCE)
    ]
    truth, efficiency, joint, told, exact, width = (
        np.concatenate(one) for one in zip(*(part[:6] for part in parts), strict=True)
    )
    return Compared(
        truth, efficiency, joint, told, exact, width, sum(part[6] for part in parts) / n
    )


def _compared(
    predictor: Predictor[BinaryParametersPhysics],
    n: int,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Array, Array, Array, Array, Array, Array, float]:
    physics = predictor.physics
    seen = observe(physics, n, rng)
    seconds = -perf_counter()
    posterior = predictor.answers(seen.aligned.x).distribution
    assert isinstance(posterior, Posterior)
    alone = [
        Posterior(posterior.logits[:, [row]], posterior.map, posterior.priors)
        for row in range(len(seen.parameters))
    ]
    found = [weighed(physics, seen.segment(row), own, rng, draws) for row, own in enumerate(alone)]
    seconds += perf_counter()
    joint = [
        joint_efficiency(physics, seen.segment(row), own, rng, draws)
        for row, own in enumerate(alone)
    ]
    return (
        seen.parameters,
        np.array([one.efficiency for one in found]),
        np.array(joint),
        posterior.cdf(seen.parameters),
        np.array([one.below(truth) for one, truth in zip(found, seen.parameters, strict=True)]),
        posterior.std / np.array([one.deviations for one in found]),
        seconds,
    )
