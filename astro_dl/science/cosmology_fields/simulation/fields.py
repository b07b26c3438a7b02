"""Gaussian and lognormal maps of two correlated fields with a given power, and their powers."""

import numpy as np

from astro_dl.science.cosmology_fields.simulation.convergence import PAIRS, mean_redshifts
from astro_dl.science.cosmology_fields.simulation.modes import Modes

Array = np.ndarray
SHIFT_TERMS = (0.0, 0.008, 0.029, -0.0079, 0.00065)
"""Of the emptiest convergence by the sources' redshift, Hilbert et al. (2011, arXiv:1105.3980)."""


def shifts() -> Array:
    """Return how far below zero the convergence of each bin can be, (2,)."""
    return np.polynomial.polynomial.polyval(mean_redshifts(), SHIFT_TERMS)


def gaussian_maps(power: Array, modes: Modes, rng: np.random.Generator) -> Array:
    """Return Gaussian maps (n, size, size, 2) of mean zero.

    Parameters
    ----------
    power : ndarray, (n, G, 3)
        By group of waves and pair of bins, see `Modes.pixel_power`.
    modes : Modes
        The waves.
    rng : numpy.random.Generator
        Source of randomness.
    """
    return _coloured(modes.on_waves(power), modes.size, rng)


def gaussian_summed_power(power: Array, counts: Array, rng: np.random.Generator) -> Array:
    """Return what `Modes.summed_power` finds of Gaussian maps (n, G, 3), without the maps.

    The M waves of a group are worth M real numbers of either bin, so that their summed power is
    Wishart distributed, here by Bartlett's decomposition (Bartlett 1933, Proc. R. Soc. Edinburgh
    53, 260).

    Parameters
    ----------
    power : ndarray, (n, G, 3)
        As of `gaussian_maps`, with that of the noise.
    counts : ndarray, (G,)
        Waves of each group.
    rng : numpy.random.Generator
        Source of randomness.
    """
    one, both, other = np.moveaxis(power, 2, 0)
    own = np.sqrt(one)
    shared = both / own
    length = np.sqrt(2 * rng.standard_gamma(counts / 2, one.shape))
    rest = 2 * rng.standard_gamma((counts - 1) / 2, one.shape)
    free = other - shared**2
    along = shared * length + np.sqrt(free) * rng.standard_normal(one.shape)
    first = own * length
    return np.stack([first**2, first * along, along**2 + free * rest], axis=2)


def lognormal_maps(power: Array, modes: Modes, rng: np.random.Generator) -> Array:
    """Return maps (n, size, size, 2) whose logarithms over a least value are Gaussian.

    The correlation ξ of the maps asks for ln(1 + ξ / λλ′) of the Gaussian ones (Xavier et al. 2016,
    arXiv:1602.08503, eq. 20); where that asks for negative powers, these are zero.

    Parameters
    ----------
    power, modes, rng
        As of `gaussian_maps`.
    """
    size, least = modes.size, shifts()
    products = np.array([least[i] * least[j] for i, j in PAIRS])[:, None, None]
    correlation = np.fft.irfft2(modes.on_waves(power), s=(size, size))
    wanted = np.fft.rfft2(np.log1p(correlation / products)).real
    gaussian = _coloured(wanted, size, rng)
    own = np.fft.irfft2(np.maximum(wanted[:, [0, 2]], 0), s=(size, size))
    variance = own[:, :, 0, 0][:, None, None]
    return least * np.expm1(gaussian - variance / 2)


def _coloured(power: Array, size: int, rng: np.random.Generator) -> Array:
    """Return Gaussian maps (n, size, size, 2) by powers (n, 3, size, size // 2 + 1)."""
    own = np.sqrt(np.maximum(power[:, 0], 0))
    shared = np.divide(power[:, 1], own, out=np.zeros_like(own), where=own > 0)
    rest = np.sqrt(np.maximum(power[:, 2] - shared**2, 0))
    white = np.fft.rfft2(rng.standard_normal((len(power), 2, size, size)))
    waves = np.stack([own * white[:, 0], shared * white[:, 0] + rest * white[:, 1]], axis=1)
    return np.moveaxis(np.fft.irfft2(waves, s=(size, size)), 1, 3)
