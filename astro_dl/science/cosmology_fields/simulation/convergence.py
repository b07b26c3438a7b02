"""Angular spectra of the convergence of two bins of source galaxies."""

from functools import cache

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.interpolate import CubicSpline
from scipy.special import ndtr

from astro_dl.science.cosmology_fields.simulation.background import HUBBLE_LENGTH, Cosmology
from astro_dl.science.cosmology_fields.simulation.matter import MatterSpectrum

Array = np.ndarray
BINS = 2
PAIRS = ((0, 0), (0, 1), (1, 1))
"""Of bins, in the order of all spectra."""

DEPTH, POWER = 0.11, 0.68
"""Of n(z) ∝ z² exp(−(z / 0.11)^0.68): LSST after ten years (DESC 2018, arXiv:1809.01669, D2.1)."""

PHOTOMETRIC_ERROR = 0.05
"""Standard deviation of photometric redshifts over 1 + z, likewise."""

REDSHIFTS = 3.5 * np.linspace(0.0, 1.0, 71) ** 1.5
"""At which the light passes matter: densest where the same angle is the smallest scale."""

NODES = 18
"""Multipoles at which a spectrum is integrated; between them its logarithm is a cubic spline."""

COSMOLOGIES_AT_ONCE = 256


@cache
def sources() -> Array:
    """Return the density of both bins (2, 71) at ``REDSHIFTS``, each of integral one.

    The bins hold as many galaxies each, by photometric redshifts.
    """
    z = REDSHIFTS
    density = z**2 * np.exp(-((z / DEPTH) ** POWER))
    share = cumulative_trapezoid(density, z, initial=0)
    middle = np.interp(0.5, share / share[-1], z)
    below = ndtr((middle - z) / (PHOTOMETRIC_ERROR * (1 + z)))
    both = np.stack([below, 1 - below]) * density
    return both / _integral(both)[:, None]


def mean_redshifts() -> Array:
    """Return the mean redshift of each bin, (2,)."""
    return _integral(sources() * REDSHIFTS)


def convergence_spectra(cosmology: Cosmology, ell: Array) -> Array:
    """Return C_ℓ (n, m, 3) [sr] at multipoles (m,), by pairs of bins.

    After Limber (1953) in the form of LoVerde & Afshordi (2008, arXiv:0809.5112), with
    k = (ℓ + ½) / χ.

    Parameters
    ----------
    cosmology : Cosmology
        n universes.
    ell : ndarray, (m,)
        Multipoles, above zero.
    """
    nodes = np.geomspace(ell.min(), ell.max(), NODES)
    found = []
    for start in range(0, len(cosmology.h), COSMOLOGIES_AT_ONCE):
        part = slice(start, start + COSMOLOGIES_AT_ONCE)
        some = Cosmology(*(getattr(cosmology, name)[part] for name in vars(cosmology)))
        found.append(_limber(some, nodes))
    logarithm = CubicSpline(np.log(nodes), np.log(np.concatenate(found)), axis=1)
    return np.exp(logarithm(np.log(ell)))


def _integral(values: Array) -> Array:
    return np.asarray(np.trapezoid(values, REDSHIFTS, axis=-1))


def _limber(cosmology: Cosmology, ell: Array) -> Array:
    z = REDSHIFTS[1:]
    distance = cosmology.distance(REDSHIFTS)[:, 1:]
    kernels = _kernels(cosmology, distance)
    k = (ell[:, None] + 0.5) / distance[:, None]
    power = MatterSpectrum.of(cosmology).dimensionless(k, z) * 2 * np.pi**2 / k**3
    # Trapezoids, which end at zero: at the observer, and behind all galaxies.
    width = np.gradient(REDSHIFTS)[1:]
    step = width * HUBBLE_LENGTH / cosmology.expansion(z) / distance**2
    pairs = np.stack([kernels[:, i] * kernels[:, j] * step for i, j in PAIRS], axis=2)
    return power @ pairs


def _kernels(cosmology: Cosmology, distance: Array) -> Array:
    """Return how much matter at each redshift magnifies, (n, 2, m) [h/Mpc]."""
    z, density = REDSHIFTS[1:], sources()[:, 1:]

    def behind(values: Array) -> Array:
        before = cumulative_trapezoid(values, z, axis=-1, initial=0)
        return before[..., -1:] - before

    near = distance[:, None]
    efficiency = behind(density) - near * behind(density / near)
    strength = 1.5 * cosmology.omega_m[:, None] / HUBBLE_LENGTH**2
    return (strength * (1 + z))[:, None] * near * efficiency
