"""The exact posterior of simulated galaxies: the likelihood of every star, weighted over the prior.

A star at the projected radius R has a velocity of density

    p(v|R) ∝ ∫ dz ν(r) (2π / (a ν_Q(r))) G(Ψ(r) − v²/(2 a²)),

with a of `astro_dl.science.mass_profile.simulation.osipkov_merritt.stretch`, blurred by its error
and by binaries, beside a share of foreign stars. How radii are spread tells nothing: the
tracers are known, and where stars were observed is not.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.special import logsumexp

from astro_dl.science.mass_profile.inputs import Stars, mean_and_dispersion
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import (
    FOREIGN_DEVIATION,
    anisotropy_radius,
    draw_galaxies,
)
from astro_dl.science.mass_profile.simulation.binaries import DEVIATIONS_KMS, SHARES
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies, stretch
from astro_dl.science.mass_profile.simulation.tracers import RADII, half_light_radius

Array = np.ndarray
LOG_PLACES = np.linspace(np.log(0.03), np.log(6.5), 14)
"""ln of the projected radii of tables, in half-light radii."""

SPEEDS = np.linspace(0, 4, 101)
ERRORS = np.array([0.0, 0.04, 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 0.9, 1.4])
"""Velocities of tables, and their errors, in √(G M(<1.8 R_h) / R_h)."""

DEPTHS = 16
"""Points along the line of sight."""

DRAWS_OF_GALAXY = 6
DRAWS_AT_TRUTH = 128


def velocity_tables(galaxies: Galaxies) -> Array:
    """Return densities (n, places, errors, speeds) of velocities along the line of sight."""
    nodes, weights = np.polynomial.legendre.leggauss(DEPTHS)
    angle, weight = np.pi / 4 * (nodes + 1), np.pi / 4 * weights
    blur = np.stack([_blur(error) for error in ERRORS])
    places = np.exp(LOG_PLACES)[:, None] * half_light_radius()
    depth = np.sqrt(1 + places**2) * np.tan(angle)
    radii = np.sqrt(places**2 + depth**2)
    along = weight * np.sqrt(1 + places**2) / np.cos(angle) ** 2
    found = np.empty((len(galaxies), len(LOG_PLACES), len(ERRORS), len(SPEEDS)), np.float32)
    speeds = SPEEDS / np.sqrt(half_light_radius())
    for number in range(len(galaxies)):
        narrower = stretch(radii, depth / radii, galaxies.anisotropy_radius[number])
        at = np.interp(np.log(radii), np.log(RADII), galaxies.potential[number])
        energy = at[..., None] - (speeds / narrower[..., None]) ** 2 / 2
        likely = np.interp(
            energy, galaxies.potential[number, ::-1], galaxies.accumulated[number, ::-1], left=0
        )
        stretched = 1 + (radii / galaxies.anisotropy_radius[number]) ** 2
        one = np.einsum("pd,pds->ps", along / (stretched * narrower), likely)
        one /= 2 * np.trapezoid(one, SPEEDS, axis=1)[:, None]
        found[number] = np.einsum("ets,ps->pet", blur, one)
    return found


@dataclass(frozen=True)
class Guesses:
    """What a likelihood is asked of, (d,) each.

    Parameters
    ----------
    galaxy : ndarray of int
        Row of the tables.
    velocity_kms : ndarray
        √(G M(<1.8 R_h) / R_h).
    mean_kms : ndarray
        Velocity of the galaxy.
    contamination : ndarray
        Share of foreign stars.
    """

    galaxy: Array
    velocity_kms: Array
    mean_kms: Array
    contamination: Array


def log_likelihood(
    physics: MassProfilePhysics, tables: Array, guesses: Guesses, stars: Stars
) -> Array:
    """Return the logarithm (d,) of the likelihood of stars, given their radii and errors."""
    place = np.interp(np.log(stars.radii), LOG_PLACES, np.arange(len(LOG_PLACES)))
    shares = np.concatenate([[1 - physics.binary_fraction], physics.binary_fraction * SHARES])
    extra = np.concatenate([[0.0], DEVIATIONS_KMS])
    errors = np.sqrt(stars.errors**2 + extra[:, None] ** 2)
    found = np.empty(len(guesses.galaxy))
    for number in np.unique(guesses.galaxy):
        rows = np.flatnonzero(guesses.galaxy == number)
        unit = guesses.velocity_kms[rows, None, None]
        speed = np.abs(stars.velocities - guesses.mean_kms[rows, None])[:, None] / unit
        # By squares, in which second moments are linear.
        error = np.interp((errors / unit) ** 2, ERRORS**2, np.arange(len(ERRORS)))
        where = np.broadcast_arrays(place, error, speed / SPEEDS[1])
        each = map_coordinates(tables[number], where, order=1, mode="nearest")
        own = np.einsum("c,rcs->rs", shares, each)
        foreign = guesses.contamination[rows, None]
        wide = np.sqrt(FOREIGN_DEVIATION**2 + (stars.errors / unit[..., 0]) ** 2)
        other = np.exp(-0.5 * (speed[:, 0] / wide) ** 2) / (np.sqrt(2 * np.pi) * wide)
        both = (1 - foreign) * own + foreign * other
        found[rows] = np.log(np.maximum(both / unit[..., 0], 1e-30)).sum(axis=1)
    return found


@dataclass(frozen=True)
class ExactPosterior:
    """What the stars of a galaxy tell.

    Parameters
    ----------
    log_density : float
        Of the posterior of γ, log₁₀ mass and β at the truth [nat].
    mean, std : ndarray, (3,)
        Of each; of the mass as networks tell it, see
        `astro_dl.science.mass_profile.parameters.TARGETS`.
    below : ndarray, (3,)
        Probability below the truth.
    effective : float
        Draws that the weighted ones are worth.
    """

    log_density: float
    mean: Array
    std: Array
    below: Array
    effective: float


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
        Their `velocity_tables`.
    possible : float
        Share of the box of slopes, extents and anisotropies that is possible.
    """

    physics: MassProfilePhysics
    galaxies: Galaxies
    tables: Array
    possible: float

    @classmethod
    def draw(cls, physics: MassProfilePhysics, n: int, rng: np.random.Generator) -> "PriorGalaxies":
        """Return n of them."""
        galaxies = draw_galaxies(physics, n, rng)
        many = 2000
        tried = _box(physics, rng.random((many, 3)))
        return cls(physics, galaxies, velocity_tables(galaxies), float(tried.possible.mean()))

    def posterior(self, stars: Stars, truth: Array, rng: np.random.Generator) -> ExactPosterior:
        """Return the posterior of a galaxy, told at the truth.

        Parameters
        ----------
        stars : Stars
            As they were observed.
        truth : ndarray, (3,)
            γ, log₁₀ of the mass over s² R_h / G, β.
        rng : numpy.random.Generator
            Of the draws.
        """
        physics = self.physics
        mean, dispersion = mean_and_dispersion(stars.velocities)
        guesses, log_chance = self._guesses(stars, mean, dispersion, rng)
        found = log_likelihood(physics, self.tables, guesses, stars) - log_chance
        low, high = physics.circular_velocity_kms
        inside = (guesses.velocity_kms >= low) & (guesses.velocity_kms <= high)
        found = np.where(inside, found, -np.inf)
        evidence = logsumexp(found) - np.log(len(found))
        weights = np.exp(found - logsumexp(found))
        own = self.galaxies
        beta = 1 / (1 + (own.anisotropy_radius / half_light_radius()) ** 2)
        ratio = 2 * np.log10(guesses.velocity_kms / dispersion)
        values = np.stack([own.slope[guesses.galaxy], ratio, beta[guesses.galaxy]], axis=1)
        expected = weights @ values
        return ExactPosterior(
            self._at_truth(stars, truth, mean, dispersion, rng) - evidence,
            expected,
            np.sqrt(weights @ (values - expected) ** 2),
            weights @ (values < truth),
            float(1 / np.sum(weights**2)),
        )

    def _guesses(
        self, stars: Stars, mean: float, dispersion: float, rng: np.random.Generator
    ) -> tuple[Guesses, Array]:
        """Return guesses near what each galaxy of the prior would need, and ln of their density.

        It is that of log₁₀ M and of the mean velocity.
        """
        n = DRAWS_OF_GALAXY * len(self.galaxies)
        row = np.repeat(np.arange(len(self.galaxies)), DRAWS_OF_GALAXY)
        place = np.interp(np.log(stars.radii), LOG_PLACES, np.arange(len(LOG_PLACES)))
        seconds = 2 * np.trapezoid(self.tables[:, :, 0] * SPEEDS**2, SPEEDS, axis=2)
        shares = np.bincount(np.round(place).astype(int), minlength=len(LOG_PLACES)) / len(stars)
        model = np.sqrt(seconds @ shares)
        errors = float(np.mean(stars.errors**2))
        intrinsic = np.sqrt(max(dispersion**2 - errors, 0.2 * dispersion**2))
        width = 0.04 + 2 * (dispersion / intrinsic) ** 2 / np.sqrt(2 * len(stars))
        deviate = rng.standard_normal((2, n))
        velocity = intrinsic / model[row] * np.exp(width * deviate[0])
        mean_width = 1.2 * dispersion / np.sqrt(len(stars))
        guesses = Guesses(
            row,
            velocity,
            mean + mean_width * deviate[1],
            rng.uniform(0, self.physics.most_contamination, n),
        )
        log_chance = -0.5 * (deviate**2).sum(axis=0) - np.log(2 * np.pi * width * mean_width)
        # From ln V to log₁₀ M = 2 log₁₀ V.
        return guesses, log_chance + np.log(np.log(10) / 2)

    def _at_truth(
        self, stars: Stars, truth: Array, mean: float, dispersion: float, rng: np.random.Generator
    ) -> float:
        """Return ln of the likelihood at the truth, over all extents and means, times the prior."""
        physics = self.physics
        slope, ratio, beta = (np.full(DRAWS_AT_TRUTH, one) for one in truth)
        extents = _even(DRAWS_AT_TRUTH, *np.log(physics.extents))
        galaxies = Galaxies(slope, np.exp(extents), anisotropy_radius(beta))
        kept = galaxies.possible
        width = 1.2 * dispersion / np.sqrt(len(stars))
        deviate = rng.standard_normal(DRAWS_AT_TRUTH)
        guesses = Guesses(
            np.arange(DRAWS_AT_TRUTH),
            dispersion * 10 ** (ratio / 2),
            mean + width * deviate,
            rng.uniform(0, physics.most_contamination, DRAWS_AT_TRUTH),
        )
        found = log_likelihood(physics, velocity_tables(galaxies), guesses, stars)
        found += 0.5 * deviate**2 + np.log(np.sqrt(2 * np.pi) * width)
        found = np.where(kept, found, -np.inf)
        box = np.log(np.ptp(physics.slopes) * physics.most_anisotropy * self.possible)
        return float(logsumexp(found) - np.log(DRAWS_AT_TRUTH) - box)


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


def _blur(error: float) -> Array:
    """Return the matrix (speeds, speeds) that blurs a density, alike at −v, by an error."""
    if error == 0:
        return np.eye(len(SPEEDS))
    step = SPEEDS[1]
    away = [(SPEEDS[:, None] - sign * SPEEDS) / error for sign in (1, -1)]
    kernel = sum(np.exp(-0.5 * one**2) for one in away) * step / (error * np.sqrt(2 * np.pi))
    kernel[:, 0] /= 2
    return kernel
