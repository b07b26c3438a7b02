"""Networks beside the exact posterior of the same simulated galaxies."""

from dataclasses import replace
from typing import Any

import numpy as np

from astro_dl.answers.flow import Flow
from astro_dl.core.errors import UsageError
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.intervals import bootstrap_means, estimate, percentile_interval
from astro_dl.science.mass_profile.exact import ExactPosterior, PriorGalaxies
from astro_dl.science.mass_profile.inputs import prepare
from astro_dl.science.mass_profile.parameters import TARGETS
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import simulate_stars

CONFIDENCE, REPLICAS = 0.95, 2000


def compare(
    predictor: Predictor[MassProfilePhysics],
    stars: int,
    n: int,
    prior: PriorGalaxies,
    seed: int = 0,
) -> dict[str, Any]:
    """Return how far a network's posteriors are from the exact ones, for galaxies of some stars.

    Parameters
    ----------
    predictor : Predictor
        Whose answers are flows.
    stars : int
        Of each galaxy.
    n : int
        How many galaxies.
    prior : PriorGalaxies
        Of the physics of the network.
    seed : int, default 0
        Of the galaxies.

    Returns
    -------
    dict
        ``gap``, the mean logarithm of the network's density at the truth over the exact one [nat];
        for each target ``<target>_width``, the ratio of standard deviations, geometric mean,
        ``<target>_shift``, the mean distance of means over the exact deviation, ``<target>_error``
        and ``<target>_exact_error``, root mean squares of means; ``effective``, the median of
        draws that the exact posteriors are worth.

    Raises
    ------
    UsageError
        If answers are no flows.
    """
    if not isinstance(predictor.head, Flow):
        raise UsageError(f"{predictor.head.kind} answers have no joint density to compare")
    rng = np.random.default_rng(seed)
    physics = replace(predictor.physics, fewest_stars=stars, most_stars=stars)
    drawn = simulate_stars(physics, n, rng)
    ready = prepare(predictor.physics, drawn.stars)
    truth = drawn.targets(ready.dispersion_kms)
    exact = [prior.posterior(one, own, rng) for one, own in zip(drawn.stars, truth, strict=True)]
    posterior = predictor.answers(ready.x).distribution
    assert isinstance(posterior, Posterior)
    told = posterior.log_pdf(truth) - _stacked(exact, "log_density")
    found: dict[str, Any] = {"n": n, "stars": stars, "gap": _mean(told, rng)}
    means, deviations = _stacked(exact, "mean"), _stacked(exact, "std")
    for k, name in enumerate(TARGETS):
        width = np.log(posterior.std[:, k] / deviations[:, k])
        found[f"{name}_width"] = {
            key: None if value is None else float(np.exp(value))
            for key, value in _mean(width, rng).items()
        }
        found[f"{name}_shift"] = _mean(
            np.abs(posterior.mean[:, k] - means[:, k]) / deviations[:, k], rng
        )
        for what, values in (("error", posterior.mean), ("exact_error", means)):
            found[f"{name}_{what}"] = float(np.sqrt(np.mean((values[:, k] - truth[:, k]) ** 2)))
    found["effective"] = float(np.median(_stacked(exact, "effective")))
    found["exact_held"] = float(np.mean(np.abs(2 * _stacked(exact, "below") - 1) < 0.9))
    return found


def _stacked(exact: list[ExactPosterior], name: str) -> np.ndarray:
    return np.array([getattr(one, name) for one in exact])


def _mean(values: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    replicas = bootstrap_means(values, REPLICAS, rng)
    return estimate(values.mean(), *percentile_interval(replicas, CONFIDENCE))
