"""Binary black holes in whitened strain: signal and noise, or noise alone?

The default protocol is that of Schäfer et al. (2021), arXiv:2106.03741: one second at 2048 Hz of
one detector at design sensitivity, non-spinning bodies of 10 to 50 solar masses, merger between
0.6 and 0.8 s, optimal signal-to-noise ratio between 5 and 15.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.examples import Examples
from astro_dl.core.task import Difficulty, Head, InputSpec, Task
from astro_dl.science.gravitational_waves.baselines import OPTIMAL_BOUND, baseline_statistics
from astro_dl.science.gravitational_waves.detectors import DETECTORS
from astro_dl.science.gravitational_waves.figures import draw_search
from astro_dl.science.gravitational_waves.glitches import GLITCHES
from astro_dl.science.gravitational_waves.search import search
from astro_dl.science.gravitational_waves.strain import (
    Conditioning,
    conditioning,
    glitch_windows,
    noise_windows,
    signal_windows,
)

__all__ = ["BinaryBlackHolePhysics", "detector_conditionings", "task"]

Range = tuple[float, float]


@dataclass(frozen=True)
class BinaryBlackHolePhysics:
    """Everything that defines a set of windows.

    Parameters
    ----------
    detectors : tuple of str, default ("H1",)
        One to three of H1, L1, V1; the channels of a window, in this order.
    psd : tuple of str, default ("aligo_design",)
        Noise spectrum by name or by path of a table; one for all detectors, or one for each.
    sample_rate_hz, duration_s, segment_s : float
        Sampling rate [Hz], length of the window [s], and of the stretch in which a signal is made
        before the window is cut out [s].
    low_frequency_hz, high_frequency_hz : float
        Band that the whitening keeps [Hz]; None for the upper edge means the Nyquist frequency.
    whitening_filter_s : float, default 0.5
        Length of the whitening filter (inverse spectrum truncation) [s].
    off_source_s : float, default 0
        Length of off-source strain from which each block's whitening spectrum is estimated [s];
        0 whitens with the true spectrum.
    mass_1_range_msun, mass_2_range_msun : tuple of float
        Uniform priors of the detector-frame masses [M☉]; the heavier one is called the first.
    spin_range : tuple of float, default (0, 0)
        Uniform prior of both aligned dimensionless spins.
    snr_range : tuple of float, default (5, 15)
        Uniform prior of the optimal network signal-to-noise ratio inside the window.
    distance_range_mpc : tuple of float, optional
        Luminosity distances uniform in volume [Mpc] instead of a chosen signal-to-noise ratio.
    merger_time_range_s : tuple of float, default (0.6, 0.8)
        Uniform prior of the merger time in the first detector, from the window's start [s].
    signal_fraction : float, default 0.5
        Fraction of windows with a signal.
    glitch_fraction : float, default 0
        Fraction of windows, with or without a signal, that hold a glitch.
    glitch_kinds : tuple of str
        Among ``sine_gaussian``, ``blip``, ``scattered_light``.
    glitch_snr_range : tuple of float, default (5, 50)
        Log-uniform prior of the glitches' norm.
    gps_range_s : tuple of float
        GPS times of the mergers, for the Earth's rotation [s].
    """

    detectors: tuple[str, ...] = ("H1",)
    psd: tuple[str, ...] = ("aligo_design",)
    sample_rate_hz: float = 2048.0
    duration_s: float = 1.0
    segment_s: float = 4.0
    low_frequency_hz: float = 20.0
    high_frequency_hz: float | None = None
    whitening_filter_s: float = 0.5
    off_source_s: float = 0.0
    mass_1_range_msun: Range = (10.0, 50.0)
    mass_2_range_msun: Range = (10.0, 50.0)
    spin_range: Range = (0.0, 0.0)
    snr_range: Range = (5.0, 15.0)
    distance_range_mpc: Range | None = None
    merger_time_range_s: Range = (0.6, 0.8)
    signal_fraction: float = 0.5
    glitch_fraction: float = 0.0
    glitch_kinds: tuple[str, ...] = tuple(GLITCHES)
    glitch_snr_range: Range = (5.0, 50.0)
    gps_range_s: Range = (1126051217.0, 1137254417.0)

    def __post_init__(self) -> None:
        for name in self.detectors:
            if name not in DETECTORS:
                raise unknown_name("detector", name, DETECTORS)
        for kind in self.glitch_kinds:
            if kind not in GLITCHES:
                raise unknown_name("glitch kind", kind, GLITCHES)
        if not 1 <= len(set(self.detectors)) == len(self.detectors):
            raise UsageError(f"detectors are {self.detectors}; give one to three different ones")
        if len(self.psd) not in (1, len(self.detectors)):
            raise UsageError(
                f"psd has {len(self.psd)} entries for {len(self.detectors)} detectors; "
                "give one for all or one for each"
            )
        for name in ("signal_fraction", "glitch_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} is {getattr(self, name)}; accepted: 0 to 1")
        if min(self.mass_1_range_msun[0], self.mass_2_range_msun[0]) <= 0:
            raise UsageError("masses must be above 0 solar masses")
        if max(map(abs, self.spin_range)) > 1:
            raise UsageError(f"spin_range is {self.spin_range}; accepted: within -1 to 1")
        early, late = self.merger_time_range_s
        if not 0 <= early <= late <= self.duration_s:
            raise UsageError(
                f"merger_time_range_s is {self.merger_time_range_s}; "
                f"accepted: within the window, 0 to {self.duration_s}"
            )
        if self.segment_s < 2 * self.duration_s + 2 * self.whitening_filter_s:
            raise UsageError(
                f"segment_s is {self.segment_s}; it must be at least two windows and two filters, "
                f"{2 * self.duration_s + 2 * self.whitening_filter_s} s"
            )


def input_spec(physics: BinaryBlackHolePhysics) -> InputSpec:
    """Return the shape of a window, (samples, detectors), and what its numbers mean."""
    contract = {
        "quantity": "whitened strain of unit variance",
        "sample_rate_hz": physics.sample_rate_hz,
        "duration_s": physics.duration_s,
        "detectors": list(physics.detectors),
        "low_frequency_hz": physics.low_frequency_hz,
        "high_frequency_hz": physics.high_frequency_hz,
        "whitening_filter_s": physics.whitening_filter_s,
        "merger_time_range_s": list(physics.merger_time_range_s),
        "psd": list(physics.psd),
    }
    samples = round(physics.sample_rate_hz * physics.duration_s)
    return InputSpec((samples, len(physics.detectors)), contract)


def head(physics: BinaryBlackHolePhysics) -> Head:
    """Return the two classes: noise, and signal."""
    return Head("binary", ("noise", "signal"))


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


task = Task(
    name="gw_bbh",
    summary="Is there a binary-black-hole signal in one second of strain?",
    physics=BinaryBlackHolePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="pair_id",
    difficulty=Difficulty(
        column="snr",
        edges=tuple(np.arange(3.5, 16.0)),
        label="optimal signal-to-noise ratio",
    ),
    baselines=baseline_statistics,
    bound=OPTIMAL_BOUND,
    predict_files=search,
    draw_prediction=draw_search,
    signal_fraction="signal_fraction",
    zero_signal={"snr_range": (0.0, 0.0)},
)
