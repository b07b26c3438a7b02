"""Dwarf galaxies with the velocities of their stars, and the mass behind them."""

from dataclasses import dataclass

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.science.mass_profile.estimators import WALKER, WOLF
from astro_dl.science.mass_profile.inputs import Stars, prepare
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulation.binaries import draw_kicks
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies
from astro_dl.science.mass_profile.simulation.stars import draw_places, draw_velocities
from astro_dl.science.mass_profile.simulation.tracers import half_light_radius

Array = np.ndarray
FOREIGN_DEVIATION = 1.0
"""Of velocities of stars that do not belong to the galaxy, after members were chosen, in
√(G M / R_h): two and a half dispersions."""

ERROR_SCATTER = 0.3
"""Standard deviation of ln error among the stars of a galaxy."""

CROWDING = 1.0
"""Largest power by which the centre is observed more or less fully, see `draw_places`."""


def draw_galaxies(physics: MassProfilePhysics, n: int, rng: np.random.Generator) -> Galaxies:
    """Return n galaxies of the prior whose distribution functions are nowhere negative."""
    found: list[Array] = []
    while len(found) < n:
        many = n - len(found) + 8
        slope = rng.uniform(*physics.slopes, many)
        extent = even_in_logarithm(physics.extents, many, rng)
        anisotropy = rng.uniform(0, physics.most_anisotropy, many)
        drawn = Galaxies(slope, extent, anisotropy_radius(anisotropy))
        kept = np.flatnonzero(drawn.possible)
        found += list(np.stack([slope, extent, drawn.anisotropy_radius], axis=1)[kept])
    return Galaxies(*np.array(found[:n]).T)


def even_in_logarithm(limits: tuple[float, float], n: int, rng: np.random.Generator) -> Array:
    """Return n numbers within limits, as frequent in any decade."""
    low, high = np.log(limits)
    return np.exp(rng.uniform(low, high, n))


def anisotropy_radius(anisotropy: Array) -> Array:
    """Return r_a, in the tracers' own unit, at which β is this at the half-light radius."""
    with np.errstate(divide="ignore"):
        return half_light_radius() * np.sqrt(1 / np.asarray(anisotropy, float) - 1)


@dataclass(frozen=True)
class Drawn:
    """Galaxies of the prior and what was observed of them.

    Parameters
    ----------
    galaxies : Galaxies
        n of them.
    velocity_kms, error_kms, contamination : ndarray, (n,)
        √(G M(<1.8 R_h) / R_h), median error, and share of foreign stars.
    stars : list of Stars
        Those observed.
    """

    galaxies: Galaxies
    velocity_kms: Array
    error_kms: Array
    contamination: Array
    stars: list[Stars]

    @property
    def anisotropy(self) -> Array:
        """β at the half-light radius, (n,)."""
        return 1 / (1 + (self.galaxies.anisotropy_radius / half_light_radius()) ** 2)

    def targets(self, dispersion_kms: Array) -> Array:
        """Return the truth (n, 3), given the observed dispersions by which masses are told."""
        ratio = 2 * np.log10(self.velocity_kms / dispersion_kms)
        return np.stack([self.galaxies.slope, ratio, self.anisotropy], axis=1)


def simulate(physics: MassProfilePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n galaxies, each with stars of its own.

    Parameters
    ----------
    physics : MassProfilePhysics
        Galaxies and observations.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.mass_profile.inputs.prepare` gives it; ``y`` (n, 3) float32, see
        `astro_dl.science.mass_profile.parameters.TARGETS`; ``info`` with ``galaxy`` (a random
        number), ``gamma``, ``beta``, ``extent``, ``circular_velocity_kms``, ``log_mass_ratio``,
        ``log_mass_wolf`` and ``log_mass_half`` (of M(<4/3 R_h) and M(<R_h) over M(<1.8 R_h)),
        ``contamination``, ``error_kms``, ``stars``, ``dispersion_kms``, the observed one, and
        ``intrinsic_kms``, that without errors.
    """
    drawn = simulate_stars(physics, n, rng)
    galaxies = drawn.galaxies
    ready = prepare(physics, drawn.stars)
    y = drawn.targets(ready.dispersion_kms)
    info = Table(
        {
            "galaxy": rng.integers(2**62, size=n),
            "gamma": galaxies.slope,
            "beta": drawn.anisotropy,
            "extent": galaxies.extent,
            "circular_velocity_kms": drawn.velocity_kms,
            "log_mass_ratio": y[:, 1],
            "log_mass_wolf": np.log10(galaxies.mass_within(WOLF.radius)),
            "log_mass_half": np.log10(galaxies.mass_within(WALKER.radius)),
            "contamination": drawn.contamination,
            "error_kms": drawn.error_kms,
            "stars": ready.stars,
            "dispersion_kms": ready.dispersion_kms,
            "intrinsic_kms": ready.intrinsic_kms,
        }
    )
    return Examples(ready.x, y.astype(np.float32), info)


def simulate_stars(physics: MassProfilePhysics, n: int, rng: np.random.Generator) -> Drawn:
    """Return n galaxies of the prior with observed stars."""
    galaxies = draw_galaxies(physics, n, rng)
    velocity = even_in_logarithm(physics.circular_velocity_kms, n, rng)
    error = even_in_logarithm(physics.error_kms, n, rng)
    fewest, most = physics.fewest_stars, physics.most_stars
    counts = even_in_logarithm((fewest, most + 1), n, rng).astype(int).clip(fewest, most)
    contamination = rng.uniform(0, physics.most_contamination, n)
    about = zip(counts.tolist(), velocity, error, contamination, strict=True)
    observed = [observe(physics, galaxies, row, *one, rng) for row, one in enumerate(about)]
    return Drawn(galaxies, velocity, error, contamination, observed)


def observe(
    physics: MassProfilePhysics,
    galaxies: Galaxies,
    number: int,
    stars: int,
    velocity_kms: float,
    error_kms: float,
    contamination: float,
    rng: np.random.Generator,
) -> Stars:
    """Return observed stars of one galaxy.

    Parameters
    ----------
    physics : MassProfilePhysics
        Binaries, and where stars are observed.
    galaxies : Galaxies
        Of which one is meant.
    number, stars : int
        Which, and how many stars.
    velocity_kms : float
        √(G M(<1.8 R_h) / R_h).
    error_kms : float
        Median error of the velocities.
    contamination : float
        Share of stars that belong to something else.
    rng : numpy.random.Generator
        Of the draws.
    """
    farthest = rng.uniform(*physics.farthest)
    radii, cosine = draw_places(stars, farthest, rng.uniform(-CROWDING, CROWDING), rng)
    velocities = velocity_kms * draw_velocities(galaxies, number, radii, cosine, rng)
    velocities += draw_kicks(stars, physics.binary_fraction, rng)
    projected = radii / half_light_radius() * np.sqrt(1 - cosine**2)
    foreign = rng.random(stars) < contamination
    deviation = FOREIGN_DEVIATION * velocity_kms
    velocities[foreign] = deviation * rng.standard_normal(foreign.sum())
    errors = error_kms * np.exp(ERROR_SCATTER * rng.standard_normal(stars))
    velocities += errors * rng.standard_normal(stars)
    return Stars(projected, velocities, errors)
