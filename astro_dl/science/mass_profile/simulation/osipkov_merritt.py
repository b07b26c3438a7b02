"""How stars move in a halo: distribution functions of Osipkov (1979) and Merritt (1985).

With f = f(Q), Q = Ψ − v²/2 − L²/(2 r_a²), orbits are isotropic within r_a and radial beyond:
β(r) = r²/(r² + r_a²). With u_t = v_t √(1 + r²/r_a²) the density of (v_r, u_t) at a place knows no
direction, so that velocities along any line follow, up to a factor, one distribution ∝ G(Ψ − w²/2),

    G(E) = ∫₀ᴱ f dQ = (√8 π²)⁻¹ ∫₀ᴱ (dν_Q/dΨ) dΨ / √(E − Ψ),  ν_Q = (1 + r²/r_a²) ν,

which is all that is seen of f. f ≥ 0 where G rises (Merritt 1985, AJ 90, 1027, eqs. 4 to 11).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.integrate import cumulative_simpson

from astro_dl.science.mass_profile.simulation.tracers import (
    RADII,
    STEP,
    density,
    density_slope,
    half_light_radius,
)

Array = np.ndarray
MASS_RADIUS = 1.8
"""Within this many half-light radii the mass is asked for: there it depends least on the orbits."""

GALAXIES_AT_ONCE = 4
"""What is more does not fit into the caches of a processor."""

TINY = 1e-300
LEAST_RISE = -1e-6
"""Of G from one radius to the next, relative to it, where f counts as positive."""


@dataclass(frozen=True)
class Galaxies:
    """Tracers in spherical haloes ρ ∝ (r/r_s)^-γ (1 + r/r_s)^(γ − 3), without mass of their own.

    Lengths are in units of the tracers' own radius r*, masses in those within ``MASS_RADIUS``
    half-light radii, and G = 1.

    Parameters
    ----------
    slope : ndarray, (n,)
        γ.
    extent : ndarray, (n,)
        r*/r_s.
    anisotropy_radius : ndarray, (n,)
        r_a/r*; infinite for isotropic orbits.
    """

    slope: Array
    extent: Array
    anisotropy_radius: Array

    def __len__(self) -> int:
        return len(self.slope)

    @cached_property
    def mass(self) -> Array:
        """Within each of ``RADII``, (n, K)."""
        slope, x = self.slope[:, None], self.extent[:, None] * RADII
        inner = x[:, :1] ** (3 - slope) / (3 - slope)
        inside = inner + cumulative_simpson(_shell(x, slope), dx=STEP, axis=1, initial=0)
        at = np.log(MASS_RADIUS * half_light_radius())
        unit = [np.interp(at, np.log(RADII), np.log(one)) for one in inside]
        return inside / np.exp(unit)[:, None]

    @cached_property
    def potential(self) -> Array:
        """Ψ at each of ``RADII``, (n, K), zero at infinity."""
        pull = self.mass / RADII
        fallen = cumulative_simpson(pull[:, ::-1], dx=STEP, axis=1, initial=0)[:, ::-1]
        # Beyond the last radius the density falls as r⁻³: the mass grows by this with ln r.
        growth = (self.mass[:, -1] - self.mass[:, -2]) / STEP
        return fallen + ((self.mass[:, -1] + growth) / RADII[-1])[:, None]

    @cached_property
    def accumulated(self) -> Array:
        """G(Ψ) at the potential of each of ``RADII``, (n, K)."""
        stretched = 1 + (RADII / self.anisotropy_radius[:, None]) ** 2
        growth = 2 * RADII / self.anisotropy_radius[:, None] ** 2
        by_radius = stretched * density_slope(RADII) + growth * density(RADII)
        gradient = -by_radius * RADII**2 / self.mass
        return np.concatenate(
            [
                accumulated_density(self.potential[part], gradient[part])
                for part in _parts(len(self), GALAXIES_AT_ONCE)
            ]
        )

    @cached_property
    def possible(self) -> Array:
        """Whether the distribution function is nowhere negative, (n,)."""
        told = self.accumulated[:, :-1]
        rises = -np.diff(told, axis=1) > LEAST_RISE * told[:, :-1]
        return np.asarray((told > 0).all(axis=1) & rises.all(axis=1))

    def take(self, rows: Array) -> "Galaxies":
        """Return some of them."""
        return Galaxies(self.slope[rows], self.extent[rows], self.anisotropy_radius[rows])

    def mass_within(self, half_light_radii: float) -> Array:
        """Return the mass (n,) within a radius in units of the half-light radius."""
        at = np.log(half_light_radii * half_light_radius())
        return np.exp([np.interp(at, np.log(RADII), np.log(one)) for one in self.mass])


def accumulated_density(potential: Array, gradient: Array) -> Array:
    """Return G at each of the potentials, by exact integrals of a gradient linear between them.

    Parameters
    ----------
    potential : ndarray, (n, K)
        Ψ, falling; G is taken as zero below the last.
    gradient : ndarray, (n, K)
        dν_Q/dΨ there.
    """
    high, low = potential[:, None, :-1], potential[:, None, 1:]
    bent = ((gradient[:, :-1] - gradient[:, 1:])[:, None]) / (high - low)
    energy = potential[:, :, None]
    to_low = np.sqrt(np.maximum(energy - low, 0))
    to_high = np.sqrt(np.maximum(energy - high, 0))
    # Of √(E − Ψ) from one end of a step to the other, without cancellation.
    step = np.where(to_low > 0, (high - low) / np.maximum(to_low + to_high, TINY), 0)
    parts = step * (2 * gradient[:, None, 1:] + 2 / 3 * bent * step * (2 * to_low + to_high))
    return parts.sum(axis=2) / (np.sqrt(8) * np.pi**2)


def distribution_function(potential: Array, accumulated: Array) -> Array:
    """Return f = dG/dQ between the potentials, (n, K − 1)."""
    return np.diff(accumulated, axis=1) / np.diff(potential, axis=1)


def stretch(radii: Array, cosine: Array, anisotropy_radius: Array | float) -> Array:
    """Return by how much velocities along a line of sight are narrower than radial ones.

    Parameters
    ----------
    radii : ndarray
        Distances from the centre.
    cosine : ndarray
        Of the angle between the radius and the line of sight.
    anisotropy_radius : ndarray or float
        In the same unit.
    """
    sideways = (1 - cosine**2) / (1 + (radii / anisotropy_radius) ** 2)
    return np.sqrt(cosine**2 + sideways)


def _shell(x: Array, slope: Array) -> Array:
    """Return the mass of a halo by ln r, but for a constant."""
    return x ** (3 - slope) * (1 + x) ** (slope - 3)


def _parts(n: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, n, size)]
