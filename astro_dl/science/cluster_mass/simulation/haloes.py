"""Haloes of Navarro, Frenk & White (1997) with galaxies in them, in a flat universe.

Radii and masses are those within which the mean density is 200 times the critical one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw

Array = np.ndarray
G_MPC = 4.300917e-9
"""Newton's constant [Mpc km² / (s² M☉)]."""

HUBBLE_KMS_MPC = 70.0
MATTER = 0.3
LITTLE_H = HUBBLE_KMS_MPC / 100
DENSITY_CONTRAST = 200.0
CONCENTRATION_SCATTER_DEX = 0.15
"""Of haloes of one mass, relaxed or not (Duffy et al. 2008, MNRAS 390, L64, section 3)."""


def expansion(redshift: Array | float) -> Array:
    """Return E(z) = H(z) / H₀."""
    return np.sqrt(MATTER * (1 + np.asarray(redshift)) ** 3 + 1 - MATTER)


def hubble_rate(redshift: Array | float) -> Array:
    """Return H(z) [km/s/Mpc]."""
    return HUBBLE_KMS_MPC * expansion(redshift)


def matter_density(redshift: Array) -> Array:
    """Return the mean density of matter [M☉/Mpc³, proper]."""
    return 3 * HUBBLE_KMS_MPC**2 / (8 * np.pi * G_MPC) * MATTER * (1 + redshift) ** 3


def mean_concentration(mass: Array, redshift: Array) -> Array:
    """Return c of haloes of M200c [M☉] (Duffy et al. 2008, MNRAS 390, L64, table 1, all)."""
    return 5.71 * (mass * LITTLE_H / 2e12) ** -0.084 * (1 + redshift) ** -0.47


def mass_shape(x: Array) -> Array:
    """Return the mass within x scale radii of such a halo, over 4π ρ_s r_s³."""
    return np.log1p(x) - x / (1 + x)


def radius_of_mass(shape: Array) -> Array:
    """Return the radius x within which `mass_shape` is this."""
    return -1 / np.real(lambertw(-np.exp(-1 - shape))) - 1


@dataclass(frozen=True)
class Haloes:
    """Haloes and the orbits of their galaxies, (n,) each.

    Parameters
    ----------
    mass : ndarray
        M200c [M☉].
    redshift : ndarray
    concentration : ndarray
        r200 over the scale radius of the matter.
    extent : ndarray
        Scale radius of the galaxies over that of the matter.
    anisotropy : ndarray
        β∞, what β(r) = β∞ r / (r + r_s) tends to far outside.
    """

    mass: Array
    redshift: Array
    concentration: Array
    extent: Array
    anisotropy: Array

    @property
    def velocity_kms(self) -> Array:
        """√(G M200 / r200), which is 10 H r200."""
        rate = hubble_rate(self.redshift)
        return np.cbrt(np.sqrt(DENSITY_CONTRAST / 2) * rate * G_MPC * self.mass)

    @property
    def radius_mpc(self) -> Array:
        """r200."""
        return G_MPC * self.mass / self.velocity_kms**2

    @property
    def scale_mpc(self) -> Array:
        """Scale radius of the matter."""
        return self.radius_mpc / self.concentration

    @property
    def edge_overdensity(self) -> Array:
        """Density at r200 over the mean of the universe."""
        c = self.concentration
        inner = 4 * np.pi * self.scale_mpc**3 * mass_shape(c)
        return self.mass / inner / (c * (1 + c) ** 2) / matter_density(self.redshift)

    def take(self, rows: Array) -> "Haloes":
        """Return some of them, also more than once."""
        return Haloes(*(values[rows] for values in vars(self).values()))


def draw_radii(haloes: Haloes, rng: np.random.Generator) -> Array:
    """Return the distance [Mpc] of one galaxy of each halo from its centre, within r200."""
    scale = haloes.extent * haloes.scale_mpc
    whole = mass_shape(haloes.radius_mpc / scale)
    return scale * radius_of_mass(rng.random(len(whole)) * whole)
