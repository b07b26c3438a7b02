"""Where the stars are: ν(r) ∝ r^-γ* (1 + r²)^-(5 − γ*)/2, a Plummer sphere with a faint cusp.

An isotropic tracer with a flat centre cannot live in a cuspy halo: its distribution function would
be negative there (An & Evans 2006, ApJ 642, 752). The cusp γ* = 0.1 is that of the mock galaxies of
the Gaia Challenge, and too faint to be seen.
"""

from functools import cache

import numpy as np
from scipy.integrate import cumulative_simpson
from scipy.special import beta

Array = np.ndarray
CUSP = 0.1
"""γ*, the slope of the density of stars at the centre."""

LOG_RADII = np.linspace(np.log(1e-3), np.log(300), 161)
RADII = np.exp(LOG_RADII)
"""Radii in units of the tracers' own, on which galaxies are told; steps are even in ln r."""

STEP = float(LOG_RADII[1] - LOG_RADII[0])


def density(radii: Array) -> Array:
    """Return the number density, of a total of one, at radii in units of the tracers' own."""
    total = 2 * np.pi * beta((3 - CUSP) / 2, 1.0)
    return radii**-CUSP * (1 + radii**2) ** (-(5 - CUSP) / 2) / total


def density_slope(radii: Array) -> Array:
    """Return dν/dr."""
    steepness = CUSP + (5 - CUSP) * radii**2 / (1 + radii**2)
    return -density(radii) * steepness / radii


@cache
def stars_within() -> Array:
    """Return the share of the stars within each of ``RADII``."""
    return cumulative_simpson(4 * np.pi * RADII**3 * density(RADII), x=LOG_RADII, initial=0)


@cache
def half_light_radius() -> float:
    """Return the radius of the circle on the sky that holds half of the stars, in their own."""
    shells = np.diff(stars_within())
    # Of a shell of radius r the share 1 − √(1 − R²/r²) is seen within R < r.
    middles = np.exp(LOG_RADII[:-1] + STEP / 2)

    def seen(radius: float) -> float:
        squares = np.clip(1 - (radius / middles) ** 2, 0, None)
        return float(np.sum(shells * (1 - np.sqrt(squares))))

    low, high = 0.5, 1.5
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if seen(middle) < 0.5 else (low, middle)
    return low


def draw_radii(n: int, rng: np.random.Generator) -> Array:
    """Return the distances of n stars from the centre, in units of the tracers' own."""
    inside = stars_within()
    return np.exp(np.interp(rng.random(n) * inside[-1], inside, LOG_RADII))
