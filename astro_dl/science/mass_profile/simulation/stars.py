"""Stars of galaxies as they are observed: projected radii and velocities along the line of sight.

Lengths are in half-light radii and velocities in √(G M(<1.8 R_h) / R_h).
"""

import numpy as np

from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies, stretch
from astro_dl.science.mass_profile.simulation.tracers import RADII, draw_radii, half_light_radius

Array = np.ndarray
CANDIDATES = 4
"""Stars drawn for one that is chosen by its radius."""

FAINTEST = np.exp(-16.0)
"""Of the density of velocities, relative to the most likely one."""

SPEEDS = np.linspace(0, 1, 49) ** 1.5
"""On which the distribution of a star's velocity is told, over the fastest; closer where slow."""


def draw_places(
    n: int, farthest: float, crowding: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return the distances (n,) of stars from the centre, and the cosines of their directions.

    Parameters
    ----------
    n : int
        Stars.
    farthest : float
        Largest projected radius, in half-light radii.
    crowding : float
        The chance of a star to be observed goes as (1 + R²) to this power: below zero, the centre
        is observed more fully.
    rng : numpy.random.Generator
        Of the draws.

    Returns
    -------
    radii : ndarray
        In the tracers' own unit, see `astro_dl.science.mass_profile.simulation.tracers`.
    cosine : ndarray
        Of the angle to the line of sight.
    """
    many = CANDIDATES * n + 50
    radii, cosine = draw_radii(many, rng), rng.uniform(-1, 1, many)
    square = (radii / half_light_radius()) ** 2 * (1 - cosine**2)
    chosen = observed(square, n, farthest, crowding, rng)
    return radii[chosen], cosine[chosen]


def observed(
    square: Array, n: int, farthest: float, crowding: float, rng: np.random.Generator
) -> Array:
    """Return the rows of n stars that are observed, by the squares of their projected radii."""
    chance = np.where(square < farthest**2, crowding * np.log1p(square), -np.inf)
    return np.argsort(-(chance + rng.gumbel(size=len(square))))[:n]


def draw_velocities(
    galaxies: Galaxies, number: int, radii: Array, cosine: Array, rng: np.random.Generator
) -> Array:
    """Return velocities (m,) along the line of sight of stars of one galaxy.

    Parameters
    ----------
    galaxies : Galaxies
        Of which one is meant.
    number : int
        Which.
    radii, cosine : ndarray, (m,)
        Where the stars are, in the tracers' own unit.
    rng : numpy.random.Generator
        Of the draws.
    """
    energies = galaxies.potential[number, ::-1]
    accumulated = galaxies.accumulated[number, ::-1]
    at = np.interp(np.log(radii), np.log(RADII), galaxies.potential[number])
    here = np.interp(at, energies, accumulated)
    fastest = np.sqrt(2 * (at - np.interp(FAINTEST * here, accumulated, energies)))
    speeds = fastest[:, None] * SPEEDS
    likely = np.interp(at[:, None] - speeds**2 / 2, energies, accumulated)
    below = np.cumsum((likely[:, 1:] + likely[:, :-1]) / 2 * np.diff(SPEEDS), axis=1)
    wanted = rng.random(len(radii)) * below[:, -1]
    step = np.minimum((below < wanted[:, None]).sum(axis=1), len(SPEEDS) - 2)
    rows = np.arange(len(radii))
    first = np.where(step > 0, below[rows, step - 1], 0.0)
    share = (wanted - first) / np.maximum(below[rows, step] - first, 1e-300)
    speed = fastest * (SPEEDS[step] + np.clip(share, 0, 1) * np.diff(SPEEDS)[step])
    sign = rng.choice((-1.0, 1.0), len(radii))
    narrower = stretch(radii, cosine, galaxies.anisotropy_radius[number])
    return sign * speed * narrower * np.sqrt(half_light_radius())
