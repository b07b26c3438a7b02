"""Clusters with the velocities of galaxies in their line of sight, and the mass behind them."""

from dataclasses import dataclass

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.science.cluster_mass.inputs import FARTHEST_KMS, Galaxies, prepare
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.simulation.haloes import (
    CONCENTRATION_SCATTER_DEX,
    Haloes,
    draw_radii,
    hubble_rate,
    mean_concentration,
)
from astro_dl.science.cluster_mass.simulation.jeans import sight_dispersion
from astro_dl.science.cluster_mass.simulation.surroundings import (
    Cylinders,
    draw_excess,
    draw_field,
    draw_velocities,
)

Array = np.ndarray
ERROR_SCATTER = 0.3
"""Standard deviation of ln error among the galaxies of a cluster."""

CENTRE_ERROR, WRONG_CENTRE = 0.03, 0.25
"""Distance along either axis by which centres are wrong, over r200: of most, and of the others."""

RICHNESS_SLOPE = 0.85
"""Galaxies in a halo go as this power of its mass (Rozo et al. 2009, ApJ 699, 768, and others)."""

PIVOT_MASS = 1e14
BEYOND_KMS = 2500.0
"""By which lines of sight reach further than velocities are kept, for galaxies that fall in."""

SPARE = 8
HALO, FIELD, EXCESS = range(3)


@dataclass(frozen=True)
class Sight:
    """Lines of sight to n clusters, and how they are observed, (n,) each.

    Parameters
    ----------
    haloes : Haloes
    stretch : ndarray
        Dispersions over those of a round halo.
    offset_mpc : ndarray
        Of the told centre from the true one.
    aperture_mpc : ndarray
    error_kms : ndarray
        Typical error.
    efficiency : ndarray
        Galaxies in the surroundings over those in the halo, for the same mass.
    """

    haloes: Haloes
    stretch: Array
    offset_mpc: Array
    aperture_mpc: Array
    error_kms: Array
    efficiency: Array

    @property
    def cylinders(self) -> Cylinders:
        """All that the aperture, wherever it lies, may hold."""
        depth = (FARTHEST_KMS + BEYOND_KMS) / hubble_rate(self.haloes.redshift)
        return Cylinders(self.haloes, self.aperture_mpc + self.offset_mpc, depth)


@dataclass(frozen=True)
class Drawn:
    """Clusters and what was observed of them.

    Parameters
    ----------
    sight : Sight
        Of n clusters.
    galaxies : list of Galaxies
        Of each, n.
    interlopers : ndarray, (n,)
        Share that lies outside r200.
    """

    sight: Sight
    galaxies: list[Galaxies]
    interlopers: Array


def simulate(physics: ClusterMassPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n clusters, each with galaxies of its own.

    Parameters
    ----------
    physics : ClusterMassPhysics
        Clusters and observations.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.cluster_mass.inputs.prepare` gives it; ``y`` (n, 1) float32,
        log₁₀ M200c [M☉]; ``info`` with ``cluster`` (a random number), ``log_mass``, ``redshift``,
        ``concentration``, ``beta``, ``extent``, ``interlopers`` (the share of galaxies outside
        r200), ``aperture_mpc``, ``error_kms``, ``galaxies`` and ``dispersion_kms``, by biweight
        without errors.
    """
    drawn = observe(physics, draw_sight(physics, n, rng), rng)
    haloes = drawn.sight.haloes
    ready = prepare(physics, drawn.galaxies)
    mass = np.log10(haloes.mass)
    info = Table(
        {
            "cluster": rng.integers(2**62, size=n),
            "log_mass": mass,
            "redshift": haloes.redshift,
            "concentration": haloes.concentration,
            "beta": haloes.anisotropy,
            "extent": haloes.extent,
            "interlopers": drawn.interlopers,
            "aperture_mpc": drawn.sight.aperture_mpc,
            "error_kms": drawn.sight.error_kms,
            "galaxies": ready.galaxies,
            "dispersion_kms": ready.intrinsic_kms,
        }
    )
    return Examples(ready.x, mass[:, None].astype(np.float32), info)


def draw_sight(physics: ClusterMassPhysics, n: int, rng: np.random.Generator) -> Sight:
    """Return lines of sight to n clusters of the prior."""

    def even_in_logarithm(limits: tuple[float, float]) -> Array:
        low, high = np.log(limits)
        return np.exp(rng.uniform(low, high, n))

    mass = 10 ** rng.uniform(*physics.log_masses, n)
    redshift = rng.uniform(*physics.redshifts, n)
    scatter = 10 ** (CONCENTRATION_SCATTER_DEX * rng.standard_normal(n))
    haloes = Haloes(
        mass,
        redshift,
        mean_concentration(mass, redshift) * scatter,
        even_in_logarithm(physics.extents),
        rng.uniform(*physics.anisotropies, n),
    )
    wrong = np.where(rng.random(n) < physics.miscentred, WRONG_CENTRE, CENTRE_ERROR)
    richness = (mass / PIVOT_MASS) ** (RICHNESS_SLOPE - 1)
    richness *= 10 ** (physics.richness_scatter_dex * rng.standard_normal(n))
    return Sight(
        haloes,
        np.exp(physics.orientation_scatter * rng.standard_normal(n)),
        haloes.radius_mpc * wrong * rng.rayleigh(size=n),
        rng.uniform(*physics.apertures_mpc, n),
        even_in_logarithm(physics.error_kms),
        physics.interlopers / richness,
    )


def observe(physics: ClusterMassPhysics, sight: Sight, rng: np.random.Generator) -> Drawn:
    """Return the galaxies measured in each line of sight.

    Of the whole line of sight galaxies are drawn until as many as wanted lie within the aperture
    and within 4000 km/s of the cluster: each is drawn without regard to the others.
    """
    n = len(sight.error_kms)
    fewest, most = physics.fewest_galaxies, physics.most_galaxies
    wanted = np.exp(rng.uniform(np.log(fewest), np.log(most + 1), n)).astype(int)
    wanted = wanted.clip(fewest, most)
    parts: list[Array] = []
    missing = wanted.copy()
    while missing.any():
        rows = np.repeat(np.arange(n), np.where(missing > 0, 2 * missing + SPARE, 0))
        found = _draw(sight, rows, rng)
        # Of each cluster no more than are missing; rows are in order.
        order = np.arange(len(found)) - np.searchsorted(found[:, 0], found[:, 0])
        found = found[order < missing[found[:, 0].astype(int)]]
        parts.append(found)
        missing -= np.bincount(found[:, 0].astype(int), minlength=n)
    everything = np.concatenate(parts)
    everything = everything[np.argsort(everything[:, 0], kind="stable")]
    each = np.split(everything, np.cumsum(wanted)[:-1])
    redshift = sight.haloes.redshift
    galaxies = [
        Galaxies(one[:, 1], one[:, 2], one[:, 3], float(z))
        for one, z in zip(each, redshift, strict=True)
    ]
    return Drawn(sight, galaxies, np.array([one[:, 4].mean() for one in each]))


def _draw(sight: Sight, rows: Array, rng: np.random.Generator) -> Array:
    """Return galaxies (m, 5) of clusters: row, radius, velocity, its error, outside r200 or not."""
    cylinders, haloes = sight.cylinders, sight.haloes
    masses = [cylinders.field_mass, cylinders.shells()[1][:, -1]]
    weights = np.stack([haloes.mass, *(sight.efficiency * mass for mass in masses)], axis=1)
    chances = weights.cumsum(axis=1) / weights.sum(axis=1, keepdims=True)
    kind = (rng.random(len(rows))[:, None] > chances[rows, :2]).sum(axis=1)
    across, along, velocity = np.zeros((3, len(rows)))
    kept = np.ones(len(rows), bool)

    inside = np.flatnonzero(kind == HALO)
    own = haloes.take(rows[inside])
    radii = draw_radii(own, rng)
    cosine = rng.uniform(-1, 1, len(inside))
    sine = np.sqrt(1 - cosine**2)
    across[inside] = radii * sine
    spread = sight.stretch[rows[inside]] * sight_dispersion(own, radii, sine)
    velocity[inside] = spread * rng.standard_normal(len(inside))

    field, excess = (np.flatnonzero(kind == one) for one in (FIELD, EXCESS))
    across[field], along[field], kept[field] = draw_field(cylinders, rows[field], rng)
    across[excess], along[excess] = draw_excess(cylinders, rows[excess], rng)
    outside = np.flatnonzero((kind != HALO) & kept)
    velocity[outside] = draw_velocities(
        haloes.take(rows[outside]), across[outside], along[outside], rng
    )

    angle = rng.uniform(0, 2 * np.pi, len(rows))
    off = sight.offset_mpc[rows]
    radius = np.sqrt(np.maximum(across**2 + off**2 - 2 * across * off * np.cos(angle), 0))
    error = sight.error_kms[rows] * np.exp(ERROR_SCATTER * rng.standard_normal(len(rows)))
    velocity += error * rng.standard_normal(len(rows))
    kept &= (radius < sight.aperture_mpc[rows]) & (np.abs(velocity) < FARTHEST_KMS)
    return np.stack([rows, radius, velocity, error, kind != HALO], axis=1)[kept]
