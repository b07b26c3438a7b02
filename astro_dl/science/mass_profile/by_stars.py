"""What networks and simple estimators tell of the same galaxies, by the number of their stars."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.distributions.joint import JointMixture
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.intervals import (
    binomial_interval,
    bootstrap_means,
    estimate,
    percentile_interval,
)
from astro_dl.science.mass_profile.estimators import ESTIMATORS, Estimator
from astro_dl.science.mass_profile.inputs import prepare
from astro_dl.science.mass_profile.parameters import TARGETS
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import Drawn

Array = np.ndarray
EDGES = (0, 30, 55, 100, 175, 300, 550, 1000, 1750, 3001)
"""Of the number of stars that are used: some of those observed are left out."""

CREDIBILITIES = (0.68, 0.9)
NEAR = (0.1, 0.3)
"""Of γ, as Expósito-Márquez et al. (2023) count."""

AT_ONCE = 250
CONFIDENCE, REPLICAS = 0.95, 1000


@dataclass(frozen=True)
class Told:
    """What a network says of n galaxies, whose γ, log₁₀ mass and β are known.

    Parameters
    ----------
    stars : ndarray of int, (n,)
        Those that it used.
    truth, median, below : ndarray, (n, 3)
        Probabilities below the truth are the last.
    log_density : ndarray, (n,)
        Of all three at the truth [nat].
    dispersion_kms, intrinsic_kms : ndarray, (n,)
        Observed ones, with errors and without.
    """

    stars: Array
    truth: Array
    median: Array
    below: Array
    log_density: Array
    dispersion_kms: Array
    intrinsic_kms: Array

    def take(self, rows: Array) -> "Told":
        """Return some of the galaxies."""
        return Told(*(values[rows] for values in vars(self).values()))

    def summary(self) -> dict[str, Any]:
        """Return errors and coverage with 95% intervals.

        Returns
        -------
        dict
            ``log_score``, the mean of log densities [nat]; for each target ``<target>_bias`` and
            ``<target>_error``, mean and root mean square of medians less the truth;
            ``<target>_within_68`` and ``<target>_within_90``, how often central intervals hold the
            truth; ``gamma_near_0.1`` and ``gamma_near_0.3``, how often medians are as near.
        """
        score, _ = errors(self.log_density)
        found: dict[str, Any] = {"n": len(self.stars), "log_score": score}
        off = self.median - self.truth
        away = np.abs(2 * self.below - 1)
        for k, name in enumerate(TARGETS):
            found[f"{name}_bias"], found[f"{name}_error"] = errors(off[:, k])
            for one in CREDIBILITIES:
                found[f"{name}_within_{100 * one:.0f}"] = _share(away[:, k] < one)
        for limit in NEAR:
            found[f"gamma_near_{limit:g}"] = _share(np.abs(off[:, 0]) < limit)
        return found

    def by_stars(self) -> dict[tuple[int, int], dict[str, Any]]:
        """Return summaries of galaxies by the number of stars, the first and the last of each."""
        found = {}
        for low, high in pairwise(EDGES):
            rows = np.flatnonzero((self.stars >= low) & (self.stars < high))
            if len(rows):
                found[low, high - 1] = self.take(rows).summary()
        return found


def ask(predictor: Predictor[MassProfilePhysics], drawn: Drawn) -> Told:
    """Return what a network says of simulated galaxies."""
    parts = []
    for start in range(0, len(drawn.stars), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        ready = prepare(predictor.physics, drawn.stars[rows])
        whole = np.full(len(drawn.stars), np.nan)
        whole[rows] = ready.dispersion_kms
        truth = drawn.targets(whole)[rows]
        told = predictor.answers(ready.x).distribution
        assert isinstance(told, Posterior | JointMixture)
        joint = told.log_pdf if isinstance(told, Posterior) else told.log_density
        points = truth[:, None]
        parts.append(
            (
                ready.stars,
                truth,
                told.median,
                told.cdf(truth),
                joint(points)[:, 0],
                ready.dispersion_kms,
                ready.intrinsic_kms,
            )
        )
    return Told(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def estimated(told: Told, drawn: Drawn) -> dict[str, dict[str, Any]]:
    """Return bias and error [dex] of each simple estimator at its own radius.

    They are of those ``n`` galaxies alone whose dispersion is larger than their errors: of the
    others no such estimator tells a mass.
    """
    return {one.name: _of_estimator(one, told, drawn) for one in ESTIMATORS}


def _of_estimator(one: Estimator, told: Told, drawn: Drawn) -> dict[str, Any]:
    own = np.log10(drawn.galaxies.mass_within(one.radius))
    off = one.log_mass_ratio(told.intrinsic_kms, told.dispersion_kms) - told.truth[:, 1] - own
    known = off[np.isfinite(off)]
    bias, error = errors(known)
    return {"n": len(known), "log_mass_bias": bias, "log_mass_error": error}


def errors(off: Array) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the mean and the root mean square of differences (n,), with 95% intervals."""
    replicas = bootstrap_means(np.stack([off, off**2], axis=1), REPLICAS, np.random.default_rng(0))
    low, high = percentile_interval(replicas, CONFIDENCE)
    ends = np.sqrt([low[1], np.mean(off**2), high[1]])
    return estimate(off.mean(), low[0], high[0]), estimate(ends[1], ends[0], ends[2])


def _share(held: Array) -> dict[str, Any]:
    return estimate(held.mean(), *binomial_interval(held.sum(), len(held), CONFIDENCE))
