"""Transient artefacts of detectors: the shapes that a search confuses with signals.

Shapes have unit peak and no scale of their own: whoever uses them conditions them like strain and
scales them to a signal-to-noise ratio.
"""

from collections.abc import Callable, Sequence

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import unknown_name

Range = tuple[float, float]


def sine_gaussian(
    time: np.ndarray, frequency: np.ndarray, duration: np.ndarray, phase: np.ndarray
) -> np.ndarray:
    """Return sine-Gaussians, cos(2πft + φ) exp(−t²/2τ²).

    Parameters
    ----------
    time : ndarray
        Time from the centre [s], (n, N).
    frequency : ndarray
        f [Hz], (n, 1).
    duration : ndarray
        τ [s], (n, 1); the quality factor is 2πfτ.
    phase : ndarray
        φ [rad], (n, 1).
    """
    return np.cos(2 * np.pi * frequency * time + phase) * np.exp(-0.5 * (time / duration) ** 2)


def blip(
    time: np.ndarray, frequency: np.ndarray, duration: np.ndarray, phase: np.ndarray
) -> np.ndarray:
    """Return blips: about one broad-band cycle that rises faster than it decays.

    The morphology of Cabero et al. (2019), Class. Quantum Grav. 36, 155010: of the order of 10 ms,
    hundreds of hertz wide, like the merger of heavy binaries without the inspiral. Parameters as in
    `sine_gaussian`; τ is the decay, and the rise takes half of it.
    """
    width = np.where(time < 0, duration / 2, duration)
    return np.cos(2 * np.pi * frequency * time + phase) * np.exp(-0.5 * (time / width) ** 2)


def scattered_light(
    time: np.ndarray, frequency: np.ndarray, duration: np.ndarray, phase: np.ndarray
) -> np.ndarray:
    """Return scattered-light arches: the fringes of a surface that swings sinusoidally.

    sin(2 f_max T sin(πt/T) + φ) under an envelope of three arches: Accadia et al. (2010), Class.
    Quantum Grav. 27, 194011, eq. 1. The fringe frequency is f_max |cos(πt/T)|, one arch per swing.

    Parameters
    ----------
    time : ndarray
        Time from the top of the middle arch [s], (n, N).
    frequency : ndarray
        Fringe frequency at the top f_max [Hz], (n, 1).
    duration : ndarray
        Duration of an arch T [s], (n, 1).
    phase : ndarray
        Phase at the top [rad], (n, 1).
    """
    swing = time / duration
    fringe = 2 * frequency * duration * np.sin(np.pi * swing)
    envelope = np.cos(np.pi / 3 * np.clip(swing, -1.5, 1.5)) ** 2
    return envelope * np.sin(fringe + phase)


# Ranges of frequency [Hz] and duration [s], drawn log-uniformly.
GLITCHES: dict[str, tuple[Callable[..., np.ndarray], Range, Range]] = {
    "sine_gaussian": (sine_gaussian, (30.0, 500.0), (0.005, 0.1)),
    "blip": (blip, (30.0, 250.0), (0.002, 0.008)),
    "scattered_light": (scattered_light, (25.0, 120.0), (0.5, 3.0)),
}


def draw_glitches(
    kinds: Sequence[str],
    n: int,
    sample_rate: float,
    duration: float,
    center_range: Range,
    rng: np.random.Generator,
) -> tuple[np.ndarray, Table]:
    """Return glitches of random kinds and parameters.

    Parameters
    ----------
    kinds : sequence of str
        Names from `GLITCHES`, drawn with equal probability.
    n : int
        Number of series.
    sample_rate : float
        Sampling rate [Hz].
    duration : float
        Length of the series [s].
    center_range : tuple of float
        Range of the centre from the start of the series [s], uniform.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    shapes : ndarray
        (n, N) float32, the peak of each at ±1 within its series.
    parameters : astropy.table.Table
        ``kind``, ``time`` [s], ``frequency`` [Hz], ``duration`` [s], ``phase`` [rad].

    Raises
    ------
    UsageError
        If a kind is unknown.
    """
    for kind in kinds:
        if kind not in GLITCHES:
            raise unknown_name("glitch", kind, GLITCHES)
    samples = round(duration * sample_rate)
    shapes = np.zeros((n, samples), dtype=np.float32)
    chosen = rng.integers(len(kinds), size=n)
    center = rng.uniform(*center_range, size=n)
    phase = rng.uniform(0, 2 * np.pi, size=n)
    position = rng.uniform(size=(2, n))
    frequency, length = np.empty(n), np.empty(n)
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero(chosen == number)
        shape, frequency_range, length_range = GLITCHES[kind]
        frequency[rows] = _log_uniform(position[0, rows], frequency_range)
        length[rows] = _log_uniform(position[1, rows], length_range)
        time = np.arange(samples) / sample_rate - center[rows, None]
        column = [values[rows, None] for values in (frequency, length, phase)]
        made = shape(time, *column)
        shapes[rows] = made / np.max(np.abs(made), axis=-1, keepdims=True, initial=1e-30)
    return shapes, Table(
        {
            "kind": np.asarray(kinds, dtype=str)[chosen],
            "time": center * u.s,
            "frequency": frequency * u.Hz,
            "duration": length * u.s,
            "phase": phase * u.rad,
        }
    )


def _log_uniform(position: np.ndarray, bounds: Range) -> np.ndarray:
    low, high = bounds
    return low * (high / low) ** position
