"""Detrending of light curves: slow trends out, transits left as they are.

The trend is a robust local line: Tukey's biweight (Beaton & Tukey 1974) in a sliding window, the
estimator that Hippke et al. (2019), AJ 158, 143, found best for transits, with a line in place of a
constant so that the ends of a segment are followed as well as its middle. Points within known
transits are left out of the fit, and the trend is carried across them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from astro_dl.data.namespace import namespace_of, on_device, on_host

KNOTS_PER_WINDOW = 6
TUKEY_CONSTANT = 5.0
ITERATIONS = 3
FEWEST_POINTS = 5
BLOCK_VALUES = 100_000
BLOCK_ON_DEVICE = 2**25
CLOSE_CADENCES, USUAL_SCATTER, USUAL_SHARE = 1.6, 3.0, 0.1


def detrend(
    time: np.ndarray,
    flux: Any,
    window: float,
    mask: np.ndarray | None = None,
    break_gap: float = 0.5,
) -> Any:
    """Return light curves divided by their trends.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times of all curves [d].
    flux : ndarray, (n, T) or (T,), or tensor, (n, T)
        Flux, NaN where it is not to be used.
    window : float
        Width of the sliding window [d]; three times the longest transit or more.
    mask : ndarray of bool, like ``flux``, optional
        Points left out of the fit, such as those in transit.
    break_gap : float, default 0.5
        A gap longer than this [d] starts a new segment with a trend of its own.

    Returns
    -------
    ndarray or tensor, like ``flux``
        Float64, about 1; of tensors less 1, lest float32 round off what is shallow.

    Notes
    -----
    Of tensors, lines are fitted on their device, and joined to a trend in memory.
    """
    if namespace_of(flux) is not np:
        return _excess(time, flux, window, mask, break_gap)
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
    used = _used(np.isfinite(curves), mask)
    trend = np.empty_like(curves)
    for part in _segments(time, break_gap):
        windows = _windows(time[part], window)
        typical, offset = _from_median(curves[:, part])
        level = typical + _levels(offset, used[:, part], windows)
        trend[:, part] = _between_knots(windows.knots, level, time[part])
    return trend.reshape(np.shape(flux))


def _excess(
    time: np.ndarray, flux: Any, window: float, mask: np.ndarray | None, break_gap: float
) -> Any:
    """Return tensors of flux over trend less 1, from differences that are small throughout."""
    used = on_device(_used(on_host(namespace_of(flux).isfinite(flux)), mask)) > 0
    segments = []
    for part in _segments(time, break_gap):
        windows = _windows(time[part], window)
        typical, offset = _from_median(flux[:, part])
        level = _levels(offset, used[:, part], windows)
        slow = on_device(_between_knots(windows.knots, level, time[part]))
        segments.append((offset - slow) / (typical + slow))
    return namespace_of(flux).concatenate(segments, axis=1)


def _used(finite: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return which points count in the trend."""
    if mask is None:
        return finite
    used = finite & ~np.atleast_2d(mask)
    # What is masked altogether has no trend to be found but that of all its points.
    hopeless = used.sum(axis=1) < FEWEST_POINTS
    used[hopeless] = finite[hopeless]
    return used


def _segments(time: np.ndarray, break_gap: float) -> list[slice]:
    """Return the stretches of times without a gap longer than this [d]."""
    starts = np.flatnonzero(np.diff(time, prepend=-np.inf) > break_gap)
    return [slice(*ends) for ends in zip(starts, [*starts[1:], len(time)], strict=True)]


@dataclass(frozen=True)
class _Windows:
    """The sliding windows of a segment: points (K, M), which of them count, and distances."""

    knots: np.ndarray
    points: np.ndarray
    inside: np.ndarray
    distance: np.ndarray


def _from_median(flux: Any) -> tuple[Any, Any]:
    """Return the medians (n, 1) of curves, and what these differ by from them, float32."""
    xp = namespace_of(flux)
    known = xp.isfinite(flux)
    typical = xp.where(xp.any(known, axis=1), masked_median(flux, known), 1.0)[:, None]
    # Differences from the median are small enough for single precision, and twice as fast.
    offset = flux - typical
    return typical, offset.astype(np.float32) if xp is np else offset


def _levels(offset: Any, used: Any, windows: _Windows) -> np.ndarray:
    """Return the trend of offsets (n, T) at the knots, (n, K) float64."""
    values = BLOCK_VALUES if namespace_of(offset) is np else BLOCK_ON_DEVICE
    block = max(1, values // windows.points.size)
    level = [
        on_host(_local_lines(offset[first : first + block], used[first : first + block], windows))
        for first in range(0, len(offset), block)
    ]
    return _filled(np.concatenate(level).astype(np.float64))


def _between_knots(knots: np.ndarray, level: np.ndarray, time: np.ndarray) -> np.ndarray:
    if len(knots) == 1:
        return np.repeat(level, len(time), axis=1)
    return PchipInterpolator(knots, level, axis=1)(time)


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


def _local_lines(flux: Any, used: Any, windows: _Windows) -> Any:
    """Return the biweight lines' values at the knots (n, K), NaN where points are too few."""
    xp = namespace_of(flux)
    values = _picked(flux, windows.points)
    counts = xp.logical_and(_picked(used, windows.points), windows.inside)
    enough = xp.sum(counts, axis=-1) >= FEWEST_POINTS
    level = masked_median(values, counts)
    scale = TUKEY_CONSTANT * masked_median(xp.abs(values - level[..., None]), counts)
    values = xp.where(counts, values, np.float32(0))
    slope = xp.zeros_like(level)
    for _ in range(ITERATIONS):
        residual = values - level[..., None] - slope[..., None] * windows.distance
        # Scatter on the scale of rounding must not divide by zero.
        weight = 1 - (residual / xp.maximum(scale, np.float32(1e-9))[..., None]) ** 2
        weight = xp.where(counts, xp.square(xp.maximum(weight, 0)), np.float32(0))
        level, slope = _weighted_line(weight, windows.distance, values, level)
    return xp.where(enough, level, np.nan)


def _picked(values: Any, points: np.ndarray) -> Any:
    """Return the values (n, K, M) at points (K, M) of each row."""
    if isinstance(values, np.ndarray):
        return values[:, points]
    return namespace_of(values).take(values, points, axis=1)


def _weighted_line(weight: Any, distance: np.ndarray, values: Any, level: Any) -> tuple[Any, Any]:
    """Return value at distance 0 and slope of weighted least squares along the last axis."""
    xp = namespace_of(weight)
    total = xp.sum(weight, axis=-1)
    safe = xp.maximum(total, np.float32(1e-12))
    centre = xp.einsum("nkm,km->nk", weight, distance) / safe
    mean = xp.einsum("nkm,nkm->nk", weight, values) / safe
    second = xp.einsum("nkm,km->nk", weight, distance**2) / safe - centre**2
    cross = xp.einsum("nkm,nkm,km->nk", weight, values, distance) / safe - centre * mean
    # Points all to one side of a knot say too little of a slope to be extrapolated by it.
    steady = (second > 0.003) & (xp.abs(centre) < 3 * xp.sqrt(xp.maximum(second, 0)))
    slope = xp.where(steady, cross / xp.where(steady, second, 1.0), 0.0)
    return xp.where(total > 0, mean - slope * centre, level), slope


def masked_median(values: Any, counts: Any) -> Any:
    """Return medians along the last axis of the values that count, NaN where none does."""
    xp = namespace_of(values)
    return middle(xp.sort(xp.where(counts, values, np.inf), axis=-1), xp.sum(counts, axis=-1))


def middle(ordered: Any, number: Any) -> Any:
    """Return the medians of the first ``number`` of sorted values, NaN of none."""
    xp = namespace_of(ordered)
    picks = xp.stack([xp.maximum(number - 1, 0) // 2, number // 2], axis=-1)
    picks = xp.minimum(picks, ordered.shape[-1] - 1)
    with np.errstate(invalid="ignore"):
        halves = xp.mean(xp.take_along_axis(ordered, picks, axis=-1), axis=-1)
    return xp.where(number > 0, halves, np.nan)


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


def robust_scatter(values: Any) -> Any:
    """Return 1.4826 times the median absolute deviation along the last axis; NaN is left out."""
    xp = namespace_of(values)
    finite = xp.isfinite(values)
    centre = masked_median(values, finite)
    return 1.4826 * masked_median(xp.abs(values - centre[..., None]), finite)


def clip_outliers(flux: Any, limit: float = 4.0) -> Any:
    """Return detrended light curves with upward outliers set to NaN.

    Downward ones stay: transits and eclipses are outliers too.

    Parameters
    ----------
    flux : ndarray or tensor, (..., T)
        Detrended flux.
    limit : float, default 4
        Robust standard deviations above the median from where a point is an outlier.
    """
    xp = namespace_of(flux)
    offset = flux - masked_median(flux, xp.isfinite(flux))[..., None]
    with np.errstate(invalid="ignore"):
        return xp.where(offset > limit * robust_scatter(flux)[..., None], np.nan, flux)


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
