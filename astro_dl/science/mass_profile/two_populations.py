"""The slope of a halo's mass by two populations of stars (Walker & Peñarrubia 2011, ApJ 742, 20).

Populations of unlike size weigh one halo at two radii: M(<R_h) = μ σ² R_h / G with one μ, so that

    Γ = Δ ln M / Δ ln R_h = 1 + ln(σ_2²/σ_1²) / ln(R_2/R_1),

and γ ≤ 3 − Γ at the centre, as densities steepen outwards. Velocity v and metallicity Z of a star
at the projected radius R tell its population:

    p(v, Z | R) = Σ_k w_k(R) T(v; u, σ_k²(R) + e_v²) N(Z; Z_k, s_k² + e_Z²),  w_k ∝ φ_k I_k(R),

with Plummer's I_k, beside foreign stars, as many everywhere on the sky. Given R, nothing need be
known of where stars were observed: sizes follow from how the mix changes with radius, and from the
half-light radius of all stars. But stars must not be chosen by velocity, nor by a membership that
rests on it: more would be missing of the faster population.

As published, T is Gaussian and σ_k the same everywhere. In a core dispersions rise outwards and
velocities have tails, in a cusp they may fall, and the populations would have to stand in for that.
So here σ_k²(R) = σ_k² ((1 + R²/R_k²)/2)^η and T is Student's t, with η and the tails of both alike,
as they are where the mass follows a power law.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, gammaln, softmax
from scipy.stats import multivariate_t

from astro_dl.core.errors import UsageError
from astro_dl.science.mass_profile.inputs import Stars, TaggedStars, mean_and_dispersion

Array = np.ndarray
SHARE, MEAN, FOREIGN, TREND, TAIL = range(5)
RADII, DISPERSIONS, METALLICITIES, SPREADS = (slice(at, at + 2) for at in range(5, 13, 2))
PARAMETERS = 13
"""logit φ_1, u, ln of the density of foreign stars, η, tails, ln R_k, ln σ_k, Z_k, ln s_k."""

PRIOR_WIDTH = 1.5
"""Standard deviation of each, about zero in the units of `_units`: φ is about even."""

FOREIGN_DENSITY = -4.0
"""ln of that of foreign stars where it is zero, in stars of the galaxy per π R_h²."""

FREEDOM = 3.0
"""ln of the degrees of freedom of velocities where tails are zero; tails are taken off it."""

SPLITS = (0.3, 0.5, 0.7)
"""Shares of the poorer population from which maxima are sought."""

STEP = 0.01
TINY = 1e-300
PROPOSAL_FREEDOM = 6
ROUNDS = 8
ENOUGH = 0.2
"""Share of draws that are effective, with which proposals are good."""

TEMPERS = (1.0, 0.5, 0.25, 0.1, 0.0)
"""Powers of weights by which proposals are renewed: the largest that leaves enough effective."""

FEWEST = 100


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of velocities and of metallicities.

    Parameters
    ----------
    mean_kms, dispersion_kms : float
    metallicity, spread : float
    """

    mean_kms: float
    dispersion_kms: float
    metallicity: float
    spread: float

    @classmethod
    def of(cls, tagged: TaggedStars, weights: Array) -> "Moments":
        """Return those of stars (m,) of some weights."""
        found: list[float] = []
        for values in (tagged.stars.velocities, tagged.metallicities):
            mean = np.average(values, weights=weights)
            variance = np.average((values - mean) ** 2, weights=weights)
            found += [float(mean), float(np.sqrt(variance))]
        return cls(*found)

    def scaled(self, tagged: TaggedStars) -> TaggedStars:
        """Return stars that count from these means, in units of these deviations."""
        stars, width = tagged.stars, self.dispersion_kms
        velocities = (stars.velocities - self.mean_kms) / width
        return TaggedStars(
            Stars(stars.radii, velocities, stars.errors / width),
            (tagged.metallicities - self.metallicity) / self.spread,
            tagged.errors / self.spread,
        )


@dataclass(frozen=True)
class TwoPopulations:
    """Draws of the posterior, equally likely; the metal-rich population first.

    Parameters
    ----------
    share : ndarray, (d,)
        Of the first among all stars of the galaxy.
    radii : ndarray, (d, 2)
        Half-light radii, over that of all stars.
    dispersions_kms : ndarray, (d, 2)
        At the half-light radius of each, without errors and tails.
    metallicities, spreads : ndarray, (d, 2)
        Means and standard deviations, without errors.
    effective : float
        Independent draws that these are worth.
    """

    share: Array
    radii: Array
    dispersions_kms: Array
    metallicities: Array
    spreads: Array
    effective: float

    @property
    def slope(self) -> Array:
        """Γ, (d,)."""
        return mass_slope(self.radii, self.dispersions_kms)


def mass_slope(radii: Array, dispersions: Array) -> Array:
    """Return Γ of half-light radii and dispersions (..., 2)."""
    grown = np.diff(np.log(dispersions), axis=-1) / np.diff(np.log(radii), axis=-1)
    return 1 + 2 * grown[..., 0]


def joint_half_light_radius(share: Array | float, radii: Array) -> Array:
    """Return the half-light radius of two Plummer spheres (..., 2), of which the first has a share.

    Of x, its square: φ x/(x + a) + (1 − φ) x/(x + b) = ½, with a and b those of either.
    """
    first, second = np.moveaxis(np.square(radii), -1, 0)
    half = (share - 0.5) * (second - first)
    return np.sqrt(np.sqrt(half**2 + first * second) - half)


def fit_two_populations(
    tagged: TaggedStars,
    rng: np.random.Generator,
    *,
    foreign: Moments | None = None,
    size_error: float = 0.1,
    published: bool = False,
    n: int = 1000,
) -> TwoPopulations:
    """Return the posterior of two populations among the stars of a galaxy.

    The maximum is sought from several splits by metallicity; draws of a multivariate t about it
    are weighted by the posterior and renewed, so that no distribution is taken for Gaussian.

    Parameters
    ----------
    tagged : TaggedStars
        Observed; radii in half-light radii of all stars.
    rng : numpy.random.Generator
        Of the draws.
    foreign : Moments, optional
        Of stars of no galaxy, with their errors; by default there are none.
    size_error : float, default 0.1
        Relative error of the half-light radius.
    published : bool, default False
        Whether velocities are Gaussian, with dispersions that are the same everywhere.
    n : int, default 1000
        Draws.

    Raises
    ------
    UsageError
        Below 100 stars, by which so many parameters cannot be told.
    """
    if len(tagged.stars) < FEWEST:
        raise UsageError(f"{len(tagged.stars)} stars; two populations need {FEWEST}")
    units = _units(tagged)
    scaled = units.scaled(tagged)
    others = None if foreign is None else _foreign_density(tagged, foreign, units)

    def log_posterior(values: Array) -> float:
        return _log_posterior(values, scaled, others, size_error, published)

    found = [
        minimize(lambda values: -log_posterior(values), start, method="BFGS")
        for start in _starts(scaled)
    ]
    best = min(found, key=lambda one: one.fun).x
    draws, effective = _weighted(log_posterior, best, n, rng)
    order = np.argsort(-best[METALLICITIES])
    return TwoPopulations(
        expit(draws[:, SHARE] * (1 if order[0] == 0 else -1)),
        np.exp(draws[:, RADII][:, order]),
        units.dispersion_kms * np.exp(draws[:, DISPERSIONS][:, order]),
        units.metallicity + units.spread * draws[:, METALLICITIES][:, order],
        units.spread * np.exp(draws[:, SPREADS][:, order]),
        effective,
    )


def _units(tagged: TaggedStars) -> Moments:
    """Return moments without what is far off."""
    velocities = mean_and_dispersion(tagged.stars.velocities)
    return Moments(*velocities, *mean_and_dispersion(tagged.metallicities))


def _foreign_density(tagged: TaggedStars, foreign: Moments, units: Moments) -> Array:
    """Return the density of foreign stars (m,), but for 2 π, in these units."""
    scaled = foreign.scaled(tagged)
    away = scaled.stars.velocities**2 + scaled.metallicities**2
    narrower = units.dispersion_kms * units.spread / (foreign.dispersion_kms * foreign.spread)
    return np.exp(-0.5 * away) * narrower


def _starts(scaled: TaggedStars) -> list[Array]:
    """Return parameters of stars split by their metallicity."""
    found = []
    for poorer in SPLITS:
        rich = scaled.metallicities > np.quantile(scaled.metallicities, poorer)
        halves = (rich, ~rich)
        sizes = [np.median(scaled.stars.radii[one]) for one in halves]
        sizes = np.array(sizes) / joint_half_light_radius(1 - poorer, np.array(sizes))
        values = np.zeros(PARAMETERS)
        values[SHARE] = np.log((1 - poorer) / poorer)
        values[RADII] = np.log(sizes)
        moments = [mean_and_dispersion(scaled.stars.velocities[one]) for one in halves]
        values[DISPERSIONS] = np.log([deviation for _, deviation in moments])
        values[METALLICITIES] = [np.median(scaled.metallicities[one]) for one in halves]
        values[SPREADS] = np.log([scaled.metallicities[one].std() for one in halves])
        found.append(values)
    return found


def _log_posterior(
    values: Array,
    scaled: TaggedStars,
    foreign: Array | None,
    size_error: float,
    published: bool,
) -> float:
    """Return the logarithm of likelihood times prior, but for a constant."""
    stars = scaled.stars
    shares, sizes = expit([values[SHARE], -values[SHARE]])[:, None], np.exp(values[RADII, None])
    light = shares / (sizes + stars.radii**2 / sizes) ** 2
    speeds = np.exp(2 * values[DISPERSIONS, None])
    if not published:
        speeds = speeds * ((1 + (stars.radii / sizes) ** 2) / 2) ** values[TREND]
    speeds = speeds + stars.errors**2
    metals = np.exp(2 * values[SPREADS, None]) + scaled.errors**2
    away = (stars.velocities - values[MEAN]) ** 2 / speeds
    if not published:
        freedom = np.exp(FREEDOM - values[TAIL])
        away = (freedom + 1) * np.log1p(away / freedom)
        away -= 2 * (gammaln((freedom + 1) / 2) - gammaln(freedom / 2)) - np.log(freedom / 2)
    away += (scaled.metallicities - values[METALLICITIES, None]) ** 2 / metals
    joint = (light * np.exp(-0.5 * away) / np.sqrt(speeds * metals)).sum(axis=0)
    all_light = light.sum(axis=0)
    if foreign is not None:
        density = np.exp(FOREIGN_DENSITY + values[FOREIGN])
        joint += density * foreign
        all_light += density
    told = np.sum(np.log(np.maximum(joint, TINY) / all_light))
    size = np.log(joint_half_light_radius(shares[0, 0], sizes[:, 0])) / size_error
    return float(told - 0.5 * size**2 - 0.5 * np.sum((values / PRIOR_WIDTH) ** 2))


def _weighted(
    log_posterior: Callable[[Array], float], best: Array, n: int, rng: np.random.Generator
) -> tuple[Array, float]:
    """Return n draws of the posterior, and how many independent ones they are worth."""
    mean, covariance = best, _inverse_hessian(log_posterior, best)
    for _ in range(ROUNDS):
        proposal = multivariate_t(mean, covariance, PROPOSAL_FREEDOM, seed=rng)
        draws = proposal.rvs(n)
        ratio = np.array([log_posterior(one) for one in draws]) - proposal.logpdf(draws)
        weights = softmax(ratio)
        if _effective(weights) >= ENOUGH * n:
            break
        tempered = (softmax(power * ratio) for power in TEMPERS)
        renewed = next(one for one in tempered if _effective(one) >= ENOUGH * n)
        mean = renewed @ draws
        covariance = np.cov(draws.T, aweights=renewed, ddof=0)
    return draws[rng.choice(n, n, p=weights)], _effective(weights)


def _effective(weights: Array) -> float:
    return float(1 / np.sum(weights**2))


def _inverse_hessian(log_posterior: Callable[[Array], float], best: Array) -> Array:
    """Return the covariance of a Gaussian as curved as the posterior is at its maximum."""
    steps = STEP * np.eye(len(best))
    hessian = np.empty((len(best), len(best)))
    for i, j in zip(*np.triu_indices(len(best)), strict=True):
        corners = [
            log_posterior(best + one * steps[i] + other * steps[j]) * one * other
            for one in (-1, 1)
            for other in (-1, 1)
        ]
        hessian[i, j] = hessian[j, i] = -sum(corners) / (2 * STEP) ** 2
    curvature, axes = np.linalg.eigh(hessian)
    return axes / np.maximum(curvature, PRIOR_WIDTH**-2) @ axes.T
