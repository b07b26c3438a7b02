"""Slopes by two populations beside the truth, and a network's γ of the same stars."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.intervals import binomial_interval, estimate, repeated, resampled
from astro_dl.science.mass_profile.inputs import TaggedStars, prepare
from astro_dl.science.mass_profile.parameters import TARGETS
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import anisotropy_radius, even_in_logarithm
from astro_dl.science.mass_profile.simulate_populations import TwoTracers, draw_tagged_stars
from astro_dl.science.mass_profile.two_populations import fit_two_populations

Array = np.ndarray
STARS = 1500
BINARIES = 0.3
EXTENTS, GROWTHS, SHARES = (0.1, 0.4), (1.6, 2.4), (0.35, 0.65)
"""Of the smaller population r*/r_s, of the larger one the size over it; share of the smaller."""

VELOCITY_KMS = 25.0
CUSP = 2.0
"""Γ that no halo with γ ≥ 1 exceeds."""


@dataclass(frozen=True)
class Slopes:
    """Galaxies of one γ.

    Parameters
    ----------
    true, told : ndarray, (n,)
        Γ between the half-light radii, and the median of its posterior.
    below : ndarray, (n,)
        Posterior probability below the truth.
    shallow : ndarray, (n,)
        Posterior probability above 2, of γ < 1.
    published : ndarray, (n,)
        As ``told``, by Gaussian velocities of even dispersions.
    network : ndarray, (n,)
        Its mean γ.
    """

    true: Array
    told: Array
    below: Array
    shallow: Array
    published: Array
    network: Array

    def summary(self) -> dict[str, Any]:
        """Return medians and shares with 95% intervals."""
        off, published = self.told - self.true, self.published - self.true
        away = np.abs(2 * self.below - 1)
        return {
            "true": float(self.true.mean()),
            "bias": _resampled(np.median, off),
            "error": _resampled(_typical, off),
            "published_bias": _resampled(np.median, published),
            "published_error": _resampled(_typical, published),
            "within_68": _share(away < 0.68),
            "within_95": _share(away < 0.95),
            "limit_held": _share(self.below > 0.05),
            "cusp_excluded": _share(self.shallow > 0.95),
            "network_gamma": _resampled(np.mean, self.network),
        }


def draw_tracers(gamma: float, rng: np.random.Generator) -> TwoTracers:
    """Return two populations in a halo, of which the distribution functions are possible."""
    while True:
        first = float(even_in_logarithm(EXTENTS, 1, rng)[0])
        tracers = TwoTracers(
            gamma,
            (first, first * rng.uniform(*GROWTHS)),
            VELOCITY_KMS,
            float(anisotropy_radius(np.array(rng.uniform(0, 0.5)))),
            rng.uniform(*SHARES),
        )
        if tracers.galaxies.possible.all():
            return tracers


def compare_slopes(
    predictor: Predictor[MassProfilePhysics], gamma: float, n: int, rng: np.random.Generator
) -> Slopes:
    """Return slopes of n galaxies by two populations and by a network, with binaries.

    Parameters
    ----------
    predictor : Predictor
        Whose answers are posteriors.
    gamma : float
        Of the halos.
    n : int
        Galaxies.
    rng : numpy.random.Generator
        Of the draws.
    """
    seen: list[TaggedStars] = []
    rows = []
    for _ in range(n):
        tracers = draw_tracers(gamma, rng)
        tagged, _ = draw_tagged_stars(tracers, STARS, rng, binary_fraction=BINARIES)
        slope = fit_two_populations(tagged, rng).slope
        even = fit_two_populations(tagged, rng, published=True).slope
        true = tracers.mass_slope
        seen.append(tagged)
        shares = np.mean(slope < true), np.mean(slope > CUSP)
        rows.append((true, np.median(slope), *shares, np.median(even)))
    ready = prepare(predictor.physics, [one.stars for one in seen])
    posterior = predictor.answers(ready.x).distribution
    assert isinstance(posterior, Posterior)
    network = posterior.mean[:, list(TARGETS).index("gamma")]
    true, told, below, shallow, published = np.array(rows).T
    return Slopes(true, told, below, shallow, published, network)


def _typical(off: Array) -> float:
    """Return the median size, of which single failures do not tell."""
    return float(np.median(np.abs(off)))


def _resampled(statistic: Any, values: Array) -> dict[str, Any]:
    return resampled(repeated(statistic, values), len(values))


def _share(held: Array) -> dict[str, Any]:
    return estimate(held.mean(), *binomial_interval(held.sum(), len(held)))
