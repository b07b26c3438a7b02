"""Fourier shapes of pulsating stars by class: V light curves as series of cosines.

A shape is amplitudes (n, K) [mag], with the first harmonic in column 0, and phases (n, K) [rad] of
``m(t) = Σ A_k cos(2π k t / P + φ_k)``; phases of a class are told as φ_k1 = φ_k − k φ_1, and the
epoch of each star is random.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

HARMONICS = 8
GRID = np.arange(128) / 128


@dataclass(frozen=True)
class FourierShape:
    """Amplitudes (n, K) [mag] and phases (n, K) [rad] of n stars."""

    amplitude: np.ndarray
    phase: np.ndarray

    def at(self, turns: np.ndarray) -> np.ndarray:
        """Return the magnitude about the mean, (n, T), at phases (n, T) in turns."""
        first = np.exp(2j * np.pi * (turns % 1))
        power, total = np.ones_like(first), np.zeros(turns.shape)
        for k in range(self.amplitude.shape[1]):
            power = power * first
            factor = self.amplitude[:, k] * np.exp(1j * self.phase[:, k])
            total += (power * factor[:, None]).real
        return total

    @property
    def peak_to_peak(self) -> np.ndarray:
        """Full amplitude (n,) [mag]."""
        return np.ptp(self.at(np.broadcast_to(GRID, (len(self.amplitude), len(GRID)))), axis=1)

    def scaled_to(self, peak_to_peak: np.ndarray) -> "FourierShape":
        """Return the same shape with another full amplitude (n,) [mag]."""
        factor = peak_to_peak / np.maximum(self.peak_to_peak, 1e-9)
        return FourierShape(self.amplitude * factor[:, None], self.phase)


def from_ratios(
    ratios: np.ndarray, phases: np.ndarray, rng: np.random.Generator, scatter: float = 0.05
) -> FourierShape:
    """Return shapes of random epochs with an amplitude of the first harmonic of one.

    Parameters
    ----------
    ratios, phases : ndarray, (n, K − 1)
        R_k1 and φ_k1 from the second harmonic on.
    rng : numpy.random.Generator
        Source of randomness.
    scatter : float
        Relative scatter of the ratios; phases scatter by four times as many radians.
    """
    n, others = ratios.shape
    first = np.asarray(rng.uniform(0, 2 * np.pi, n))
    k = np.arange(2, others + 2)
    amplitude = np.ones((n, others + 1))
    amplitude[:, 1:] = ratios * np.exp(scatter * 2 * rng.standard_normal(ratios.shape))
    phase = np.empty((n, others + 1))
    phase[:, 0] = first
    noise = 4 * scatter * rng.standard_normal(ratios.shape)
    phase[:, 1:] = phases + noise + k * first[:, None]
    return FourierShape(amplitude, phase)


def _falling(first: np.ndarray, rate: np.ndarray, highest: int = HARMONICS) -> np.ndarray:
    """Return ratios (n, highest − 1) that begin with R_21 and fall geometrically."""
    return first[:, None] * rate[:, None] ** np.arange(highest - 1)


def _advancing(second: np.ndarray, third: np.ndarray, highest: int = HARMONICS) -> np.ndarray:
    """Return phases (n, highest − 1) that go on as φ_21 and φ_31 begin."""
    order = np.arange(highest - 1)
    return second[:, None] + (third - second)[:, None] * order


def rr_ab(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return fundamental RR Lyrae stars.

    Amplitudes follow the Oosterhoff I sequence A_B = −3.123 − 26.331 lg P − 35.853 lg² P, a quarter
    of the stars the type II one, .06 dex longer (Cacciari et al. 2005, AJ 129, 267), and A_V is
    A_B / 1.3 ± .08; φ_31 (of sines) is that of [Fe/H] = −5.038 − 5.394 P + 1.345 φ_31 (Jurcsik &
    Kovács 1996, A&A 312, 111).
    """
    n = len(period)
    log_period = np.log10(period) - 0.06 * (rng.random(n) < 0.25)
    blue = -3.123 - 26.331 * log_period - 35.853 * log_period**2
    amplitude = np.clip(blue / 1.3 + 0.08 * rng.standard_normal(n), 0.2, 1.5)
    metallicity = np.clip(rng.normal(-1.4, 0.4, n) - 2 * (period - 0.57), -2.4, 0)
    third = (metallicity + 5.038 + 5.394 * period) / 1.345
    second = 2.4 + 0.45 * (third - 5.1)
    ratios = _falling(0.36 + 0.12 * amplitude, 0.6 + 0.12 * amplitude)
    # From sines to cosines φ_k1 gains (k − 1) π/2.
    phases = _advancing(second + np.pi / 2, third + np.pi)
    return from_ratios(ratios, phases, rng).scaled_to(amplitude)


def rr_c(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return first-overtone RR Lyrae stars: R_21 .1 to .2, larger at short periods."""
    n = len(period)
    second = np.clip(0.2 - 0.5 * (period - 0.25), 0.05, 0.25)
    ratios = np.stack([second, 0.07 * np.ones(n), 0.04 * np.ones(n)], axis=1)
    phases = np.stack([np.full(n, 4.7), 3.0 + 8 * (period - 0.3), np.full(n, 2.5)], axis=1)
    amplitude = np.clip(rng.normal(0.43, 0.07, n), 0.15, 0.65)
    return from_ratios(ratios, phases, rng, scatter=0.08).scaled_to(amplitude)


def cepheid(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return fundamental classical Cepheids with the progression of the bump.

    R_21 has its minimum, and φ_21 goes through 2π, at 10 d (Simon & Lee 1981, ApJ 248, 291).
    """
    n = len(period)
    log_period = np.log10(period)
    dip = np.exp(-0.5 * ((log_period - 1) / 0.17) ** 2)
    second = 0.45 - 0.33 * dip
    third = second * (0.25 + 0.35 * (1 - dip))
    rest = np.stack([third * 0.6, third * 0.35, third * 0.2], axis=1)
    ratios = np.concatenate([second[:, None], third[:, None], rest], axis=1)
    turn = _step(log_period, 1.0, 0.02)
    phase = 4.1 + 1.4 * _step(log_period, 0.85, 0.07) + (2 * np.pi - 1.0) * turn
    phases = _advancing(phase, 2 * phase - 6.6, 6)
    amplitude = np.clip(
        0.75 - 0.25 * dip + 0.3 * (log_period - 1) + 0.15 * rng.standard_normal(n), 0.2, 1.5
    )
    return from_ratios(ratios, phases, rng).scaled_to(amplitude)


def overtone_cepheid(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return first-overtone classical Cepheids: nearly sinusoidal, R_21 least at 3 d."""
    n = len(period)
    second = 0.06 + 0.2 * np.abs(np.log10(period / 3))
    ratios = np.stack([np.clip(second, 0.02, 0.3), 0.04 * np.ones(n)], axis=1)
    phases = np.stack([4.4 + 1.5 * _step(np.log10(period), 0.5, 0.08), np.full(n, 3.0)], axis=1)
    return from_ratios(ratios, phases, rng, 0.1).scaled_to(rng.uniform(0.2, 0.55, n))


def type_2_cepheid(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return BL Herculis (below 4 d) and W Virginis stars; longer ones have flat maxima."""
    n = len(period)
    short = 1 - _step(np.log10(period), 0.6, 0.08)
    second = 0.12 + 0.2 * short + 0.05 * rng.random(n)
    ratios = _falling(second, 0.35 + 0.2 * short, 5)
    phases = _advancing(3.4 + 2.2 * rng.random(n), 4.0 + 2.5 * rng.random(n), 5)
    return from_ratios(ratios, phases, rng, 0.1).scaled_to(rng.uniform(0.3, 1.1, n))


def anomalous_cepheid(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return anomalous Cepheids: steep like RR Lyrae stars, at longer periods."""
    n = len(period)
    ratios = _falling(rng.uniform(0.3, 0.5, n), rng.uniform(0.45, 0.65, n), 6)
    phases = _advancing(rng.normal(4.2, 0.25, n), rng.normal(2.2, 0.5, n) + 2 * np.pi, 6)
    return from_ratios(ratios, phases, rng).scaled_to(rng.uniform(0.3, 1.0, n))


def high_amplitude_delta_scuti(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return radially pulsating δ Scuti stars above .2 mag."""
    n = len(period)
    ratios = _falling(rng.uniform(0.15, 0.42, n), rng.uniform(0.3, 0.5, n), 4)
    phases = _advancing(rng.normal(4.0, 0.2, n), rng.normal(8.0, 0.5, n), 4)
    return from_ratios(ratios, phases, rng).scaled_to(rng.uniform(0.2, 0.8, n))


def near_sinusoid(
    low: float, high: float, second: float
) -> Callable[[np.ndarray, np.random.Generator], FourierShape]:
    """Return a shape of two harmonics with full amplitudes log-uniform in a range [mag].

    ``second`` is the largest R_21.
    """

    def shape(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
        n = len(period)
        ratios = second * rng.random((n, 1))
        made = from_ratios(ratios, rng.uniform(0, 2 * np.pi, (n, 1)), rng)
        return made.scaled_to(np.exp(rng.uniform(np.log(low), np.log(high), n)))

    return shape


def mira(period: np.ndarray, rng: np.random.Generator) -> FourierShape:
    """Return Miras: above 2.5 mag in V, the rise shorter than the fall."""
    n = len(period)
    ratios = rng.uniform(0.03, 0.25, (n, 1))
    shape = from_ratios(ratios, rng.normal(4.5, 0.6, (n, 1)), rng)
    return shape.scaled_to(np.clip(2.5 + rng.gamma(2.0, 0.8, n), 2.5, 8.0))


def _step(x: np.ndarray, middle: float, width: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(x - middle) / width))
