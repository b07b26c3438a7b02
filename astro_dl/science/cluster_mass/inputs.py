"""From galaxies in the line of sight of a cluster to what networks take, simulated or real.

Velocities count from that of the cluster, as its galaxies tell it, radii and velocities in units by
which clusters of any mass look about alike: the observed dispersion σ, and √3 σ / (10 H(z)), the
radius r200 that it would have (Carlberg et al. 1997, ApJ 478, 462).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.models.attention.tracer_channels import CHANNELS, ERROR, KNOWN, RADIUS, SPEED
from astro_dl.science.cluster_mass.dispersions import clipped_dispersion
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.simulation.haloes import expansion, hubble_rate

Array = np.ndarray
MEMBERS, CLUSTER = "members", "cluster"
NUMBERS = ("ln dispersion", "ln without errors", "ln galaxies", "ln E(z)", "ln aperture")
DISPERSION, INTRINSIC, COUNT, EXPANSION, APERTURE = range(5)
CENTRES = np.log([500.0, 500.0, 50.0, 1.0, 1.0])
"""Subtracted from these numbers: km/s, km/s, galaxies, none, Mpc."""

FARTHEST_KMS = 4000.0
"""Galaxies of other velocities are left out."""

LEAST_DISPERSION_KMS = 50.0
"""Without errors; below it, dispersions count as this."""

LEAST_ERROR, NEAREST = 0.01, 0.01
"""In dispersions and in r200: smaller numbers count as these."""

SIDE = 48
BANDWIDTH = 0.25
"""Of the kernel, over the standard deviation (Ho et al. 2019, ApJ 887, 25, section 3)."""

REACH_KMS, REACH_MPC = 2200.0, 2.3
"""Velocities and radii of densities: 1.6 Mpc/h, as published."""


@dataclass(frozen=True)
class Galaxies:
    """Galaxies in the line of sight of a cluster.

    Parameters
    ----------
    radii : ndarray, (m,)
        Projected [Mpc].
    velocities, errors : ndarray, (m,)
        Along the line of sight, in the frame of the cluster [km/s].
    redshift : float
        Of the cluster.
    """

    radii: Array
    velocities: Array
    errors: Array
    redshift: float

    def __len__(self) -> int:
        return len(self.radii)

    def take(self, rows: Array) -> "Galaxies":
        """Return some of them."""
        return Galaxies(self.radii[rows], self.velocities[rows], self.errors[rows], self.redshift)


@dataclass(frozen=True)
class Prepared:
    """Clusters as a network sees them, (n,) each but for ``x``.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs of n clusters.
    intrinsic_kms : ndarray
        Dispersion without the errors; no less than 50 km/s.
    centre_kms : ndarray
        Velocity of the cluster.
    galaxies : ndarray of int
        Those that were used; none where densities are of none.
    field : ndarray
        Share of them that belong to no cluster, were these as many at any velocity as beyond
        2000 km/s.
    """

    x: Inputs
    intrinsic_kms: Array
    centre_kms: Array
    galaxies: Array
    field: Array


def prepare(physics: ClusterMassPhysics, clusters: Sequence[Galaxies]) -> Prepared:
    """Return the inputs of clusters; NaN for those of fewer than two galaxies or no dispersion.

    Parameters
    ----------
    physics : ClusterMassPhysics
        What networks are given; galaxies beyond its ``most_galaxies`` must have been left out.
    clusters : sequence of Galaxies
        With all numbers finite and errors above zero.
    """
    n = len(clusters)
    table = np.zeros((n, physics.most_galaxies, len(CHANNELS)), np.float32)
    numbers = np.full((n, len(NUMBERS)), np.nan, np.float32)
    densities = np.full((n, SIDE, SIDE if physics.given == "plane" else 1), np.nan, np.float32)
    centres, intrinsic, field = np.full((3, n), np.nan)
    counts = np.zeros(n, int)
    for row, cluster in enumerate(clusters):
        near = cluster.take(np.abs(cluster.velocities) < FARTHEST_KMS)
        if len(near) < 2:
            continue
        centre, dispersion = clipped_dispersion(near.velocities)
        if not dispersion > 0:
            continue
        counts[row], centres[row] = len(near), centre
        velocities = near.velocities - centre
        field[row] = 2 * np.mean(np.abs(velocities) > FARTHEST_KMS / 2)
        error = float(np.sqrt(np.mean(near.errors**2)))
        intrinsic[row] = np.sqrt(max(dispersion**2 - error**2, LEAST_DISPERSION_KMS**2))
        if physics.given != "galaxies":
            densities[row] = _density(near, velocities, physics.given == "plane")
            if not densities[row].any():
                counts[row] = 0
            continue
        farthest = max(near.radii.max(), NEAREST)
        growth = float(expansion(cluster.redshift))
        about = np.array([dispersion, intrinsic[row], len(near), growth, farthest])
        numbers[row] = np.log(about) - CENTRES
        size = np.sqrt(3) * dispersion / (10 * hubble_rate(cluster.redshift))
        table[row, : len(near), RADIUS] = np.log(np.maximum(near.radii / size, NEAREST))
        table[row, : len(near), SPEED] = np.abs(velocities) / dispersion
        table[row, : len(near), ERROR] = np.log(np.maximum(near.errors / dispersion, LEAST_ERROR))
        table[row, : len(near), KNOWN] = 1
    x: Inputs = {MEMBERS: table, CLUSTER: numbers}
    if physics.given == "velocities":
        x = densities
    elif physics.given == "plane":
        x = densities[..., None]
    return Prepared(x, intrinsic, centres, counts, field)


def _density(near: Galaxies, velocities: Array, plane: bool) -> Array:
    """Return the density of velocities (48, 1), or of velocities and radii (48, 48), of mean one.

    After Ho et al. (2019). Clusters of their work had one redshift: by E(z)^⅓ and E(z)^−⅔ those of
    one mass and any redshift look alike. Where fewer than two are as slow and near, all is zero.
    """
    grown = expansion(near.redshift) ** (1 / 3)
    speeds, radii = velocities / grown, near.radii * grown**2
    kept = (np.abs(speeds) < REACH_KMS) & (radii < REACH_MPC)
    if kept.sum() < 2:
        return np.zeros((SIDE, SIDE if plane else 1))
    across = _kernels(speeds[kept], -REACH_KMS, REACH_KMS)
    along = _kernels(radii[kept], 0.0, REACH_MPC) if plane else np.ones((kept.sum(), 1))
    return across.T @ along / kept.sum()


def _kernels(values: Array, low: float, high: float) -> Array:
    """Return the kernel of each value on a grid (m, 48), times the length of the grid."""
    width = max(BANDWIDTH * float(values.std()), (high - low) / SIDE / 2)
    away = (np.linspace(low, high, SIDE) - values[:, None]) / width
    return np.exp(-0.5 * away**2) * (high - low) / (np.sqrt(2 * np.pi) * width)


def input_spec(physics: ClusterMassPhysics) -> InputSpec:
    """Return the shapes of the inputs, and what their numbers mean."""
    velocity = f"-{REACH_KMS:g} to {REACH_KMS:g} km/s times E(z)^(1/3)"
    if physics.given == "velocities":
        return InputSpec((SIDE, 1), {"density": "of velocities", "velocity": velocity})
    if physics.given == "plane":
        radius = f"0 to {REACH_MPC:g} Mpc times E(z)^(-2/3)"
        about = {"density": "of velocities and radii", "velocity": velocity, "radius": radius}
        return InputSpec((SIDE, SIDE, 1), about)
    return InputSpec(
        {MEMBERS: (physics.most_galaxies, len(CHANNELS)), CLUSTER: (len(NUMBERS),)},
        {
            MEMBERS: list(CHANNELS),
            CLUSTER: list(NUMBERS),
            "radius": "projected, in √3 σ / (10 H(z))",
            "speed": "from the centre along the line of sight, over the observed dispersion σ",
            "cosmology": "flat, H0 = 70 km/s/Mpc, Ωm = 0.3",
        },
    )


def power_law(physics: ClusterMassPhysics, x: Inputs) -> Array:
    """Return what the relation of mass and dispersion rests on: ln σ, and ln E(z) where known.

    A line through both is the power law M ∝ σ^a E(z)^b. Of densities σ is that of all velocities.
    """
    if not isinstance(x, np.ndarray):
        return np.asarray(x[CLUSTER])[:, [INTRINSIC, EXPANSION]]
    density = np.maximum(x.reshape(len(x), SIDE, -1).sum(axis=2), 1e-6)
    speeds = np.linspace(-REACH_KMS, REACH_KMS, SIDE)
    second = (density * speeds**2).sum(axis=1) / density.sum(axis=1)
    return 0.5 * np.log(second / (1 + BANDWIDTH**2))[:, None].astype(np.float32)
