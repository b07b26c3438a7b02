"""Seconds of whitened strain, with and without a binary black hole."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.data.namespace import namespace_of, on_host
from astro_dl.data.parallel import in_threads
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.strain import (
    Conditioning,
    PlacedGlitches,
    conditioning,
    glitch_windows,
    noise_windows,
    place_glitches,
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
    drawn = draw_strain(physics, n, rng)
    conditionings = drawn.conditionings
    noise = noise_windows(conditionings, n, drawn.noise)
    signals = signal_windows(conditionings, physics.detectors, **drawn.binaries)
    return assemble(physics, drawn, noise, signals, glitch_windows(conditionings, drawn.glitches))


@dataclass(frozen=True)
class DrawnStrain:
    """All that is random in n windows but the noise itself.

    Parameters
    ----------
    conditionings : list of Conditioning
        Of each detector.
    has_signal, has_glitch : ndarray of bool
        (n,) which windows hold what.
    pair_id : ndarray
        (n,) random numbers.
    binaries : dict of ndarray
        The parameters of `signal_windows` of each signal.
    wanted : ndarray
        Signal-to-noise ratio of each, where no distances are wanted.
    glitches : PlacedGlitches
        Of unit peak.
    loudness : ndarray
        Norm of each once it is whitened.
    noise : numpy.random.Generator
        Makes the noise.
    """

    conditionings: list[Conditioning]
    has_signal: np.ndarray
    has_glitch: np.ndarray
    pair_id: np.ndarray
    binaries: dict[str, np.ndarray]
    wanted: np.ndarray
    glitches: PlacedGlitches
    loudness: np.ndarray
    noise: np.random.Generator


def draw_strain(physics: BinaryBlackHolePhysics, n: int, rng: np.random.Generator) -> DrawnStrain:
    """Draw what is in n windows; parameters are those of `simulate`."""
    choice, noise, binary, glitch, off_source = rng.spawn(5)
    conditionings = detector_conditionings(physics, off_source)
    has_signal = choice.random(n) < physics.signal_fraction
    has_glitch = choice.random(n) < physics.glitch_fraction
    n_signals, n_glitches = int(has_signal.sum()), int(has_glitch.sum())
    binaries = draw_binaries(physics, n_signals, binary)
    glitches = place_glitches(conditionings, physics.glitch_kinds, n_glitches, glitch)
    quietest, loudest = np.log(physics.glitch_snr_range)
    return DrawnStrain(
        conditionings=conditionings,
        has_signal=has_signal,
        has_glitch=has_glitch,
        pair_id=choice.integers(2**62, size=n),
        binaries=binaries,
        wanted=binary.uniform(*physics.snr_range, n_signals),
        glitches=glitches,
        loudness=np.exp(glitch.uniform(quietest, loudest, n_glitches)),
        noise=noise,
    )


def assemble(
    physics: BinaryBlackHolePhysics, drawn: DrawnStrain, x: Any, signals: Any, glitches: Any
) -> Examples:
    """Return noise with signals and glitches of the wanted strength in it, as `simulate` does.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        The protocol.
    drawn : DrawnStrain
        What is in the windows.
    x : ndarray or tensor
        (n, N, D) noise; an array is written to.
    signals, glitches : ndarray or tensor
        (m, N, D) windows of those that were drawn, and perhaps of more, which are left out.
    """
    parameters = dict(drawn.binaries)
    if physics.distance_range_mpc is None:
        scale = drawn.wanted / _norm(signals, (1, 2))[: len(drawn.wanted)]
        with np.errstate(divide="ignore"):
            parameters["distance_mpc"] = parameters["distance_mpc"] / scale
        signals = _scaled(signals, scale)
    x = _added(x, drawn.has_signal, signals)
    x = _added(x, drawn.has_glitch, _scaled(glitches, drawn.loudness))

    table = Table()
    table["pair_id"] = drawn.pair_id
    snr = _norm(signals, 1)[: len(drawn.wanted)]
    table["snr"] = _scatter(np.sqrt(np.sum(snr**2, axis=1)), drawn.has_signal, 0.0)
    for index, name in enumerate(physics.detectors):
        table[f"snr_{name}"] = _scatter(snr[:, index], drawn.has_signal, 0.0)
    for name, values in parameters.items():
        table[name] = _scatter(values, drawn.has_signal, np.nan)
        table[name].unit = UNITS.get(name)
    table["glitch"] = np.full(len(table), "", dtype="U16")
    table["glitch"][drawn.has_glitch] = drawn.glitches.kind
    table["glitch_snr"] = _scatter(drawn.loudness, drawn.has_glitch, 0.0)
    return Examples(x, drawn.has_signal.astype(np.float32), table)


def _norm(windows: Any, axes: int | tuple[int, ...]) -> np.ndarray:
    """Return the norms of windows over some axes, float64."""
    xp = namespace_of(windows)
    if xp is np:
        return np.sqrt(np.sum(windows**2, axis=axes, dtype=np.float64))
    return on_host(xp.sqrt(xp.sum(windows**2, axis=axes))).astype(np.float64)


def _scaled(windows: Any, factors: np.ndarray) -> Any:
    """Return windows times factors, of which those after the last are zero; arrays in place."""
    filled = np.zeros((len(windows), 1, 1), np.float32)
    filled[: len(factors), 0, 0] = factors
    windows *= filled
    return windows


def _added(x: Any, where: np.ndarray, windows: Any) -> Any:
    """Return windows x (n, N, D), to which others are added in order where it is said."""
    xp = namespace_of(x)
    if xp is np:
        x[where] += windows
        return x
    if not where.any():
        return x
    row = np.maximum(np.cumsum(where) - 1, 0).astype(np.int32)
    return x + xp.take(windows, row, axis=0) * where[:, None, None].astype(np.float32)


def _scatter(values: np.ndarray, mask: np.ndarray, fill: float) -> np.ndarray:
    column = np.full(len(mask), fill)
    column[mask] = values
    return column
