"""The expansion of flat universes with dark energy of constant w, and the growth of structure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_simpson
from scipy.interpolate import CubicSpline

Array = np.ndarray
HUBBLE_LENGTH = 2997.92458
"""c / H₀ [Mpc/h]."""

EARLIEST, STEPS = 0.01, 64
"""Scale factor at which structure grows as it, and steps in its logarithm until today."""


@dataclass(frozen=True)
class Cosmology:
    """Flat universes without radiation or neutrinos.

    Parameters
    ----------
    omega_c, omega_b : ndarray, (n,)
        Cold dark matter and baryons today, in critical densities.
    sigma_8 : ndarray, (n,)
        Root mean square of the linear density in spheres of 8 Mpc/h.
    h : ndarray, (n,)
        Hubble's constant in 100 km/s/Mpc.
    n_s : ndarray, (n,)
        Slope of the primordial spectrum.
    w_0 : ndarray, (n,)
        Pressure over density of dark energy.
    """

    omega_c: Array
    omega_b: Array
    sigma_8: Array
    h: Array
    n_s: Array
    w_0: Array

    @property
    def omega_m(self) -> Array:
        """All matter (n,), in critical densities."""
        return self.omega_c + self.omega_b

    def expansion(self, z: Array) -> Array:
        """Return H(z) / H₀ (n, m) at redshifts (m,)."""
        matter, dark = self._densities(1 + z)
        return np.sqrt(matter + dark)

    def matter_share(self, z: Array) -> Array:
        """Return Ω_m(z) (n, m) at redshifts (m,)."""
        matter, dark = self._densities(1 + z)
        return matter / (matter + dark)

    def distance(self, z: Array) -> Array:
        """Return comoving distances (n, m) [Mpc/h] at rising redshifts (m,) from 0."""
        inverse = HUBBLE_LENGTH / self.expansion(z)
        return cumulative_simpson(inverse, x=z, axis=1, initial=0.0)

    def growth(self, z: Array) -> Array:
        """Return the linear growth factor (n, m) at redshifts (m,), one today.

        Solves D″ + (2 + d ln H / d ln a) D′ = 1.5 Ω_m(a) D in ln a (Linder & Jenkins 2003,
        MNRAS 346, 573, eq. 11).
        """
        ln_a = np.linspace(np.log(EARLIEST), 0.0, STEPS + 1)
        step = ln_a[1] - ln_a[0]

        def slope(at: float, state: Array) -> Array:
            matter = self.matter_share(np.expm1(-np.array([at])))[:, 0]
            drag = 2 - 1.5 * (1 + (1 - matter) * self.w_0)
            return np.stack([state[1], 1.5 * matter * state[0] - drag * state[1]])

        states = [np.full((2, len(self.h)), EARLIEST)]
        for at in ln_a[:-1]:
            states.append(_runge_kutta(slope, at, states[-1], step))
        grown = np.stack(states)[:, 0]
        return (CubicSpline(ln_a, grown)(-np.log1p(z)) / grown[-1]).T

    def _densities(self, stretch: Array) -> tuple[Array, Array]:
        matter = self.omega_m[:, None] * stretch**3
        return matter, (1 - self.omega_m)[:, None] * stretch ** (3 * (1 + self.w_0[:, None]))


def _runge_kutta(
    slope: Callable[[float, Array], Array], at: float, state: Array, step: float
) -> Array:
    """Return the state one step later, by the classical method of fourth order."""
    one = slope(at, state)
    two = slope(at + step / 2, state + step / 2 * one)
    three = slope(at + step / 2, state + step / 2 * two)
    four = slope(at + step, state + step * three)
    return state + step / 6 * (one + 2 * two + 2 * three + four)
