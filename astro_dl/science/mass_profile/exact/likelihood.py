"""The exact likelihood of the stars of a galaxy.

A star at the projected radius R has a velocity of density

    p(v|R) ∝ ∫ dz ν(r) (2π / (a ν_Q(r))) G(Ψ(r) − v²/(2 a²)),

with a of `astro_dl.science.mass_profile.simulation.osipkov_merritt.stretch`, blurred by its error
and by binaries, beside a share of foreign stars. How radii are spread tells nothing: the
tracers are known, and where stars were observed is not.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from astro_dl.science.mass_profile.inputs import Stars
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import FOREIGN_DEVIATION
from astro_dl.science.mass_profile.simulation.binaries import DEVIATIONS_KMS, SHARES
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies, stretch
from astro_dl.science.mass_profile.simulation.tracers import RADII, half_light_radius

Array = np.ndarray
CORE = 0.4
LOG_PLACES = np.log(
    CORE * np.sinh(np.linspace(np.arcsinh(0.03 / CORE), np.arcsinh(6.5 / CORE), 16))
)
"""ln of the projected radii of tables, in half-light radii: with steps even in the radius within
``CORE`` and in its logarithm beyond."""

SPEEDS = np.linspace(0, 4, 101)
ERRORS = np.array([0.0, 0.04, 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 0.9, 1.4])
"""Velocities of tables, and their errors, in √(G M(<1.8 R_h) / R_h)."""

DEPTHS = 16
"""Points along the line of sight."""


def velocity_tables(galaxies: Galaxies) -> Array:
    """Return densities (n, places, errors, speeds) of velocities along the line of sight."""
    nodes, weights = np.polynomial.legendre.leggauss(DEPTHS)
    angle, weight = np.pi / 4 * (nodes + 1), np.pi / 4 * weights
    blur = np.concatenate([_blur(error).T for error in ERRORS], axis=1)
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
        found[number] = (one @ blur).reshape(found.shape[1:])
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

    def take(self, rows: Array) -> "Guesses":
        """Return some of them."""
        every = self.galaxy, self.velocity_kms, self.mean_kms, self.contamination
        return Guesses(*(one[rows] for one in every))


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


def _blur(error: float) -> Array:
    """Return the matrix (speeds, speeds) that blurs a density, alike at −v, by an error."""
    if error == 0:
        return np.eye(len(SPEEDS))
    step = SPEEDS[1]
    away = [(SPEEDS[:, None] - sign * SPEEDS) / error for sign in (1, -1)]
    kernel = sum(np.exp(-0.5 * one**2) for one in away) * step / (error * np.sqrt(2 * np.pi))
    kernel[:, 0] /= 2
    return kernel
