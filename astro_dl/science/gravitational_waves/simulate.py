"""Seconds of whitened strain, with and without a binary black hole."""

from functools import lru_cache

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.data.parallel import in_threads
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.strain import (
    Conditioning,
    conditioning,
    glitch_windows,
    noise_windows,
    signal_windows,
)


def detector_conditionings(
    physics: BinaryBlackHolePhysics, rng: np.random.Generator | None = None
) -> list[Conditioning]:
    """Return the conditioning of each detector; ``rng`` makes the off-source strain, if any."""
    if physics.off_source_s == 0:
        return _true_conditionings(physics)
    return _conditionings(physics, rng or np.random.default_rng(0))


@lru_cache(maxsize=8)
def _true_conditionings(physics: BinaryBlackHolePhysics) -> list[Conditioning]:
    return _conditionings(physics, np.random.default_rng(0))


def _conditionings(physics: BinaryBlackHolePhysics, rng: np.random.Generator) -> list[Conditioning]:
    psds = physics.psd * (len(physics.detectors) // len(physics.psd))
    return [
        conditioning(
            psd,
            sample_rate=physics.sample_rate_hz,
            duration=physics.duration_s,
            segment=physics.segment_s,
            low_frequency=physics.low_frequency_hz,
            high_frequency=physics.high_frequency_hz,
            filter_seconds=physics.whitening_filter_s,
            off_source=physics.off_source_s,
            rng=rng,
        )
        for psd in psds
    ]


def draw_binaries(
    physics: BinaryBlackHolePhysics, n: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return n binaries drawn from the prior: the parameters of `signal_windows`, float64."""
    masses = np.stack(
        [rng.uniform(*physics.mass_1_range_msun, n), rng.uniform(*physics.mass_2_range_msun, n)]
    )
    mass_2, mass_1 = np.sort(masses, axis=0)
    if physics.distance_range_mpc is None:
        distance = np.full(n, 100.0)
    else:
        near, far = physics.distance_range_mpc
        distance = np.cbrt(rng.uniform(near**3, far**3, n))
    return {
        "mass_1": mass_1,
        "mass_2": mass_2,
        "spin_1z": rng.uniform(*physics.spin_range, n),
        "spin_2z": rng.uniform(*physics.spin_range, n),
        "distance_mpc": distance,
        "inclination": np.arccos(rng.uniform(-1, 1, n)),
        "right_ascension": rng.uniform(0, 2 * np.pi, n),
        "declination": np.arcsin(rng.uniform(-1, 1, n)),
        "polarization": rng.uniform(0, np.pi, n),
        "phase": rng.uniform(0, 2 * np.pi, n),
        "gps_time": rng.uniform(*physics.gps_range_s, n),
        "merger_time": rng.uniform(*physics.merger_time_range_s, n),
    }


def whitened_signals(physics: BinaryBlackHolePhysics, **parameters: np.ndarray) -> np.ndarray:
    """Return signals (n, samples, detectors) without noise; see `signal_windows`."""
    return signal_windows(detector_conditionings(physics), physics.detectors, **parameters)


UNITS = {
    "mass_1": "Msun",
    "mass_2": "Msun",
    "distance_mpc": "Mpc",
    "inclination": "rad",
    "right_ascension": "rad",
    "declination": "rad",
    "polarization": "rad",
    "phase": "rad",
    "gps_time": "s",
    "merger_time": "s",
}


@in_threads
def simulate(physics: BinaryBlackHolePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n windows of whitened strain with their labels and the truth behind them.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        The protocol.
    n : int
        Number of windows.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, samples, detectors) float32 of unit noise variance; ``y`` 1 where there is a
        signal; ``info`` with the parameters of the signals (NaN in noise), ``snr`` (0 in noise),
        ``snr_<detector>``, ``glitch`` (empty where there is none), ``glitch_snr`` and ``pair_id``.
    """
    choice, noise, binary, glitch, off_source = rng.spawn(5)
    conditionings = detector_conditionings(physics, off_source)
    has_signal = choice.random(n) < physics.signal_fraction
    has_glitch = choice.random(n) < physics.glitch_fraction
    n_signals, n_glitches = int(has_signal.sum()), int(has_glitch.sum())
    x = noise_windows(conditionings, n, noise)

    parameters = draw_binaries(physics, n_signals, binary)
    target = binary.uniform(*physics.snr_range, n_signals)
    signals = signal_windows(conditionings, physics.detectors, **parameters)
    norm = np.sqrt(np.sum(signals**2, axis=(1, 2), dtype=np.float64))
    if physics.distance_range_mpc is None:
        scale = target / norm
        with np.errstate(divide="ignore"):
            parameters["distance_mpc"] = parameters["distance_mpc"] / scale
        signals *= scale[:, None, None].astype(np.float32)
    x[has_signal] += signals

    table = Table()
    table["pair_id"] = choice.integers(2**62, size=n)
    snr = np.sqrt(np.sum(signals**2, axis=1, dtype=np.float64))
    table["snr"] = _scatter(np.sqrt(np.sum(snr**2, axis=1)), has_signal, 0.0)
    for index, name in enumerate(physics.detectors):
        table[f"snr_{name}"] = _scatter(snr[:, index], has_signal, 0.0)
    for name, values in parameters.items():
        table[name] = _scatter(values, has_signal, np.nan)
        table[name].unit = UNITS.get(name)

    windows, kinds = glitch_windows(conditionings, physics.glitch_kinds, n_glitches, glitch)
    quietest, loudest = np.log(physics.glitch_snr_range)
    loudness = np.exp(glitch.uniform(quietest, loudest, n_glitches))
    x[has_glitch] += windows * loudness[:, None, None].astype(np.float32)
    table["glitch"] = np.full(n, "", dtype="U16")
    table["glitch"][has_glitch] = kinds
    table["glitch_snr"] = _scatter(loudness, has_glitch, 0.0)
    return Examples(x, has_signal.astype(np.float32), table)


def _scatter(values: np.ndarray, mask: np.ndarray, fill: float) -> np.ndarray:
    column = np.full(len(mask), fill)
    column[mask] = values
    return column
