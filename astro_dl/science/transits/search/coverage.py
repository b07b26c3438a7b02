"""What a light curve covers: stretches of observation, and the gaps between them.

A grid of periods that keeps transits in phase over years has 10⁵ steps where two months of data
hold no more information than some thousands. So each stretch is searched by itself on the grid of
the longest one, what they explain is added up, and only around the best periods is the phase
connected across the gaps.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from astro_dl.science.transits.search.box_spectrum import USUAL_BOXES, Boxes, box_spectrum

LONGEST_STRETCH_DAYS = 120.0
LONG_GAP_DAYS = 10.0
SPARSE = 3.0
FEWEST_POINTS = 50
STEPS_PER_DURATION = 4
MOST_STEPS = 20_000
ALIASES = 6


def is_sparse(time: np.ndarray) -> bool:
    """Return whether gaps longer than ten days take more than two thirds of the time."""
    steps = np.diff(time)
    observed = float(steps[steps < LONG_GAP_DAYS].sum())
    return float(time[-1] - time[0]) > SPARSE * observed


def stretches(time: np.ndarray) -> list[slice]:
    """Return the stretches of a light curve without a gap of ten days, none above 120 d.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times [d].

    Returns
    -------
    list of slice
        Those of fewer than 50 points are left out, unless all are.
    """
    edges = [0, *(np.flatnonzero(np.diff(time) > LONG_GAP_DAYS) + 1).tolist(), len(time)]
    found = []
    for start, stop in pairwise(edges):
        span = time[stop - 1] - time[start]
        parts = max(1, int(np.ceil(span / LONGEST_STRETCH_DAYS)))
        inner = np.searchsorted(time, time[start] + span * np.arange(1, parts) / parts)
        found += [
            slice(int(a), int(b)) for a, b in zip([start, *inner], [*inner, stop], strict=True)
        ]
    return [one for one in found if one.stop - one.start >= FEWEST_POINTS] or found


def longest_stretch(time: np.ndarray) -> float:
    """Return how long the longest of the stretches is [d]."""
    return max(float(time[one.stop - 1] - time[one.start]) for one in stretches(time))


def incoherent_spectrum(
    time: np.ndarray, flux: np.ndarray, periods: np.ndarray, boxes: Boxes = USUAL_BOXES
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the best boxes explain, whose epochs each stretch is free to choose.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Times [d] and detrended flux, all finite.
    periods : ndarray, (P,)
        Ascending periods [d], of the grid of the longest stretch.
    boxes : Boxes
        As of `box_spectrum`.

    Returns
    -------
    power, epoch, duration : ndarray, (P,)
        As of `box_spectrum`; epoch and duration are those of the stretch that explains most.
    """
    parts = [box_spectrum(time[one], flux[one], periods, boxes) for one in stretches(time)]
    power, epoch, duration = (np.stack(column) for column in zip(*parts, strict=True))
    best, place = power.argmax(axis=0), np.arange(len(periods))
    return power.sum(axis=0), epoch[best, place], duration[best, place]


def aliases(
    time: np.ndarray,
    flux: np.ndarray,
    period: float,
    duration: float,
    boxes: Boxes = USUAL_BOXES,
) -> Sequence[tuple[float, float, float]]:
    """Return the periods near one that keep the transits of all stretches in phase best.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Times [d] and detrended flux, all finite.
    period, duration : float
        As found in the stretches [d]: the period is known to within half a duration of drift.
    boxes : Boxes
        As of `box_spectrum`.

    Returns
    -------
    sequence of (period, epoch, duration)
        At most six, the best first [d].
    """
    baseline, reach = float(time[-1] - time[0]), duration * period / longest_stretch(time)
    step = duration * period / baseline / STEPS_PER_DURATION
    number = int(np.clip(np.ceil(2 * reach / step), 3, MOST_STEPS))
    periods = period + reach * np.linspace(-1, 1, number)
    power, epoch, own = box_spectrum(time, flux, periods[periods > 0], boxes)
    inner = np.flatnonzero((power >= np.roll(power, 1)) & (power >= np.roll(power, -1)))
    peaks = inner[np.argsort(-power[inner])][:ALIASES]
    return [(float(periods[one]), float(epoch[one]), float(own[one])) for one in peaks]
