"""Networks beside the exact posterior of the same simulated galaxies."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from astro_dl.answers.flow import Flow
from astro_dl.core.errors import UsageError
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.intervals import (
    binomial_interval,
    bootstrap_means,
    estimate,
    percentile_interval,
)
from astro_dl.metrics.posteriors import classifier_accuracy
from astro_dl.science.mass_profile.exact.posterior import PriorGalaxies
from astro_dl.science.mass_profile.inputs import prepare
from astro_dl.science.mass_profile.parameters import TARGETS
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import simulate_stars

Array = np.ndarray
CONFIDENCE, REPLICAS = 0.95, 2000
SAMPLES = 250
"""Draws of each of two posteriors that a classifier tells apart."""

NOMINAL = 0.9


@dataclass(frozen=True)
class Compared:
    """Posteriors of a network and exact ones of n galaxies; γ, log₁₀ mass and β are told.

    Parameters
    ----------
    truth : ndarray, (n, 3)
        Of each.
    velocity_kms, error_kms, contamination : ndarray, (n,)
        As of `astro_dl.science.mass_profile.simulate.Drawn`.
    gap : ndarray, (n,)
        Logarithm of the network's density at the truth over the exact one [nat].
    mean, std, below : ndarray, (n, 3)
        Of the network, and its probability below the truth.
    exact_mean, exact_std, exact_below : ndarray, (n, 3)
        Likewise of the exact posterior.
    effective, effective_at_truth : ndarray, (n,)
        Draws that the exact posterior is worth, and its density at the truth.
    accuracy : ndarray
        Of the first galaxies, how well a classifier tells draws of both apart, see
        `astro_dl.metrics.posteriors.classifier_accuracy`.
    """

    truth: Array
    velocity_kms: Array
    error_kms: Array
    contamination: Array
    gap: Array
    mean: Array
    std: Array
    below: Array
    exact_mean: Array
    exact_std: Array
    exact_below: Array
    effective: Array
    effective_at_truth: Array
    accuracy: Array

    def summary(self) -> dict[str, Any]:
        """Return means over galaxies with 95% bootstrap intervals.

        Returns
        -------
        dict
            ``gap``, with its ``gap_median`` and ``worst``; ``accuracy``; for each
            target ``<target>_width``, the ratio of standard deviations, geometric mean,
            ``<target>_shift``, the mean distance of means over the exact deviation,
            ``<target>_error`` and ``<target>_exact_error``, root mean squares of means, and
            ``<target>_held`` and ``<target>_exact_held``, how often central intervals of 90% hold
            the truth; ``effective`` and ``effective_at_truth``, medians.
        """
        found: dict[str, Any] = {
            "gap": _mean(self.gap),
            "gap_median": float(np.median(self.gap)),
            "worst": float(self.gap.min()),
        }
        if len(self.accuracy):
            found["accuracy"] = _mean(self.accuracy)
        for k, name in enumerate(TARGETS):
            width = _mean(np.log(self.std[:, k] / self.exact_std[:, k]))
            found[f"{name}_width"] = {key: float(np.exp(value)) for key, value in width.items()}
            found[f"{name}_shift"] = _mean(
                np.abs(self.mean[:, k] - self.exact_mean[:, k]) / self.exact_std[:, k]
            )
            for kind in ("", "exact_"):
                off = getattr(self, f"{kind}mean")[:, k] - self.truth[:, k]
                square = _mean(off**2)
                found[f"{name}_{kind}error"] = {key: value**0.5 for key, value in square.items()}
                held = np.abs(2 * getattr(self, f"{kind}below")[:, k] - 1) < NOMINAL
                interval = binomial_interval(held.sum(), len(held))
                found[f"{name}_{kind}held"] = estimate(held.mean(), *interval)
        for name in ("effective", "effective_at_truth"):
            found[name] = float(np.median(getattr(self, name)))
        return found


def compare(
    predictor: Predictor[MassProfilePhysics],
    stars: int,
    n: int,
    prior: PriorGalaxies,
    seed: int = 0,
    told_apart: int = 0,
) -> Compared:
    """Return a network's posteriors of galaxies of some stars beside the exact ones.

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
    told_apart : int, default 0
        Of how many galaxies a classifier is asked to tell both posteriors apart.

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
    posterior = predictor.answers(ready.x).distribution
    assert isinstance(posterior, Posterior)
    exact = [
        prior.posterior(one, own, rng, renewed=number < told_apart)
        for number, (one, own) in enumerate(zip(drawn.stars, truth, strict=True))
    ]
    samples = np.moveaxis(posterior.sample(rng, SAMPLES), 2, 1)
    accuracy = [
        classifier_accuracy(one.sample(SAMPLES, rng), own)["value"]
        for one, own in zip(exact[:told_apart], samples[:told_apart], strict=True)
    ]
    return Compared(
        truth,
        drawn.velocity_kms,
        drawn.error_kms,
        drawn.contamination,
        posterior.log_pdf(truth) - np.array([one.log_density for one in exact]),
        posterior.mean,
        posterior.std,
        posterior.cdf(truth),
        np.array([one.mean for one in exact]),
        np.array([one.std for one in exact]),
        np.array([one.below(own) for one, own in zip(exact, truth, strict=True)]),
        np.array([one.effective for one in exact]),
        np.array([one.effective_at_truth for one in exact]),
        np.array(accuracy),
    )


def _mean(values: Array) -> dict[str, Any]:
    replicas = bootstrap_means(values, REPLICAS, np.random.default_rng(0))
    return estimate(values.mean(), *percentile_interval(replicas, CONFIDENCE))
