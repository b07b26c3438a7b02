"""Detrending of light curves: slow trends out, transits left as they are.

The trend is a robust local line: Tukey's biweight (Beaton & Tukey 1974) in a sliding window, the
estimator that Hippke et al. (2019), AJ 158, 143, found best for transits, with a line in place of a
constant so that the ends of a segment are followed as well as its middle. Points within known
transits are left out of the fit, and the trend is carried across them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

KNOTS_PER_WINDOW = 6
TUKEY_CONSTANT = 5.0
ITERATIONS = 3
FEWEST_POINTS = 5
BLOCK_VALUES = 100_000
CLOSE_CADENCES, USUAL_SCATTER, USUAL_SHARE = 1.6, 3.0, 0.1


def detrend(
    time: np.ndarray,
    flux: np.ndarray,
    window: float,
    mask: np.ndarray | None = None,
    break_gap: float = 0.5,
) -> np.ndarray:
    """Return light curves divided by their trends.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times of all curves [d].
    flux : ndarray, (n, T) or (T,)
        Flux, NaN where it is not to be used.
    window : float
        Width of the sliding window [d]; three times the longest transit or more.
    mask : ndarray of bool, like ``flux``, optional
        Points left out of the fit, such as those in transit.
    break_gap : float, default 0.5
        A gap longer than this [d] starts a new segment with a trend of its own.

    Returns
    -------
    ndarray, like ``flux``
        Float64, about 1.
    """
    return flux / running_trend(time, flux, window, mask, break_gap)


def running_trend(
    time: np.ndarray,
    flux: np.ndarray,
    window: float,
    mask: np.ndarray | None = None,
    break_gap: float = 0.5,
) -> np.ndarray:
    """Return the trends of light curves; see `detrend`."""
    curves = np.atleast_2d(np.asarray(flux, dtype=np.float64))
    used = np.isfinite(curves)
    if mask is not None:
        used &= ~np.atleast_2d(mask)
    # What is masked altogether has no trend to be found but that of all its points.
    hopeless = used.sum(axis=1) < FEWEST_POINTS
    used[hopeless] = np.isfinite(curves[hopeless])
    trend = np.empty_like(curves)
    starts = np.flatnonzero(np.diff(time, prepend=-np.inf) > break_gap)
    for start, stop in zip(starts, [*starts[1:], len(time)], strict=True):
        part = slice(start, stop)
        trend[:, part] = _segment_trend(time[part], curves[:, part], used[:, part], window)
    return trend.reshape(np.shape(flux))


@dataclass(frozen=True)
class _Windows:
    """The sliding windows of a segment: points (K, M), which of them count, and distances."""

    knots: np.ndarray
    points: np.ndarray
    inside: np.ndarray
    distance: np.ndarray


def _segment_trend(
    time: np.ndarray, flux: np.ndarray, used: np.ndarray, window: float
) -> np.ndarray:
    windows = _windows(time, window)
    typical = np.nan_to_num(_masked_median(flux, np.isfinite(flux)), nan=1.0)[:, None]
    # Differences from the median are small enough for single precision, and twice as fast.
    offset = (flux - typical).astype(np.float32)
    block = max(1, BLOCK_VALUES // windows.points.size)
    level = np.concatenate(
        [
            _local_lines(offset[first : first + block], used[first : first + block], windows)
            for first in range(0, len(flux), block)
        ]
    )
    level = typical + _filled(level)
    if len(windows.knots) == 1:
        return np.repeat(level, len(time), axis=1)
    return PchipInterpolator(windows.knots, level, axis=1)(time)


def _windows(time: np.ndarray, window: float) -> _Windows:
    span = time[-1] - time[0]
    count = max(1, round(span / window * KNOTS_PER_WINDOW)) + 1 if span > 0 else 1
    knots = np.linspace(time[0], time[-1], count) if count > 1 else time[:1]
    first = np.searchsorted(time, knots - window / 2, "left")
    last = np.searchsorted(time, knots + window / 2, "right")
    points = first[:, None] + np.arange(max(1, int((last - first).max())))
    inside = points < last[:, None]
    points = np.minimum(points, len(time) - 1)
    distance = ((time[points] - knots[:, None]) / window).astype(np.float32)
    return _Windows(knots, points, inside, distance)


def _local_lines(flux: np.ndarray, used: np.ndarray, windows: _Windows) -> np.ndarray:
    """Return the biweight lines' values at the knots (n, K), NaN where points are too few."""
    values = flux[:, windows.points]
    counts = used[:, windows.points] & windows.inside
    enough = counts.sum(axis=-1) >= FEWEST_POINTS
    level = _masked_median(values, counts)
    scale = TUKEY_CONSTANT * _masked_median(np.abs(values - level[..., None]), counts)
    values = np.where(counts, values, np.float32(0))
    slope = np.zeros_like(level)
    for _ in range(ITERATIONS):
        residual = values - level[..., None] - slope[..., None] * windows.distance
        # Scatter on the scale of rounding must not divide by zero.
        weight = 1 - (residual / np.maximum(scale, np.float32(1e-9))[..., None]) ** 2
        weight = np.where(counts, np.square(np.maximum(weight, 0)), np.float32(0))
        level, slope = _weighted_line(weight, windows.distance, values, level)
    return np.where(enough, level, np.nan).astype(np.float64)


def _weighted_line(
    weight: np.ndarray, distance: np.ndarray, values: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return value at distance 0 and slope of weighted least squares along the last axis."""
    total = weight.sum(axis=-1)
    safe = np.maximum(total, np.float32(1e-12))
    centre = np.einsum("nkm,km->nk", weight, distance) / safe
    mean = np.einsum("nkm,nkm->nk", weight, values) / safe
    second = np.einsum("nkm,km->nk", weight, distance**2) / safe - centre**2
    cross = np.einsum("nkm,nkm,km->nk", weight, values, distance) / safe - centre * mean
    # Points all to one side of a knot say too little of a slope to be extrapolated by it.
    steady = (second > 0.003) & (np.abs(centre) < 3 * np.sqrt(np.maximum(second, 0)))
    slope = np.where(steady, cross / np.where(steady, second, 1.0), 0.0)
    return np.where(total > 0, mean - slope * centre, level), slope


def _masked_median(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return medians along the last axis of the values that count, NaN where none does."""
    ordered = np.sort(np.where(counts, values, np.inf), axis=-1)
    number = counts.sum(axis=-1)
    picks = np.stack([np.maximum(number - 1, 0) // 2, number // 2], axis=-1)
    picks = np.minimum(picks, values.shape[-1] - 1)
    middle = np.take_along_axis(ordered, picks, axis=-1).mean(axis=-1)
    return np.where(number > 0, middle, np.nan)


def _filled(level: np.ndarray) -> np.ndarray:
    """Return the knots' values with what is missing interpolated from the others, or 0."""
    position = np.arange(level.shape[1])
    filled = level.copy()
    for row in np.flatnonzero(np.isnan(level).any(axis=1)):
        known = np.isfinite(level[row])
        filled[row] = (
            np.interp(position, position[known], level[row, known]) if known.any() else 0.0
        )
    return filled


def in_transit(
    time: np.ndarray, period: ArrayLike, epoch: ArrayLike, width: ArrayLike
) -> np.ndarray:
    """Return which points are within half a width of a transit.

    Parameters
    ----------
    time : ndarray, (T,)
        Times [d].
    period, epoch, width : array_like, (n,)
        Period, time of a transit's centre, and full width about it [d].

    Returns
    -------
    ndarray of bool, (n, T)
    """
    period, epoch, width = (
        np.atleast_1d(np.asarray(value, float))[:, None] for value in (period, epoch, width)
    )
    phase = np.mod(time - epoch + period / 2, period) - period / 2
    return np.abs(phase) < width / 2


def robust_scatter(values: np.ndarray) -> np.ndarray:
    """Return 1.4826 times the median absolute deviation along the last axis; NaN is left out."""
    finite = np.isfinite(values)
    centre = _masked_median(values, finite)
    return 1.4826 * _masked_median(np.abs(values - centre[..., None]), finite)


def clip_outliers(flux: np.ndarray, limit: float = 4.0) -> np.ndarray:
    """Return detrended light curves with upward outliers set to NaN.

    Downward ones stay: transits and eclipses are outliers too.

    Parameters
    ----------
    flux : ndarray, (..., T)
        Detrended flux.
    limit : float, default 4
        Robust standard deviations above the median from where a point is an outlier.
    """
    offset = flux - _masked_median(flux, np.isfinite(flux))[..., None]
    with np.errstate(invalid="ignore"):
        return np.where(offset > limit * robust_scatter(flux)[..., None], np.nan, flux)


def lone_dips(time: np.ndarray, flat: np.ndarray, limit: float = 20.0) -> np.ndarray:
    """Return the points of a detrended curve that are far too low while their neighbours are not.

    Transits that a search can find last for more than one cadence; a single low point is a lost
    cadence or a defect, and deep ones would hide every transit.

    Parameters
    ----------
    time, flat : ndarray, (T,)
        Ascending times [d] and detrended flux, all finite.
    limit : float, default 20
        Robust standard deviations below the median from where a point is far too low.

    Returns
    -------
    ndarray of bool, (T,)
        At the edge of a gap one neighbour is enough; a point without any is never one.
    """
    offset = (flat - np.median(flat)) / max(float(robust_scatter(flat)), 1e-12)
    steps = np.diff(time)
    near = np.concatenate([[False], steps < CLOSE_CADENCES * np.median(steps), [False]])
    # Beside a lost cadence, one in transit is usual.
    usual = np.minimum(-USUAL_SCATTER, USUAL_SHARE * offset)
    padded = np.concatenate([[-np.inf], offset, [-np.inf]])
    before, after = near[:-1] & (padded[:-2] > usual), near[1:] & (padded[2:] > usual)
    alone = (before | ~near[:-1]) & (after | ~near[1:]) & (before | after)
    return (offset < -limit) & alone
