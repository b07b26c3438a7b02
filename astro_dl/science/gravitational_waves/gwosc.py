"""Detector strain of the Gravitational Wave Open Science Center, read in slices of time.

Files are opened once to see what they hold; strain is read when a time range is asked for, so that
hours of it need no more memory than seconds. What must not be used is marked, never dropped: the
time of every sample stays known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import maximum_filter1d

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import nothing_read, read_each
from astro_dl.science.gravitational_waves.strain_files import (
    CONSTANT,
    NOT_FINITE,
    StrainFile,
    open_file,
    read_slice,
)
from astro_dl.science.gravitational_waves.whitening import high_pass

NO_DATA = 1
FILTER_REACH = 64
STOP_BAND_DB = 80.0
SCAN_SECONDS = 64
SETTLED = 20
"""Periods of a high-pass after which nothing is left of where strain was cut."""


@dataclass(frozen=True)
class StrainSource:
    """The files of one detector, in order of time.

    Parameters
    ----------
    detector : str
        Prefix, such as ``"H1"``.
    sample_rate : float
        Sampling rate of the files [Hz].
    files : tuple of StrainFile
        Not overlapping; there may be gaps between them.
    """

    detector: str
    sample_rate: float
    files: tuple[StrainFile, ...]

    @property
    def gps_start(self) -> float:
        """GPS time of the first sample [s]."""
        return self.files[0].gps_start

    @property
    def gps_end(self) -> float:
        """GPS time just after the last sample [s]."""
        return self.files[-1].gps_end


@dataclass(frozen=True)
class StrainSegment:
    """A stretch of strain of one detector.

    Parameters
    ----------
    detector : str
        Prefix, such as ``"H1"``.
    gps_start : float
        GPS time of the first sample [s].
    sample_rate : float
        Sampling rate [Hz].
    strain : ndarray
        (N,) float64; zero where there is none.
    exclusion : ndarray
        (N,) uint8: 0 where the sample may be used, else a number into `EXCLUSIONS`, from 1.
    """

    detector: str
    gps_start: float
    sample_rate: float
    strain: np.ndarray
    exclusion: np.ndarray

    @property
    def valid(self) -> np.ndarray:
        """Where samples may be used, (N,) bool."""
        return self.exclusion == 0


def open_strain(paths: Sequence[str | Path]) -> tuple[StrainSource, ...]:
    """Return the detectors whose strain is in these files, sorted by name.

    Parameters
    ----------
    paths : sequence of str or Path
        GWOSC HDF5 files, or GWF frames (``.gwf``) where gwpy is installed; several files of a
        detector are joined in time.

    Raises
    ------
    UsageError
        If a file cannot be read or has no finite strain, if files of a detector overlap or differ
        in sampling rate, or if the detectors have no time in common.
    """
    if not paths:
        raise UsageError("no strain files were given; give one HDF5 or GWF file per detector")
    by_detector: dict[str, list[StrainFile]] = {}
    for _, file in read_each(paths, _open_finite):
        by_detector.setdefault(file.detector, []).append(file)
    if not by_detector:
        raise nothing_read()
    sources = tuple(_joined(name, files) for name, files in sorted(by_detector.items()))
    common_span(sources)
    return sources


def select_sources(paths: Sequence[Any], detectors: tuple[str, ...]) -> tuple[StrainSource, ...]:
    """Return the strain that a network trained on these detectors can use, in their order.

    A network of one detector takes any; one of several needs exactly those.

    Raises
    ------
    UsageError
        If files cannot be read, or detectors are missing or unknown to the network.
    """
    sources = open_strain(paths)
    if len(detectors) == 1:
        return sources
    by_name = {source.detector: source for source in sources}
    if set(by_name) != set(detectors):
        raise UsageError(
            f"this network takes {', '.join(detectors)} together, but the files are of "
            f"{', '.join(by_name)}; give one file of each, or use a one-detector network"
        )
    return tuple(by_name[name] for name in detectors)


def common_span(sources: Sequence[StrainSource]) -> tuple[float, float]:
    """Return the GPS times [s] between which every detector has files.

    Raises
    ------
    UsageError
        If there are none.
    """
    latest = max(sources, key=lambda source: source.gps_start)
    earliest = min(sources, key=lambda source: source.gps_end)
    if latest.gps_start >= earliest.gps_end:
        raise UsageError(
            f"the files have no time in common: {earliest.detector} ends at GPS "
            f"{earliest.gps_end:.10g}, {latest.detector} begins at {latest.gps_start:.10g}"
        )
    return latest.gps_start, earliest.gps_end


def read_strain(
    source: StrainSource, gps_start: float, duration: float, sample_rate: float
) -> StrainSegment:
    """Return the strain of a time range at a lower or equal sampling rate.

    The anti-alias filter is symmetric, 80 dB down at the new Nyquist frequency and flat to 0.92 of
    it; an output sample is excluded where the filter reaches an excluded input. The result does not
    depend on how a longer range is cut into calls.

    Parameters
    ----------
    source : StrainSource
        From `open_strain`.
    gps_start : float
        GPS time of the first sample [s]; on the grid of the new rate.
    duration : float
        Length [s]; may reach beyond the files, where samples are excluded as "no data".
    sample_rate : float
        Wanted sampling rate [Hz], which must divide that of the files.

    Raises
    ------
    UsageError
        If the rates don't divide, or the data cannot be read.
    """
    ratio = _decimation(source, sample_rate)
    reach = FILTER_REACH * ratio if ratio > 1 else 0
    first = _sample_number(gps_start, sample_rate) * ratio
    wanted = round(duration * sample_rate)
    strain, exclusion = _read_raw(source, first - reach, first + (wanted - 1) * ratio + reach + 1)
    if ratio > 1:
        strain = _decimated(strain, ratio)[2 * FILTER_REACH : 2 * FILTER_REACH + wanted]
        if exclusion.any():
            exclusion = maximum_filter1d(exclusion, 2 * reach + 1)
        exclusion = exclusion[reach : reach + wanted * ratio : ratio]
    return StrainSegment(source.detector, gps_start, sample_rate, strain, exclusion)


def read_steady(
    source: StrainSource, gps_start: float, duration: float, sample_rate: float, frequency: float
) -> StrainSegment:
    """Return what `read_strain` gives, without what drifts.

    Parameters
    ----------
    source, gps_start, duration, sample_rate
        As of `read_strain`.
    frequency : float
        Where half the power is let through [Hz], see
        `astro_dl.science.gravitational_waves.whitening.high_pass`. The result does not depend on
        how a longer range is cut into calls.
    """
    margin = round(SETTLED * sample_rate / frequency)
    begin, seconds = gps_start - margin / sample_rate, duration + 2 * margin / sample_rate
    wider = read_strain(source, begin, seconds, sample_rate)
    steady = high_pass(wider.strain, wider.valid, sample_rate, frequency)
    wanted = slice(margin, len(steady) - margin)
    return StrainSegment(
        source.detector, gps_start, sample_rate, steady[wanted], wider.exclusion[wanted]
    )


def read_on(
    before: StrainSegment | None,
    source: StrainSource,
    gps_start: float,
    duration: float,
    sample_rate: float,
    frequency: float,
) -> StrainSegment:
    """Return what `read_steady` gives, without reading again what an earlier segment holds.

    Parameters
    ----------
    before : StrainSegment or None
        Of the same source, rate and frequency; helps if it begins earlier and ends within the time
        range.
    source, gps_start, duration, sample_rate, frequency
        As of `read_steady`.
    """
    wanted = round(duration * sample_rate)
    skipped = 0 if before is None else round((gps_start - before.gps_start) * sample_rate)
    if before is None or not 0 <= skipped < len(before.strain):
        return read_steady(source, gps_start, duration, sample_rate, frequency)
    known = slice(skipped, min(len(before.strain), skipped + wanted))
    parts = [(before.strain[known], before.exclusion[known])]
    count = known.stop - known.start
    if count < wanted:
        begin, seconds = gps_start + count / sample_rate, (wanted - count) / sample_rate
        rest = read_steady(source, begin, seconds, sample_rate, frequency)
        parts.append((rest.strain, rest.exclusion))
    strain, exclusion = (np.concatenate(one) for one in zip(*parts, strict=True))
    return StrainSegment(source.detector, gps_start, sample_rate, strain, exclusion)


def _joined(detector: str, files: list[StrainFile]) -> StrainSource:
    ordered = tuple(sorted(files, key=lambda file: file.gps_start))
    for earlier, later in pairwise(ordered):
        if later.gps_start < earlier.gps_end:
            raise UsageError(
                f"{earlier.path} and {later.path} are both of {detector} and overlap from GPS "
                f"{later.gps_start:.10g}; give each stretch of a detector once"
            )
        if later.sample_rate != earlier.sample_rate:
            raise UsageError(
                f"{earlier.path} is at {earlier.sample_rate:g} Hz and {later.path} at "
                f"{later.sample_rate:g} Hz; give one rate per detector"
            )
    return StrainSource(detector, ordered[0].sample_rate, ordered)


def _open_finite(path: str | Path) -> StrainFile:
    """Open a file that has strain; reads no further than the first one."""
    file = open_file(path)
    step = round(SCAN_SECONDS * file.sample_rate)
    for first in range(0, file.samples, step):
        _, exclusion = read_slice(file, first, min(first + step, file.samples))
        if not np.isin(exclusion, (NOT_FINITE, CONSTANT)).all():
            return file
    raise UsageError(
        f"{file.path} has no finite strain, only NaN or one value throughout: choose a time with "
        "data"
    )


def _decimation(source: StrainSource, sample_rate: float) -> int:
    ratio = source.sample_rate / sample_rate
    if ratio < 1 or ratio != round(ratio):
        raise UsageError(
            f"{source.files[0].path} is sampled at {source.sample_rate:g} Hz, from which "
            f"{sample_rate:g} Hz cannot be made exactly; accepted are whole multiples of it, such "
            "as the 4096 and 16384 Hz files of GWOSC"
        )
    return round(ratio)


@cache
def _low_pass(ratio: int) -> np.ndarray:
    # Kaiser (1974): this many taps carry the given attenuation over this transition, in units of
    # the new Nyquist frequency; the stop band begins there, so nothing is aliased.
    transition = (STOP_BAND_DB - 8) / (2.285 * 2 * FILTER_REACH * np.pi)
    cutoff, reach = (1 - transition / 2) / ratio, FILTER_REACH * ratio
    window = np.kaiser(2 * reach + 1, 0.1102 * (STOP_BAND_DB - 8.7))
    taps = np.sinc(cutoff * np.arange(-reach, reach + 1)) * window
    return taps / taps.sum()


@lru_cache(maxsize=2)
def _low_pass_response(ratio: int, size: int) -> np.ndarray:
    return rfft(_low_pass(ratio), size)


def _decimated(strain: np.ndarray, ratio: int) -> np.ndarray:
    """Return every so-manieth sample of low-passed strain; what the filter spoils at first wraps.

    Frequencies that samples so far apart cannot tell from each other are summed before the inverse
    transform, which is then as much shorter.
    """
    half = next_fast_len(-(-len(strain) // (2 * ratio)), real=True)
    size = 2 * half * ratio
    spectrum = rfft(strain, size) * _low_pass_response(ratio, size)
    total = np.zeros(half + 1, complex)
    for turn in range(ratio):
        if 2 * turn < ratio:
            total += spectrum[2 * half * turn : 2 * half * turn + half + 1]
        else:
            last = 2 * half * (ratio - turn)
            total += spectrum[last - half : last + 1][::-1].conj()
    return irfft(total, 2 * half) / ratio


def _read_raw(source: StrainSource, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Return strain and exclusion codes by absolute sample number (GPS time × rate)."""
    strain = np.zeros(stop - first)
    exclusion = np.full(stop - first, NO_DATA, dtype=np.uint8)
    for file in source.files:
        start = _sample_number(file.gps_start, file.sample_rate)
        low, high = max(first, start), min(stop, start + file.samples)
        if low < high:
            part = slice(low - first, high - first)
            strain[part], exclusion[part] = read_slice(file, low - start, high - start)
    return strain, exclusion


def _sample_number(gps_time: float, sample_rate: float) -> int:
    number = gps_time * sample_rate
    if abs(number - round(number)) > 1e-3:
        raise UsageError(
            f"GPS {gps_time!r} is not on the grid of samples at {sample_rate:g} Hz; detectors must "
            "be sampled at the same instants"
        )
    return round(number)
