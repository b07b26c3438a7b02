"""Stochastic variability of stars: spots, granulation and solar-like oscillations.

Each is a stationary Gaussian process given by its power spectrum and made by spectral synthesis on
a grid of equal steps, all of them in one transform.
"""

from collections.abc import Callable

import numpy as np
from scipy.fft import irfft, next_fast_len

_PADDING = 1.5  # a synthesised series is periodic: make it longer than what is used


def gaussian_process(
    spectrum: Callable[[np.ndarray], np.ndarray],
    n: int,
    samples: int,
    step_d: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return n independent realisations of processes with given power spectra.

    Parameters
    ----------
    spectrum : callable
        Frequencies (F,) [1/d] → one-sided power spectral density (n, F) or (F,) [1/(1/d)], whose
        integral over positive frequencies is the variance.
    n : int
        Number of series.
    samples : int
        Length of a series.
    step_d : float
        Step of time [d].
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        float32 (n, samples), zero mean over the ensemble.
    """
    length = next_fast_len(int(_PADDING * samples), real=True)
    frequency = np.arange(length // 2 + 1) / (length * step_d)
    density = np.broadcast_to(spectrum(frequency[1:]), (n, len(frequency) - 1))
    # A sum of cosines of variance S df each, df = 1/(length step).
    scale = np.sqrt(density * (length / (4 * step_d))).astype(np.float32)
    waves = np.zeros((n, len(frequency)), np.complex64)
    waves.real[:, 1:] = rng.standard_normal(scale.shape, np.float32) * scale
    waves.imag[:, 1:] = rng.standard_normal(scale.shape, np.float32) * scale
    return irfft(waves, length, axis=1)[:, :samples]


def oscillator_spectrum(
    frequency: np.ndarray, variance: np.ndarray, resonance: np.ndarray, quality: np.ndarray
) -> np.ndarray:
    """Return the spectrum of a stochastically driven, damped harmonic oscillator (SHO).

    Anderson, Duvall & Jefferies (1990); Foreman-Mackey et al. (2017), AJ 154, 220, eq. 20, with
    S₀ω₀Q written as the variance.

    Parameters
    ----------
    frequency : ndarray
        (F,) [1/d].
    variance : ndarray
        Variance of the process (n, 1).
    resonance : ndarray
        Frequency of the undamped oscillator f₀ [1/d], (n, 1).
    quality : ndarray
        Quality factor Q, (n, 1); 1/√2 gives granulation.

    Returns
    -------
    ndarray
        One-sided density (n, F), whose integral over positive frequencies is the variance.
    """
    x = (frequency / resonance) ** 2
    return variance * (2 / np.pi) / (quality * resonance) / ((x - 1) ** 2 + x / quality**2)


def rotation_spectrum(
    frequency: np.ndarray, variance: np.ndarray, period_d: np.ndarray, quality: np.ndarray
) -> np.ndarray:
    """Return the spectrum of a spotted, rotating star: oscillators at the period and half of it.

    Foreman-Mackey et al. (2017), AJ 154, 220, sect. 6.3 use the same pair; here the harmonic holds
    a third of the variance. Parameters as in `oscillator_spectrum`, with the rotation period [d].
    """
    fundamental = oscillator_spectrum(frequency, variance * 2 / 3, 1 / period_d, quality)
    return fundamental + oscillator_spectrum(frequency, variance / 3, 2 / period_d, quality)


def granulation_spectrum(
    frequency: np.ndarray, surface_gravity: np.ndarray, temperature_k: np.ndarray
) -> np.ndarray:
    """Return the spectrum of a convective star's granulation and solar-like oscillations.

    Kallinger et al. (2014), A&A 570, A41, table 2: two super-Lorentzians whose amplitude and
    frequencies follow ν_max, and a Gaussian hump of power at ν_max; ν_max scales with g/√T.

    Parameters
    ----------
    frequency : ndarray
        (F,) [1/d].
    surface_gravity : ndarray
        log₁₀ g [cm/s²], (n, 1).
    temperature_k : ndarray
        Effective temperature [K], (n, 1).

    Returns
    -------
    ndarray
        One-sided density of the relative flux (n, F) [1/(1/d)].
    """
    microhertz = frequency / 0.0864
    nu_max = 3090 * 10 ** (surface_gravity - 4.438) * np.sqrt(5777 / temperature_k)
    amplitude = 3382 * nu_max**-0.609
    density = np.zeros(np.broadcast_shapes(nu_max.shape, microhertz.shape))
    for knee in (0.317 * nu_max**0.970, 0.948 * nu_max**0.992):
        lorentzian = 2 * np.sqrt(2) / np.pi / knee / (1 + (microhertz / knee) ** 4)
        density += amplitude**2 * lorentzian
    width = 0.26 * nu_max**0.88
    height = 2.03e7 * nu_max**-2.38
    density += height * np.exp(-0.5 * ((microhertz - nu_max) / width) ** 2)
    return density * 1e-12 / 0.0864


def power_law_spectrum(
    frequency: np.ndarray, variance: np.ndarray, slope: np.ndarray, lowest: float
) -> np.ndarray:
    """Return red noise, ∝ f^(−slope) above a lowest frequency, flat below.

    Parameters
    ----------
    frequency : ndarray
        (F,) [1/d].
    variance : ndarray
        Integral of the density over the frequencies given (n, 1).
    slope : ndarray
        (n, 1).
    lowest : float
        Frequency below which the spectrum is flat [1/d].
    """
    density = np.maximum(frequency, lowest) ** -slope
    return (
        variance * density / (density.sum(axis=-1, keepdims=True) * (frequency[1] - frequency[0]))
    )
