"""How fast galaxies move in a halo: the Jeans equation of a sphere in equilibrium.

With ν of the galaxies, M of the halo, and β(r) = β∞ r / (r + r_s) (Tiret et al. 2007, A&A 476,
L1), whose integrating factor is f = (r + r_s)^(2 β∞),

    σ_r²(r) = (f ν)⁻¹ ∫_r^∞ f ν G M s⁻² ds   (Mamon & Łokas 2005, MNRAS 363, 705, eq. A3),

in units of 4π G ρ_s r_s² a function of r/r_s, of the extent of the galaxies and of β∞ alone.
"""

from functools import cache

import numpy as np
from scipy.integrate import cumulative_simpson
from scipy.ndimage import map_coordinates

from astro_dl.science.cluster_mass.simulation.haloes import G_MPC, Haloes, mass_shape

Array = np.ndarray
LOG_RADII = np.linspace(np.log(1e-3), np.log(1e4), 801)
"""ln r/r_s on which the integral is taken."""

EVERY = 8
"""Of those, which the table keeps."""

LOG_EXTENTS = np.linspace(np.log(0.5), np.log(4.0), 15)
ANISOTROPIES = np.linspace(-1.0, 1.0, 21)


def scaled_dispersion(log_radii: Array, extent: float, anisotropy: float) -> Array:
    """Return σ_r in units of √(4π G ρ_s r_s²) at radii that rise evenly in ln r/r_s.

    The last radius stands for infinity.
    """
    radii = np.exp(log_radii)
    weighted = (1 + radii) ** (2 * anisotropy) / (radii * (radii + extent) ** 2)
    integrand = weighted * mass_shape(radii) / radii
    outside = cumulative_simpson(integrand[::-1], dx=log_radii[1] - log_radii[0], initial=0)[::-1]
    return np.sqrt(outside / weighted)


@cache
def dispersion_table() -> Array:
    """Return σ_r by β∞, extent and radius."""
    return np.array(
        [
            [scaled_dispersion(LOG_RADII, float(np.exp(one)), beta)[::EVERY] for one in LOG_EXTENTS]
            for beta in ANISOTROPIES
        ]
    )


def radial_dispersion(haloes: Haloes, radii: Array) -> Array:
    """Return σ_r [km/s] at one radius (n,) [Mpc] in each halo."""
    axes = (
        (haloes.anisotropy, ANISOTROPIES),
        (np.log(haloes.extent), LOG_EXTENTS),
        (np.log(radii / haloes.scale_mpc), LOG_RADII[::EVERY]),
    )
    places = [(values - grid[0]) / (grid[1] - grid[0]) for values, grid in axes]
    found = map_coordinates(dispersion_table(), places, order=1, mode="nearest")
    unit = G_MPC * haloes.mass / (haloes.scale_mpc * mass_shape(haloes.concentration))
    return found * np.sqrt(unit)


def sight_dispersion(haloes: Haloes, radii: Array, sine: Array) -> Array:
    """Return the dispersion along the line of sight [km/s].

    Parameters
    ----------
    haloes : Haloes
    radii : ndarray, (n,)
        Distance from the centre [Mpc].
    sine : ndarray, (n,)
        Projected distance over that.
    """
    beta = haloes.anisotropy * radii / (radii + haloes.scale_mpc)
    return radial_dispersion(haloes, radii) * np.sqrt(1 - beta * sine**2)
