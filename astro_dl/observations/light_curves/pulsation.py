"""Coherent variables, that a box search takes for transits: pulsators, rotators, close binaries.

Shapes are in magnitudes with unit semi-amplitude, in the manner of
flux = 10^(−0.4 amplitude × shape); `flares` are in relative flux.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Range = tuple[float, float]


@dataclass(frozen=True)
class PeriodicVariable:
    """A class of variable.

    Parameters
    ----------
    shape : callable
        ``(time (T,), period_d (n,), rng) -> (n, T)``.
    period_range_d : tuple of float
        Log-uniform range of the dominant period [d].
    amplitude_range_mag : tuple of float
        Log-uniform range of the semi-amplitude [mag].
    """

    shape: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
    period_range_d: Range
    amplitude_range_mag: Range


def sinusoid(time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return sinusoids with a weak harmonic: rotators, and pulsators in one mode."""
    n = len(period_d)
    amplitudes = np.stack([np.ones(n), 0.25 * rng.random(n)])
    return _harmonics(time, period_d, amplitudes, rng.uniform(0, 2 * np.pi, (2, n)), rng)


def multimode(time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return beating modes, the strongest at the period: δ Scuti, γ Doradus, SPB, β Cephei stars.

    Two to seven modes of frequencies between half and twice the dominant one, falling in strength.
    """
    n = len(period_d)
    number = rng.integers(2, 8, n)
    shapes = np.zeros((n, len(time)), np.float32)
    total = np.zeros((n, 1), np.float32)
    for mode in range(7):
        ratio = np.ones(n) if mode == 0 else 2 ** rng.uniform(-1, 1, n)
        strength = rng.uniform(0.3, 0.9, n) ** mode * (mode < number)
        strength = strength[:, None].astype(np.float32)
        shapes += strength * _sine(time, period_d / ratio, rng)
        total += strength
    return shapes / total


def sawtooth(time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return steep rises and slow declines: RR Lyrae stars, Cepheids, high-amplitude δ Scuti stars.

    Harmonics in phase, whose strength falls geometrically beside the 1/k of a sawtooth; the ratio
    is what the asymmetry depends on.
    """
    n = len(period_d)
    k = np.arange(1, 9)[:, None]
    amplitudes = rng.uniform(0.2, 0.9, n) ** (k - 1) / k
    amplitudes /= amplitudes.sum(axis=0) * 0.7
    return _harmonics(time, period_d, amplitudes, np.pi * np.ones((8, n)), rng)


def distorted_binary(
    time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return two maxima per period and unequal minima: tidally distorted stars without eclipses."""
    n = len(period_d)
    zero = np.zeros(n)
    amplitudes = np.stack([0.25 * rng.random(n), np.ones(n), zero, 0.1 * rng.random(n)])
    return _harmonics(time, period_d, amplitudes, np.full((4, n), np.pi / 2), rng)


PERIODIC_VARIABLES: dict[str, PeriodicVariable] = {
    "sinusoid": PeriodicVariable(sinusoid, (0.05, 2.0), (1e-4, 0.1)),
    "delta_scuti": PeriodicVariable(multimode, (0.02, 0.25), (1e-4, 0.05)),
    "gamma_doradus": PeriodicVariable(multimode, (0.3, 3.0), (2e-4, 0.05)),
    "radial_pulsator": PeriodicVariable(sawtooth, (0.08, 3.0), (0.01, 0.5)),
    "distorted_binary": PeriodicVariable(distorted_binary, (0.2, 2.5), (3e-4, 0.2)),
}


def periodic_shapes(
    kinds: np.ndarray, time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the shapes (n, T) float32 of variables of given kinds (n,) and periods [d] (n,)."""
    shapes = np.zeros((len(kinds), len(time)), np.float32)
    for name, variable in PERIODIC_VARIABLES.items():
        rows = np.flatnonzero(kinds == name)
        if rows.size:
            shapes[rows] = variable.shape(time, period_d[rows], rng)
    return shapes


def flares(
    time: np.ndarray, n: int, rate_per_d: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return flares of relative flux, the brightest of each star with peak 1.

    The template of Davenport et al. (2014), ApJ 797, 122, eqs 1 and 4: a quartic rise and two
    exponential decays in units of the width at half maximum (5 min to 2 h, longer for the stronger
    ones); peaks follow a power law of index −2.

    Parameters
    ----------
    time : ndarray
        Increasing times (T,) [d].
    n : int
        Number of stars.
    rate_per_d : ndarray
        Mean number of flares per day, (n,).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        float32 (n, T), zero outside of flares.
    """
    shapes = np.zeros((n, len(time)), np.float32)
    numbers = rng.poisson(rate_per_d * (time[-1] - time[0]))
    for row in np.flatnonzero(numbers):
        peaks = np.minimum(1 / rng.random(numbers[row]), 100)
        widths = rng.uniform(0.004, 0.02, numbers[row]) * peaks**0.35
        for start, peak, width in zip(rng.choice(time, numbers[row]), peaks, widths, strict=True):
            near = slice(*np.searchsorted(time, [start - width, start + 20 * width]))
            shapes[row, near] += peak * _flare((time[near] - start) / width)
        shapes[row] /= max(shapes[row].max(), 1e-30)
    return shapes


def _flare(t: np.ndarray) -> np.ndarray:
    rise = 1 + 1.941 * t - 0.175 * t**2 - 2.246 * t**3 - 1.125 * t**4
    decay = 0.6890 * np.exp(-1.600 * np.maximum(t, 0)) + 0.3030 * np.exp(-0.2783 * np.maximum(t, 0))
    return np.where(t < 0, np.maximum(rise, 0), decay)


def _phase(time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    turns = (time - time[0]) / period_d[:, None] + rng.random((len(period_d), 1))
    return (2 * np.pi * (turns % 1)).astype(np.float32)


def _sine(time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.sin(_phase(time, period_d, rng))


def _harmonics(
    time: np.ndarray,
    period_d: np.ndarray,
    amplitudes: np.ndarray,
    phases: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Sum of sines of multiples of the phase; amplitudes and phases are (harmonics, n)."""
    base = _phase(time, period_d, rng)
    shapes = np.zeros_like(base)
    for order, (amplitude, phase) in enumerate(zip(amplitudes, phases, strict=True), start=1):
        if amplitude.any():
            argument = np.float32(order) * base + phase[:, None].astype(np.float32)
            shapes += amplitude[:, None].astype(np.float32) * np.sin(argument)
    return shapes
