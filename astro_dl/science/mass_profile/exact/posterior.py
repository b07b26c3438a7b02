"""The exact posterior of simulated galaxies: the likelihood of stars, weighted over the prior.

The more stars, the smaller the part of the prior that they allow. So guesses are drawn in rounds:
the first from all of the prior, each further one near where the last had its weight, and the last
and largest alone is told. Whatever it is drawn from is divided out again (population Monte Carlo,
Cappé et al. 2004, J. Comput. Graph. Stat. 13, 907).
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import logsumexp, softmax

from astro_dl.distributions.weighted import without_repeats
from astro_dl.science.mass_profile.exact.likelihood import (
    LOG_PLACES,
    SPEEDS,
    Guesses,
    log_likelihood,
    velocity_tables,
)
from astro_dl.science.mass_profile.exact.search import (
    Search,
    effective,
    flattened,
    log_student,
    moments,
    student,
)
from astro_dl.science.mass_profile.inputs import Stars, mean_and_dispersion
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import anisotropy_radius, draw_galaxies
from astro_dl.science.mass_profile.simulation.binaries import DEVIATIONS_KMS, SHARES
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies
from astro_dl.science.mass_profile.simulation.tracers import half_light_radius

Array = np.ndarray
DRAWS = 2000
ROUNDS = (0.1, 0.1, 0.2, 0.4)
"""Sizes of the rounds before the last one, relative to it."""

LEAST_EFFECTIVE = 0.15
"""Weights of a round are flattened until their draws are worth this share of them."""

EXTENTS_AT_TRUTH, DRAWS_OF_EXTENT = 64, 4
BOX_DRAWS = 2000


@dataclass(frozen=True)
class ExactPosterior:
    """What the stars of a galaxy tell.

    Parameters
    ----------
    draws : ndarray, (m, 3)
        γ, log₁₀ mass and β; the mass as networks tell it, see
        `astro_dl.science.mass_profile.parameters.TARGETS`.
    weights : ndarray, (m,)
        Of a sum of one.
    log_density : float
        At the truth [nat]; NaN where it is not known.
    effective_at_truth : float
        Draws that those are worth by which that density is told.
    """

    draws: Array
    weights: Array
    log_density: float
    effective_at_truth: float

    @property
    def mean(self) -> Array:
        """Of each, (3,)."""
        return self.weights @ self.draws

    @property
    def std(self) -> Array:
        """Standard deviations, (3,)."""
        return np.sqrt(self.weights @ (self.draws - self.mean) ** 2)

    @property
    def effective(self) -> float:
        """Draws that the weighted ones are worth."""
        return effective(self.weights)

    def below(self, values: Array) -> Array:
        """Return the probability (3,) below values (3,), of each by itself."""
        return self.weights @ (self.draws < values)

    def quantile(self, levels: Array) -> Array:
        """Return (levels, 3), of each by itself."""
        found = []
        for column in self.draws.T:
            order = np.argsort(column)
            inside = np.cumsum(self.weights[order]) - self.weights[order] / 2
            found.append(np.interp(levels, inside, column[order]))
        return np.stack(found, axis=1)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Return n draws (n, 3) by `astro_dl.distributions.weighted.without_repeats`."""
        return self.draws[without_repeats(self.weights, n, rng)]


@dataclass(frozen=True)
class PriorGalaxies:
    """Galaxies of the prior with the velocities of their stars, by which posteriors are weighted.

    Parameters
    ----------
    physics : MassProfilePhysics
        Of the prior.
    galaxies : Galaxies
        Drawn from it.
    tables : ndarray
        Their `astro_dl.science.mass_profile.exact.likelihood.velocity_tables`.
    log_weights : ndarray, (n,)
        Of each; weights of galaxies drawn from the prior are alike, with a sum of one.
    possible : float
        Share of the box of slopes, extents and anisotropies that is possible.
    """

    physics: MassProfilePhysics
    galaxies: Galaxies
    tables: Array
    log_weights: Array
    possible: float

    @classmethod
    def draw(cls, physics: MassProfilePhysics, n: int, rng: np.random.Generator) -> "PriorGalaxies":
        """Return n of them."""
        galaxies = draw_galaxies(physics, n, rng)
        tried = _box(physics, rng.random((BOX_DRAWS, 3)))
        even = np.full(n, -np.log(n))
        return cls(physics, galaxies, velocity_tables(galaxies), even, float(tried.possible.mean()))

    @cached_property
    def traits(self) -> Array:
        """γ, ln of the extent, and β of each, (n, 3)."""
        own = self.galaxies
        beta = 1 / (1 + (own.anisotropy_radius / half_light_radius()) ** 2)
        return np.stack([own.slope, np.log(own.extent), beta], axis=1)

    @cached_property
    def second_moments(self) -> Array:
        """Mean squares of velocities at each of ``LOG_PLACES``, (n, places)."""
        return np.asarray(2 * np.trapezoid(self.tables[:, :, 0] * SPEEDS**2, SPEEDS, axis=2))

    def posterior(
        self,
        stars: Stars,
        truth: Array | None,
        rng: np.random.Generator,
        draws: int = DRAWS,
        renewed: bool = False,
    ) -> ExactPosterior:
        """Return the posterior of a galaxy, told at the truth where it is known.

        Parameters
        ----------
        stars : Stars
            As they were observed.
        truth : ndarray, (3,), optional
            γ, log₁₀ of the mass over s² R_h / G, β; None where they are not known.
        rng : numpy.random.Generator
            Of the draws.
        draws : int
            Of the last round.
        renewed : bool, default False
            Whether the last round has galaxies of its own, near those that stars allow: slower, and
            no galaxy is drawn twice.
        """
        seen = _Seen.of(stars)
        search = self._everywhere(seen)
        for share in ROUNDS:
            rows, rest, _, found = self._round(seen, search, round(share * draws), rng)
            flat = flattened(found, LEAST_EFFECTIVE * len(rows))
            search = search.near(rows, rest, flat)
        last, number = self, draws
        if renewed:
            last = self._renewed(self.traits[rows], flat, draws, rng)
            search, number = search.elsewhere(last.traits), len(last.galaxies)
        rows, _, velocity, found = last._round(seen, search, number, rng)
        evidence = logsumexp(found) - np.log(number)
        slope, _, beta = last.traits[rows].T
        values = np.stack([slope, 2 * np.log10(velocity / seen.dispersion), beta], axis=1)
        log_density, worth = np.nan, np.nan
        if truth is not None:
            at_truth = self._at_truth(seen, truth, search, rng)
            log_density, worth = logsumexp(at_truth) - evidence, effective(softmax(at_truth))
        return ExactPosterior(values, softmax(found), float(log_density), worth)

    def _round(
        self, seen: "_Seen", search: Search, n: int, rng: np.random.Generator
    ) -> tuple[Array, Array, Array, Array]:
        """Return rows, rest and velocities of n guesses, and ln of their weights."""
        rows, rest = search.draw(n, rng)
        velocity = self._velocity_asked_for(seen)[rows] * np.exp(rest[:, 0])
        found = self._log_posterior(seen, rows, velocity, rest)
        return rows, rest, velocity, found - search.log_density(rows, rest)

    def _renewed(
        self, traits: Array, weights: Array, n: int, rng: np.random.Generator
    ) -> "PriorGalaxies":
        """Return galaxies near weighted ones of some traits, with weights as the prior has them."""
        about, width = moments(traits, weights)
        drawn = about + student(width, n, rng)
        ranges = (
            self.physics.slopes,
            np.log(self.physics.extents),
            (0, self.physics.most_anisotropy),
        )
        first, last = np.array(ranges).T
        drawn = drawn[((drawn > first) & (drawn < last)).all(axis=1)]
        galaxies = Galaxies(drawn[:, 0], np.exp(drawn[:, 1]), anisotropy_radius(drawn[:, 2]))
        kept = np.flatnonzero(galaxies.possible)
        galaxies = galaxies.take(kept)
        chance = log_student(drawn[kept] - about, width)
        box = np.prod(last - first) * self.possible
        log_weights = -chance - np.log(n * box)
        return replace(
            self, galaxies=galaxies, tables=velocity_tables(galaxies), log_weights=log_weights
        )

    def _velocity_asked_for(self, seen: "_Seen") -> Array:
        """Return √(G M / R_h) (n,) by which each galaxy would have about this dispersion."""
        place = np.interp(np.log(seen.stars.radii), LOG_PLACES, np.arange(len(LOG_PLACES)))
        counts = np.bincount(np.round(place).astype(int), minlength=len(LOG_PLACES))
        squares = self.second_moments @ counts / len(seen.stars)
        return seen.intrinsic(self.physics) / np.sqrt(squares)

    def _everywhere(self, seen: "_Seen") -> Search:
        """Return the search of the first round."""
        noise = (seen.dispersion / seen.intrinsic(self.physics)) ** 2
        widths = np.array([0.1 + 2 * noise / np.sqrt(2 * len(seen.stars)), 1.2, 1 / 3])
        return Search.even(self.traits, np.array([0, 0, 0.5]), np.diag(widths**2))

    def _log_posterior(self, seen: "_Seen", rows: Array, velocity: Array, rest: Array) -> Array:
        """Return ln of the likelihood times the prior (d,), which is even in log₁₀ of the mass."""
        low, high = self.physics.circular_velocity_kms
        inside = (velocity >= low) & (velocity <= high) & _accepted(rest)
        found = np.full(len(inside), -np.inf)
        guesses = seen.guesses(self.physics, rows, velocity, rest).take(inside)
        found[inside] = log_likelihood(self.physics, self.tables, guesses, seen.stars)
        # From ln V to log₁₀ M = 2 log₁₀ V.
        return found + self.log_weights[rows] - np.log(np.log(10) / 2)

    def _at_truth(
        self, seen: "_Seen", truth: Array, search: Search, rng: np.random.Generator
    ) -> Array:
        """Return parts, as logarithms, of the likelihood at the truth times the prior.

        Their sum is over all that is not told.
        """
        physics = self.physics
        slope, ratio, beta = (np.full(EXTENTS_AT_TRUTH, one) for one in truth)
        extents = np.exp(_even(EXTENTS_AT_TRUTH, *np.log(physics.extents)))
        galaxies = Galaxies(slope, extents, anisotropy_radius(beta))
        rows = np.repeat(np.arange(EXTENTS_AT_TRUTH), DRAWS_OF_EXTENT)
        middle = search.chance @ search.middle
        rest = middle + student(search.spread, len(rows), rng)
        velocity = seen.dispersion * 10 ** (ratio[rows] / 2)
        inside = galaxies.possible[rows] & _accepted(rest)
        guesses = seen.guesses(physics, rows, velocity, rest).take(inside)
        found = log_likelihood(physics, velocity_tables(galaxies), guesses, seen.stars)
        # The first of the rest is told, by the mass.
        away = (rest - middle)[inside, 1:]
        found -= log_student(away, search.spread[1:, 1:])
        box = np.ptp(physics.slopes) * physics.most_anisotropy * self.possible
        return np.asarray(found - np.log(len(rows) * box))


@dataclass(frozen=True)
class _Seen:
    """Stars with the mean and the dispersion [km/s] of their velocities."""

    stars: Stars
    mean: float
    dispersion: float

    @classmethod
    def of(cls, stars: Stars) -> "_Seen":
        return cls(stars, *mean_and_dispersion(stars.velocities))

    def intrinsic(self, physics: MassProfilePhysics) -> float:
        """Return about what the dispersion is without errors and binaries."""
        kicks = physics.binary_fraction * float(SHARES @ DEVIATIONS_KMS**2)
        square = self.dispersion**2 - float(np.mean(self.stars.errors**2)) - kicks
        return float(np.sqrt(max(square, 0.2 * self.dispersion**2)))

    def guesses(
        self, physics: MassProfilePhysics, rows: Array, velocity: Array, rest: Array
    ) -> Guesses:
        """Return what a search found, in units of likelihoods."""
        mean = self.mean + self.dispersion / np.sqrt(len(self.stars)) * rest[:, 1]
        return Guesses(rows, velocity, mean, physics.most_contamination * rest[:, 2])


def _accepted(rest: Array) -> Array:
    """Return whether there are as few foreign stars as the prior has, and no fewer than none."""
    return (rest[:, 2] >= 0) & (rest[:, 2] <= 1)


def _box(physics: MassProfilePhysics, points: Array) -> Galaxies:
    """Return the galaxies of points (n, 3) of the unit box, possible or not."""
    low, high = physics.slopes
    first, last = np.log(physics.extents)
    slope, extent, beta = points.T
    return Galaxies(
        low + (high - low) * slope,
        np.exp(first + (last - first) * extent),
        anisotropy_radius(np.maximum(beta * physics.most_anisotropy, 1e-9)),
    )


def _even(n: int, low: float, high: float) -> Array:
    return low + (high - low) * (np.arange(n) + 0.5) / n
