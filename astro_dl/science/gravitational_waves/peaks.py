"""Where a series of scores peaks, and where the middle of a peak is."""

import numpy as np


def find_triggers(series: np.ndarray, threshold: float, distance: int) -> np.ndarray:
    """Return the windows at which a series peaks, the loudest of any nearer than ``distance``.

    Parameters
    ----------
    series : ndarray
        (windows,) ranking statistics; NaN where not analysed.
    threshold : float
        Smallest value of a trigger.
    distance : int
        Fewest windows between triggers.
    """
    # SciPy's function for it takes longer to import than a minute of strain to search.
    high = np.flatnonzero(series >= threshold)
    # Without what is between them but for one low window, which ends a peak as well as many.
    place = 1 + np.arange(len(high)) + np.cumsum(np.diff(high, prepend=high[:1]) > 1)
    padded = np.full(place.max(initial=0) + 2, -np.inf)
    padded[place] = series[high]
    starts = np.flatnonzero(np.concatenate([[True], padded[1:] != padded[:-1]]))
    before, level, after = (padded[starts[k : len(starts) - 2 + k]] for k in range(3))
    highest = (level > before) & (level > after)
    centres = (starts[1:-1][highest] + starts[2:][highest] - 1) // 2
    peaks = high[np.searchsorted(place, centres)]
    kept = np.ones(len(peaks), bool)
    for k in np.argsort(-series[peaks], kind="stable"):
        if kept[k]:
            near = np.searchsorted(peaks, (peaks[k] - distance + 1, peaks[k] + distance))
            kept[slice(*near)] = False
            kept[k] = True
    return peaks[kept]


def plateau_centre(series: np.ndarray, peak: int) -> float:
    """Return the centre of the windows around a peak that see the same signal.

    A network scores a signal alike wherever the merger lies within the range of its training, so
    the peak is a plateau whose centre tells the time, however noise has raised one window above the
    others: the mean of the windows above half the peak, weighted by how far they are above it.
    """
    level = series[peak] / 2
    if not level > 0:
        return float(peak)
    below = np.flatnonzero(~(series > level))
    first = below[below < peak].max(initial=-1) + 1
    stop = below[below > peak].min(initial=len(series))
    return float(np.average(np.arange(first, stop), weights=series[first:stop] - level))
