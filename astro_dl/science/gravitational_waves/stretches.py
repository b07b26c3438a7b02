"""The time for which all detectors have files: between files months apart nothing is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.gwosc import StrainSource

KEPT_S = 32.0
"""Around files: windows there are not analysed, and part what is before from what is after."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Stretch:
    """Windows in a row.

    Parameters
    ----------
    first, stop : int
        Number of the first window, and of the one behind the last.
    seconds : float
        How much of it is in files.
    """

    first: int
    stop: int
    seconds: float


@dataclass(frozen=True)
class Stretches:
    """Windows of a regular series that are looked at.

    Parameters
    ----------
    gps_start : float
        Start of window 0 of the series [s].
    stride : float
        From window to window [s].
    parts : tuple of Stretch
        Those that are looked at, in order.
    """

    gps_start: float
    stride: float
    parts: tuple[Stretch, ...]

    @property
    def left_out(self) -> float:
        """Time between the stretches [s]."""
        gaps = (later.first - earlier.stop for earlier, later in pairwise(self.parts))
        return sum(gaps) * self.stride

    def gps(self, position: np.ndarray) -> np.ndarray:
        """Return the starts [s] of windows by their place among those looked at, whole or not."""
        firsts, stops = np.array([(one.first, one.stop) for one in self.parts]).T
        begins = np.concatenate([[0], np.cumsum(stops - firsts)[:-1]])
        stretch = np.searchsorted(begins, position, side="right") - 1
        return self.gps_start + (firsts[stretch] + position - begins[stretch]) * self.stride


def find_stretches(
    sources: Sequence[StrainSource], span: Span, stride: float, duration: float
) -> Stretches:
    """Return the windows that begin near files of all detectors.

    Parameters
    ----------
    sources : sequence of StrainSource
        The detectors.
    span : tuple of float
        GPS times where the first window begins and the last ends [s].
    stride, duration : float
        From window to window, and of one [s].

    Raises
    ------
    UsageError
        If the detectors have no time in common.
    """
    start, end = span
    count = int((end - start - duration) / stride + 1e-6) + 1
    parts = []
    for low, high in _joined(_in_common(sources)):
        first = max(0, int((low - KEPT_S - start) / stride))
        stop = min(count, int((high + KEPT_S - start) / stride) + 1)
        if first < stop:
            parts.append(Stretch(first, stop, high - low))
    if not parts:
        raise UsageError(
            f"the files have no time in common between GPS {start:.10g} and {end:.10g}"
        )
    return Stretches(start, stride, tuple(parts))


def _in_common(sources: Sequence[StrainSource]) -> list[Span]:
    spans = [(-np.inf, np.inf)]
    for source in sources:
        pairs = [
            (max(low, file.gps_start), min(high, file.gps_end))
            for low, high in spans
            for file in source.files
        ]
        spans = [(low, high) for low, high in pairs if low < high]
    return sorted(spans)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return spans without the gaps that are too short to be left out."""
    joined: list[Span] = []
    for low, high in spans:
        if joined and low - joined[-1][1] <= 2 * KEPT_S + 1:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined
