"""Galaxies of others by which masses from motions are measured: real ones, and mock ones."""

from dataclasses import dataclass

import numpy as np

from astro_dl.science.mass_profile.simulation.tracers import half_light_radius


@dataclass(frozen=True)
class Dwarf:
    """A real galaxy (McConnachie 2012, AJ 144, 4).

    Parameters
    ----------
    half_light_pc, half_light_error_pc : float
    distance_kpc : float
    populations : bool, default False
        Whether it holds two that Walker & Peñarrubia (2011) tell apart.
    """

    half_light_pc: float
    half_light_error_pc: float
    distance_kpc: float
    populations: bool = False


DWARFS = {
    "car": Dwarf(250, 39, 105),
    "for": Dwarf(710, 77, 147, populations=True),
    "scl": Dwarf(283, 45, 86, populations=True),
    "sex": Dwarf(695, 44, 86),
}


@dataclass(frozen=True)
class Mock:
    """A galaxy of the Gaia Challenge: ρ0 [M☉/kpc³], r0 [kpc], slope, and r* = r_a [kpc]."""

    density: float
    scale: float
    slope: int
    tracer: float

    @property
    def log_mass(self) -> float:
        """log₁₀ of the mass within 1.8 half-light radii [M☉]."""
        x = np.linspace(0, 1.8 * half_light_radius() * self.tracer / self.scale, 4001)
        shell = x ** (2 - self.slope) * (1 + x) ** (self.slope - 3)
        inside = 4 * np.pi * self.density * self.scale**3 * np.trapezoid(shell, x)
        return float(np.log10(inside))


MOCKS = {"PlumCuspOm": Mock(6.4e7, 1.0, 1, 0.1), "PlumCoreOm": Mock(4e8, 1.0, 0, 0.25)}
