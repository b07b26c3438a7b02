"""Galaxies that belong to no cluster but lie in its line of sight.

Outside r200 the density of matter is ρ_m (1 + A (r/r200)^−γ), with A as inside at r200, and
galaxies follow it. They move with the expansion and fall inwards as the mass within their distance
asks (Yahil 1985): v = H r − ⅓ H r Ω_m^0.55 δ (1 + δ)^−¼, no faster than a share of the halo's own
velocity.
"""

from dataclasses import dataclass

import numpy as np

from astro_dl.science.cluster_mass.simulation.haloes import (
    MATTER,
    Haloes,
    expansion,
    hubble_rate,
    matter_density,
)

Array = np.ndarray
STEEPNESS = 2.8
"""γ: as steep as the halo at r200, so that as many galaxies of other places are seen in
projection as in simulations of clusters (Mamon, Biviano & Murante 2010, A&A 520, A30)."""

FASTEST_INFALL = 0.6
"""Over the halo's velocity: shells cross further in, and what falls back again slows the mean."""

EDGE_DISPERSION, FIELD_DISPERSION_KMS = 0.55, 200.0
"""Along any direction: at r200 over the halo's velocity, falling as r^−½, and far from clusters."""

STEPS = 97


@dataclass(frozen=True)
class Cylinders:
    """The lines of sight to clusters, (n,) each.

    Parameters
    ----------
    haloes : Haloes
        At their centres.
    width_mpc, depth_mpc : ndarray
        Radius across and half-length along the line of sight [proper Mpc].
    """

    haloes: Haloes
    width_mpc: Array
    depth_mpc: Array

    @property
    def field_mass(self) -> Array:
        """Matter of mean density [M☉]."""
        volume = 2 * np.pi * self.width_mpc**2 * self.depth_mpc
        return matter_density(self.haloes.redshift) * volume

    def shells(self) -> tuple[Array, Array]:
        """Return radii and the excess of matter from r200 to each [Mpc, M☉], (n, steps)."""
        start, end = self.haloes.radius_mpc, self.depth_mpc
        log_radii = np.linspace(np.log(start), np.log(end), STEPS, axis=1)
        radii = np.exp(log_radii)
        narrow = np.minimum(self.width_mpc[:, None] / radii, 1)
        share = 1 - np.sqrt(1 - narrow**2)
        relative = (radii / start[:, None]) ** -STEEPNESS
        density = (self.haloes.edge_overdensity * matter_density(self.haloes.redshift))[:, None]
        each = 4 * np.pi * radii**3 * share * relative * density
        steps = np.diff(log_radii, axis=1) * (each[:, 1:] + each[:, :-1]) / 2
        return radii, np.concatenate([np.zeros((len(start), 1)), steps.cumsum(axis=1)], axis=1)


def draw_field(
    cylinders: Cylinders, rows: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return places of galaxies as dense as anywhere: across, along [Mpc], and which are real.

    Parameters
    ----------
    cylinders : Cylinders
    rows : ndarray of int, (m,)
        In which of them each lies.
    rng : numpy.random.Generator

    Returns
    -------
    across, along : ndarray, (m,)
    outside : ndarray of bool, (m,)
        False for those within r200, where all belong to the cluster.
    """
    across = cylinders.width_mpc[rows] * np.sqrt(rng.random(len(rows)))
    along = cylinders.depth_mpc[rows] * rng.uniform(-1, 1, len(rows))
    outside = np.hypot(across, along) > cylinders.haloes.radius_mpc[rows]
    return across, along, outside


def draw_excess(cylinders: Cylinders, rows: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return places of galaxies of the excess around clusters: across and along [Mpc]."""
    radii, within = cylinders.shells()
    share = within / within[:, -1:]
    # One rising row of all clusters: that of number k goes from k to k + 1.
    rising = (share + np.arange(len(share))[:, None]).ravel()
    found = np.exp(np.interp(rng.random(len(rows)) + rows, rising, np.log(radii).ravel()))
    narrow = np.minimum(cylinders.width_mpc[rows] / found, 1)
    cosine = rng.uniform(np.sqrt(1 - narrow**2), 1) * rng.choice([-1, 1], len(rows))
    return found * np.sqrt(1 - cosine**2), found * cosine


def mean_velocity(haloes: Haloes, radii: Array) -> Array:
    """Return the mean velocity [km/s] away from each halo at a distance (n,) [Mpc]."""
    flow = hubble_rate(haloes.redshift) * radii
    start, edge = haloes.radius_mpc, haloes.edge_overdensity
    density = matter_density(haloes.redshift)
    power = 3 - STEEPNESS
    excess = edge * start**STEEPNESS * (radii**power - start**power) / power
    outer = 4 * np.pi * density * ((radii**3 - start**3) / 3 + excess)
    contrast = (haloes.mass + outer) / (4 / 3 * np.pi * radii**3 * density) - 1
    growth = (MATTER * (1 + haloes.redshift) ** 3 / expansion(haloes.redshift) ** 2) ** 0.55
    infall = flow / 3 * growth * contrast * (1 + contrast) ** -0.25
    return flow - np.minimum(infall, FASTEST_INFALL * haloes.velocity_kms)


def draw_velocities(haloes: Haloes, across: Array, along: Array, rng: np.random.Generator) -> Array:
    """Return velocities along the line of sight [km/s] of one galaxy outside each halo."""
    radii = np.hypot(across, along)
    edge = EDGE_DISPERSION * haloes.velocity_kms * np.sqrt(haloes.radius_mpc / radii)
    spread = np.hypot(edge, FIELD_DISPERSION_KMS)
    return mean_velocity(haloes, radii) * along / radii + spread * rng.standard_normal(len(radii))
