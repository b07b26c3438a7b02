"""The box that a transit search would report, among a few trial periods per star, for many stars.

A full search is the business of the pipeline; simulated sets need one ephemeris per light curve,
quickly, and know where to look.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

_BINS = 320
_WIDTHS = (1, 2, 3, 4, 6, 9, 13, 19, 28, 42, 62, 90)
_FEWEST = 3  # cadences in the box
_FINEST_D = 10 / 1440  # finer cadences are averaged first
_BLOCK = 32  # stars: their folded arrays stay in the cache
_LONGEST_D = 0.7
_SHORTEST_CADENCES = 0.1
_DIP = 2.5  # what lies this many times the scatter below the running mean is left out of it
_FEWEST_HIGH = 0.2  # of the cadences in a window
_SPIKE = 4.0  # a cadence this many times the scatter below both neighbours is raised to there


@dataclass(frozen=True)
class Box:
    """The best box of each light curve; arrays (n,) float64.

    Parameters
    ----------
    period_d, epoch_d, duration_d : ndarray
        Period, time of the middle of the first box, and its length [d].
    depth : ndarray
        Depth in relative flux.
    snr : ndarray
        Depth over its standard error, for white noise of the scatter between neighbours.
    """

    period_d: np.ndarray
    epoch_d: np.ndarray
    duration_d: np.ndarray
    depth: np.ndarray
    snr: np.ndarray


def best_box(
    time: np.ndarray,
    flux: np.ndarray,
    usable: np.ndarray,
    trial_periods_d: np.ndarray,
    window_d: float = 1.0,
) -> Box:
    """Return the box of highest signal-to-noise ratio over the trial periods of every star.

    The statistic is that of box least squares (Kovács, Zucker & Mazeh 2002, A&A 391, 369, eq. 5) on
    folded and binned curves, for dips alone, after division by a running mean.

    Parameters
    ----------
    time : ndarray
        Equally spaced times (T,) [d].
    flux : ndarray
        Relative flux (n, T); values at unusable cadences are ignored.
    usable : ndarray
        bool (n, T).
    trial_periods_d : ndarray
        Trial periods (n, K) [d]; NaN is skipped.
    window_d : float, default 1
        Length of the running mean that is divided out [d]; it should exceed the longest dip.

    Returns
    -------
    Box
        The best box; NaN and a ratio of 0 where no trial period gives a dip.
    """
    trials = np.sort(np.asarray(trial_periods_d, float), axis=1)
    # Stars with as many trials as each other go together, so that no fold is made in vain.
    order = np.argsort(np.isfinite(trials).sum(axis=1), kind="stable")
    best = np.full((4, len(flux)), np.nan)
    best_ratio = np.zeros(len(flux))
    for start in range(0, len(flux), _BLOCK):
        rows = order[start : start + _BLOCK]
        days, residual, weight, scatter = _residual(time, flux[rows], usable[rows], window_d)
        shortest = _SHORTEST_CADENCES * (days[1] - days[0])
        for period in trials[rows].T:
            if np.isnan(period).all():
                break
            ratio, *found = _fold(days, residual, weight, period, shortest)
            ratio = np.where(np.isfinite(period), ratio / scatter, 0)
            better = ratio > best_ratio[rows]
            best_ratio[rows] = np.where(better, ratio, best_ratio[rows])
            best[:, rows] = np.where(better, (period, *found), best[:, rows])
    period, middle, duration, depth = best
    return Box(period, time[0] + middle, duration, depth, best_ratio)


def _residual(
    time: np.ndarray, flux: np.ndarray, usable: np.ndarray, window_d: float
) -> tuple[np.ndarray, ...]:
    """Days from the start, weighted flux over its running mean less 1, weights, and scatter."""
    step = time[1] - time[0]
    every = max(int(_FINEST_D / step), 1)
    whole = len(time) // every * every
    weight = usable[:, :whole].reshape(len(flux), -1, every)
    filled = np.where(weight, flux[:, :whole].reshape(weight.shape), 0)
    days = (time[:whole].reshape(-1, every).mean(axis=1) - time[0]).astype(np.float32)
    weight, filled = weight.sum(axis=2, dtype=np.float32), filled.sum(axis=2, dtype=np.float32)
    samples = max(round(window_d / (step * every)), 3)
    trend = _running_mean(filled, weight, samples)
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = np.where(weight > 0, filled / weight / trend - 1, np.nan)
        steps = np.sort(np.abs(np.diff(residual, axis=1)), axis=1)
        middle = np.sum(np.isfinite(steps), axis=1) // 2
        scatter = (1.4826 / np.sqrt(2) * steps[np.arange(len(steps)), middle])[:, None]
        # Again without the dips, which the mean would follow.
        high = residual > -_DIP * scatter
        trend = np.where(
            uniform_filter1d(high.astype(np.float32), samples, axis=1) > _FEWEST_HIGH,
            _running_mean(filled * high, weight * high, samples),
            trend,
        )
        residual = np.where(weight > 0, filled / weight / trend - 1, np.nan)
    residual = _without_spikes(residual, scatter) * weight
    residual -= weight * (residual.sum(axis=1) / np.maximum(weight.sum(axis=1), 1))[:, None]
    scatter = scatter[:, 0] * np.sqrt(every)
    return days, residual, weight, np.where(scatter > 0, scatter, np.inf)


def _running_mean(sums: np.ndarray, weight: np.ndarray, samples: int) -> np.ndarray:
    level = np.maximum(uniform_filter1d(weight, samples, axis=1), np.float32(1e-3))
    trend = uniform_filter1d(sums, samples, axis=1) / level
    return np.where(trend > 0, trend, np.nan)


def _without_spikes(residual: np.ndarray, scatter: np.ndarray) -> np.ndarray:
    """Residuals in which no single cadence makes a dip, 0 where there is none."""
    filled = np.where(np.isnan(residual), 0, residual)
    neighbours = np.minimum(filled[:, :-2], filled[:, 2:])
    lowest = neighbours - _SPIKE * scatter
    np.maximum(filled[:, 1:-1], lowest, out=filled[:, 1:-1])
    return filled


def _fold(
    days: np.ndarray,
    residual: np.ndarray,
    weight: np.ndarray,
    period_d: np.ndarray,
    shortest_d: float,
) -> tuple[np.ndarray, ...]:
    """Best box of each row at one trial period: ratio for unit scatter, middle, length, depth.

    The weighted residuals sum to zero, so that what is outside of the box mirrors what is in it.
    """
    n = len(residual)
    period = np.where(np.isfinite(period_d), period_d, 1.0)
    turns = days / period[:, None].astype(np.float32)
    turns -= np.floor(turns)
    bins = np.minimum((turns * _BINS).astype(np.int64), _BINS - 1)
    bins += np.arange(n)[:, None] * _BINS
    number, total = (
        _circular_cumulant(np.bincount(bins.ravel(), values.ravel(), n * _BINS).reshape(n, _BINS))
        for values in (weight, residual)
    )
    whole = number[:, _BINS - 1, None]
    rows = np.arange(n)
    best = np.zeros(n)
    width, first = np.ones(n, int), np.zeros(n, int)
    for trial in _WIDTHS:
        length = trial / _BINS * period
        unfit = (length > _LONGEST_D) | (length < shortest_d)
        if unfit.all():
            continue
        inside = number[:, trial : trial + _BINS] - number[:, :_BINS]
        dip = total[:, :_BINS] - total[:, trial : trial + _BINS]
        np.maximum(dip, 0, out=dip)
        dip *= dip
        dip[inside < _FEWEST] = 0
        inside *= whole - inside
        dip /= np.maximum(inside, 1, out=inside)
        place = dip.argmax(axis=1)
        power = np.where(unfit, 0, dip[rows, place])
        better = power > best
        best = np.where(better, power, best)
        width, first = np.where(better, trial, width), np.where(better, place, first)
    inside = number[rows, first + width] - number[rows, first]
    depth = np.sqrt(best) * whole[:, 0] / np.sqrt(np.maximum(inside * (whole[:, 0] - inside), 1))
    middle = (first + 1 + width / 2) / _BINS % 1 * period
    return np.sqrt(best * whole[:, 0]), middle, width / _BINS * period, depth


def _circular_cumulant(values: np.ndarray) -> np.ndarray:
    """Cumulative sums along a circle, float32, repeated for the widest box."""
    wrapped = np.concatenate([values, values[:, : max(_WIDTHS)]], axis=1)
    return np.cumsum(wrapped, axis=1).astype(np.float32)
