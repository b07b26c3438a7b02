"""A segment of real strain, whitened by the spectrum of the strain around it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.fft import rfft
from scipy.signal.windows import tukey

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.gwosc import StrainSegment, open_strain, read_steady
from astro_dl.science.gravitational_waves.posteriors.inputs import aligned
from astro_dl.science.gravitational_waves.posteriors.physics import (
    SAMPLE_RATE,
    BinaryParametersPhysics,
)
from astro_dl.science.gravitational_waves.posteriors.spectra import STRAIN_UNIT, weight_of
from astro_dl.science.gravitational_waves.scan import OFF_SOURCE_S, PSD_SEGMENT_S, off_source_psd
from astro_dl.science.gravitational_waves.strain_files import EXCLUSIONS

Array = np.ndarray
ROLL_OFF_S = 0.4
"""At either end of the segment."""
NOISE_RANGE = (1e-27, 1e-17)
"""Of the quietest frequency [Hz^-1/2]: of strain, far beyond all detectors either way."""
LONGEST_SEARCH_S, STEP_S = 128.0, 0.5
"""Of strain in which a merger is looked for, and how far from the middle of the search's steps."""


@dataclass(frozen=True)
class ReadSegment:
    """What a file of strain holds about a time.

    Parameters
    ----------
    detector : str
        Its prefix.
    gps_start : float
        Of the segment [s].
    near : float
        The time, after that [s].
    white, weight : ndarray
        (F,), as of `astro_dl.science.gravitational_waves.posteriors.signals.Segment`; zero where
        the strain is of no use.
    flags : tuple of str
        Why it is of no use; empty where it is.
    """

    detector: str
    gps_start: float
    near: float
    white: Array
    weight: Array
    flags: tuple[str, ...]


def read_segment(physics: BinaryParametersPhysics, path: Path, time: float) -> ReadSegment:
    """Return the segment of a file in which a binary merges at a time.

    Its ends are rolled off for 0.4 s. The noise spectrum is the median over the nearest 64 s or so
    that have no sample in common with it.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Length and band of the segment.
    path : Path
        GWOSC HDF5 file, or GWF frame where gwpy is installed.
    time : float
        GPS [s].

    Raises
    ------
    UsageError
        If the file cannot be read, is sampled at a rate of which 2048 Hz is no whole part, does
        not reach to the time, or holds what is no strain by its noise.
    """
    (source,) = open_strain([path])
    if not source.gps_start <= time <= source.gps_end:
        raise UsageError(
            f"{path} holds strain from GPS {source.gps_start:.10g} to {source.gps_end:.10g}, and "
            f"none at {time:.13g}; give the time of the merger in it"
        )
    samples = round(physics.segment_s * SAMPLE_RATE)
    first = int(np.floor((time - physics.merger_s) * SAMPLE_RATE))
    around_s = round(OFF_SOURCE_S / 2 * SAMPLE_RATE)
    begin = max(first - around_s, round(source.gps_start * SAMPLE_RATE))
    end = min(first + samples + around_s, round(source.gps_end * SAMPLE_RATE))
    begin, end = min(begin, first), max(end, first + samples)
    around = read_steady(
        source,
        begin / SAMPLE_RATE,
        (end - begin) / SAMPLE_RATE,
        SAMPLE_RATE,
        physics.low_frequency_hz / 2,
    )
    start = first / SAMPLE_RATE
    white, weight, flags = _whitened(physics, around, first - begin, samples, path)
    return ReadSegment(source.detector, start, time - start, white, weight, flags)


def loudest_time(physics: BinaryParametersPhysics, path: Path) -> tuple[float, float]:
    """Return the GPS time [s] of the loudest match in a file, and how loud it is.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Of the network.
    path : Path
        As of `read_segment`.

    Raises
    ------
    UsageError
        If the file cannot be read, or holds more than two minutes of strain.
    """
    (source,) = open_strain([path])
    seconds = source.gps_end - source.gps_start
    if seconds > LONGEST_SEARCH_S:
        raise UsageError(
            f"{path} holds {seconds:g} s of strain; give the time of the merger in it, as "
            "time=1126259462.42 (GPS), or a file of at most two minutes"
        )
    loudest = (source.gps_start + seconds / 2, 0.0)
    first = source.gps_start + physics.merger_s
    for time in np.arange(first, source.gps_end - physics.segment_s + physics.merger_s, 2 * STEP_S):
        read = read_segment(physics, path, float(time))
        if not read.flags:
            found = aligned(physics, read.white[None], read.weight[None], read.near, STEP_S)
            if found.match[0] > loudest[1]:
                loudest = (read.gps_start + float(found.time[0]), float(found.match[0]))
    return loudest


def _whitened(
    physics: BinaryParametersPhysics,
    around: StrainSegment,
    first: int,
    samples: int,
    where: Path,
) -> tuple[Array, Array, tuple[str, ...]]:
    inside = slice(first, first + samples)
    excluded = np.unique(around.exclusion[inside])
    flags = [EXCLUSIONS[code - 1].replace(" ", "_") for code in excluded[excluded > 0]]
    psd = off_source_psd(around, first, samples)
    if psd is None:
        flags.append("no_off_source_strain")
    if psd is None or flags:
        nothing = np.zeros(physics.bins_of_segment, np.float32)
        return nothing.astype(np.complex64), nothing, tuple(flags)
    grid = np.arange(len(psd)) / PSD_SEGMENT_S
    psd = np.exp(np.interp(physics.frequencies, grid, np.log(psd)))
    _check_noise(float(np.sqrt(psd.min())), where)
    weight = weight_of(physics, psd)
    window = tukey(samples, 2 * ROLL_OFF_S / physics.segment_s)
    spectrum = rfft(around.strain[inside] / STRAIN_UNIT * window) / SAMPLE_RATE
    band = slice(physics.first_bin, physics.first_bin + physics.bins_of_segment)
    return (spectrum[band] * weight).astype(np.complex64), weight, ()


def _check_noise(quietest: float, where: Path) -> None:
    """Raise `UsageError` for noise [Hz^-1/2] that the strain of no detector has."""
    low, high = NOISE_RANGE
    if not low <= quietest <= high:
        raise UsageError(
            f"{where}: noise of {quietest:.2g} Hz^-1/2 where it is quietest; accepted: {low:g} to "
            f"{high:g}, as of strain that is neither whitened nor scaled"
        )
