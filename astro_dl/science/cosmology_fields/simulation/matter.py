"""The spectrum of matter: the transfer function of Eisenstein & Hu (1998), halofit beyond."""

from dataclasses import dataclass

import numpy as np

from astro_dl.science.cosmology_fields.simulation.background import Cosmology

Array = np.ndarray
TEMPERATURE = 2.7255
"""Of the microwave background [K]."""

LN_K = np.linspace(np.log(1e-4), np.log(1e2), 256)
"""At which linear spectra are known [ln(h/Mpc)]."""

LN_RADII = np.linspace(np.log(1e-3), np.log(30.0), 64)
"""At which the density is smoothed by a Gaussian [ln(Mpc/h)]."""

SPHERE = 8.0
"""Radius within which σ₈ is measured [Mpc/h]."""


@dataclass(frozen=True)
class MatterSpectrum:
    """What n universes have of structure today, by linear theory.

    Parameters
    ----------
    cosmology : Cosmology
        The universes.
    ln_linear : ndarray, (n, 256)
        Logarithm of k³ P / 2π² at ``LN_K``.
    """

    cosmology: Cosmology
    ln_linear: Array

    @classmethod
    def of(cls, cosmology: Cosmology) -> "MatterSpectrum":
        """Return spectra that fluctuate as σ₈ says."""
        k = np.exp(LN_K)
        shape = transfer(k, cosmology) ** 2 * k ** (3 + cosmology.n_s[:, None])
        kr = k * SPHERE
        sphere = 3 * (np.sin(kr) - kr * np.cos(kr)) / kr**3
        variance = (LN_K[1] - LN_K[0]) * shape @ sphere**2
        return cls(cosmology, np.log(shape * (cosmology.sigma_8**2 / variance)[:, None]))

    def dimensionless(self, k: Array, z: Array) -> Array:
        """Return k³ P / 2π² with halofit, as Takahashi et al. (2012, arXiv:1208.2701, appendix).

        Parameters
        ----------
        k : ndarray, (n, l, m)
            Wave numbers [h/Mpc].
        z : ndarray, (m,)
            Redshifts.
        """
        growth = self.cosmology.growth(z)
        share = self.cosmology.matter_share(z)
        ln_radius, slope, curvature = self._at_collapse(growth)
        linear = np.exp(_interpolated(LN_K, self.ln_linear, np.log(k))) * growth[:, None] ** 2
        dark = (1 - share) * (1 + self.cosmology.w_0[:, None])
        one_halo, two_halo = _halofit_terms(slope, curvature, share, dark, linear, k, ln_radius)
        return one_halo + two_halo

    def _at_collapse(self, growth: Array) -> tuple[Array, Array, Array]:
        """Return ln of the radius that is about to collapse, effective slope and curvature there.

        Each is (n, m); where nothing of the table collapses, those of its smallest radius.
        """
        filters = np.exp(-np.exp(2 * (LN_K[:, None] + LN_RADII)))
        variance = np.log((LN_K[1] - LN_K[0]) * np.exp(self.ln_linear) @ filters)
        step = LN_RADII[1] - LN_RADII[0]
        first = np.gradient(variance, step, axis=1)
        second = np.gradient(first, step, axis=1)
        wanted = -2 * np.log(growth)
        # The variance falls with the radius: count the radii of which it is above.
        place = np.sum(variance[:, None] > wanted[..., None], axis=2).clip(1, len(LN_RADII) - 1)
        rows = np.arange(len(growth))[:, None]
        above, below = variance[rows, place - 1], variance[rows, place]
        part = ((above - wanted) / (above - below)).clip(0, 1)

        def between(table: Array) -> Array:
            return (1 - part) * table[rows, place - 1] + part * table[rows, place]

        return LN_RADII[place - 1] + part * step, -3 - between(first), -between(second)


def transfer(k: Array, cosmology: Cosmology) -> Array:
    """Return the transfer function (n, m) at wave numbers (m,) [h/Mpc].

    Eisenstein & Hu (1998, ApJ 496, 605), eqs. 2–24.
    """
    h2 = (cosmology.h**2)[:, None]
    matter, baryons = cosmology.omega_m[:, None] * h2, cosmology.omega_b[:, None] * h2
    share = baryons / matter
    k = k * cosmology.h[:, None]
    warmth = TEMPERATURE / 2.7
    z_equal, k_equal = 2.5e4 * matter / warmth**4, 7.46e-2 * matter / warmth**2
    b1 = 0.313 * matter**-0.419 * (1 + 0.607 * matter**0.674)
    b2 = 0.238 * matter**0.223
    z_drag = 1291 * matter**0.251 / (1 + 0.659 * matter**0.828) * (1 + b1 * baryons**b2)
    r_drag, r_equal = (31.5 * baryons / warmth**4 * 1000 / z for z in (z_drag, z_equal))
    horizon = (2 / (3 * k_equal) * np.sqrt(6 / r_equal)) * np.log(
        (np.sqrt(1 + r_drag) + np.sqrt(r_drag + r_equal)) / (1 + np.sqrt(r_equal))
    )
    silk = 1.6 * baryons**0.52 * matter**0.73 * (1 + (10.4 * matter) ** -0.95)
    a1 = (46.9 * matter) ** 0.670 * (1 + (32.1 * matter) ** -0.532)
    a2 = (12.0 * matter) ** 0.424 * (1 + (45.0 * matter) ** -0.582)
    alpha_c = a1**-share * a2 ** -(share**3)
    c1, c2 = 0.944 / (1 + (458 * matter) ** -0.708), (0.395 * matter) ** -0.0266
    beta_c = 1 / (1 + c1 * ((1 - share) ** c2 - 1))
    q = k / (13.41 * k_equal)

    def pressureless(alpha: Array | float, beta: Array | float) -> Array:
        logarithm = np.log(np.e + 1.8 * beta * q)
        return logarithm / (logarithm + (14.2 / alpha + 386 / (1 + 69.9 * q**1.08)) * q**2)

    ks = k * horizon
    mixing = 1 / (1 + (ks / 5.4) ** 4)
    cold = mixing * pressureless(1.0, beta_c) + (1 - mixing) * pressureless(alpha_c, beta_c)
    y = (1 + z_equal) / (1 + z_drag)
    root = np.sqrt(1 + y)
    suppression = y * (-6 * root + (2 + 3 * y) * np.log((root + 1) / (root - 1)))
    alpha_b = 2.07 * k_equal * horizon * (1 + r_drag) ** -0.75 * suppression
    beta_b = 0.5 + share + (3 - 2 * share) * np.sqrt((17.2 * matter) ** 2 + 1)
    shifted = ks / (1 + (8.41 * matter**0.435 / ks) ** 3) ** (1 / 3)
    sound = pressureless(1.0, 1.0) / (1 + (ks / 5.2) ** 2)
    sound = sound + alpha_b / (1 + (beta_b / ks) ** 3) * np.exp(-((k / silk) ** 1.4))
    return share * sound * np.sinc(shifted / np.pi) + (1 - share) * cold


def _interpolated(grid: Array, values: Array, at: Array) -> Array:
    """Return values (n, m) of an even grid (m,) at places (n, …), linearly."""
    place = ((at - grid[0]) / (grid[1] - grid[0])).clip(0, len(grid) - 1.001)
    left = place.astype(int)
    part = place - left
    rows = np.arange(len(values)).reshape(-1, *(1,) * (at.ndim - 1))
    return (1 - part) * values[rows, left] + part * values[rows, left + 1]


def _halofit_terms(
    n: Array, c: Array, share: Array, dark: Array, linear: Array, k: Array, ln_radius: Array
) -> tuple[Array, Array]:
    """Return the terms of one halo and of two, (n, l, m); Takahashi et al. (2012), A1–A14."""
    a = 10 ** (1.5222 + n * (2.8553 + n * (2.3706 + n * (0.9903 + 0.2250 * n)))
               - 0.6038 * c + 0.1749 * dark)  # fmt: skip
    b = 10 ** (-0.5642 + 0.5864 * n + 0.5716 * n**2 - 1.5474 * c + 0.2279 * dark)
    width = 10 ** (0.3698 + 2.0404 * n + 0.8161 * n**2 + 0.5869 * c)
    gamma = 0.1971 - 0.0843 * n + 0.8460 * c
    alpha = np.abs(6.0835 + 1.3373 * n - 0.1959 * n**2 - 5.5274 * c)
    beta = 2.0379 + n * (-0.7354 + n * (0.3157 + n * (1.2490 + 0.3980 * n))) - 0.1682 * c
    nu = 10 ** (5.2105 + 3.6902 * n)
    a, b, width, gamma, alpha, beta, nu, share, radius = (
        one[:, None] for one in (a, b, width, gamma, alpha, beta, nu, share, np.exp(ln_radius))
    )
    ln_y = np.log(k * radius)
    y = np.exp(ln_y)
    two_halo = linear * (1 + linear) ** beta / (1 + alpha * linear) * np.exp(-y / 4 - y**2 / 8)
    f1, f2, f3 = share**-0.0307, share**-0.0585, share**0.0743
    falling = 1 + b * np.exp(f2 * ln_y) + np.exp((3 - gamma) * (ln_y + np.log(width * f3)))
    one_halo = a * np.exp(3 * f1 * ln_y) / falling / (1 + nu / y**2)
    return one_halo, two_halo
