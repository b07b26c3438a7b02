"""Views of folded light curves: medians in overlapping bins, for simulated and real curves alike.

The views are those of Shallue & Vanderburg (2018), AJ 155, 94, section 3.3, with the bins that Yu
et al. (2019), AJ 158, 25, chose for full-frame images: local views reach 2 durations to either side
instead of 4, the view of the secondary eclipse 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.data.namespace import namespace_of, on_host
from astro_dl.science.transits.detrending import masked_median, middle

VIEWS = ("global", "local", "secondary", "half_phase", "odd", "even")
CEILING = 5.0
SECONDARY_STEPS = 400
FEWEST_IN_SECONDARY = 5
BLOCK_VALUES = 400_000
_LAST = 2**31 - 1


@dataclass(frozen=True)
class ViewShape:
    """Bins of the views.

    Parameters
    ----------
    global_bins, local_bins : int, defaults 201 and 61
        Bins of the global view, and of each of the others.
    global_bin_width : float, default 1.2
        Width of a global bin, in units of their spacing if they did not overlap (period / bins).
    local_bin_width : float, default 0.16
        Width of a bin of the other views [durations].
    local_reach, secondary_reach : float, defaults 2 and 4
        How far the local views, and the one of the secondary, reach to either side [durations]; at
        most half a period.
    """

    global_bins: int = 201
    local_bins: int = 61
    global_bin_width: float = 1.2
    local_bin_width: float = 0.16
    local_reach: float = 2.0
    secondary_reach: float = 4.0

    def bins(self, view: str) -> int:
        """Return the length of a view."""
        return self.global_bins if view == "global" else self.local_bins


@dataclass(frozen=True)
class Ephemeris:
    """When transits are, one for each light curve.

    Parameters
    ----------
    period, epoch, duration : ndarray, (n,)
        Period, time of the centre of a transit, and its full duration [d].
    """

    period: np.ndarray
    epoch: np.ndarray
    duration: np.ndarray

    def take(self, indices: slice | np.ndarray) -> "Ephemeris":
        """Return those at these indices."""
        return Ephemeris(self.period[indices], self.epoch[indices], self.duration[indices])


@dataclass(frozen=True)
class _Folded:
    """Light curves in order of phase: (n, T) and (n, T), the first ``number`` of each good."""

    phase: Any
    flux: Any
    number: Any
    period: np.ndarray

    def index(self, values: np.ndarray) -> Any:
        """Return how many points of each curve come before these phases (n, k) [d]."""
        if namespace_of(self.phase) is not np:
            wanted = _in_small_steps(values, self.period[:, None])
            found = _number_below(self.phase, wanted)
            return namespace_of(found).minimum(found, self.number[:, None])
        rows = np.arange(len(self.phase))[:, None]
        # One sorted line of all curves, each in a stretch of its own.
        stretch = 2 * float(self.period.max())
        half = self.period[:, None] / 2
        line = (np.minimum(self.phase, half) + rows * stretch).ravel()
        found = np.searchsorted(line, (np.clip(values, -half, half) + rows * stretch).ravel())
        found = found.reshape(values.shape) - rows * self.phase.shape[1]
        return np.clip(found, 0, self.number[:, None])

    def level(self) -> Any:
        """Return the median flux of each curve, (n, 1); 1 where it has no good point."""
        xp = namespace_of(self.flux)
        median = masked_median(self.flux, xp.isfinite(self.flux))
        return xp.where(self.number > 0, median, 1.0)[:, None]


def fold_views(
    time: np.ndarray,
    flux: Any,
    ephemeris: Ephemeris,
    views: Sequence[str] = ("global", "local"),
    shape: ViewShape = ViewShape(),
) -> dict[str, Any]:
    """Return views of detrended light curves, median 0 and minimum −1.

    Parameters
    ----------
    time : ndarray, (T,)
        Times of all curves [d].
    flux : ndarray or tensor, (n, T)
        Detrended flux about any level; NaN is left out. Tensors are sorted, and medians taken, on
        their device; their phases are computed in memory, in float64.
    ephemeris : Ephemeris
        Of each curve.
    views : sequence of str
        Among ``global`` (one period), ``local`` (about the transit), ``secondary`` (about the
        deepest other dip of the same duration, as `secondary_phase` finds it), ``half_phase``
        (about half a period after the transit, on the scale of the transit's depth), ``odd`` and
        ``even`` (about every other transit, on the scale of the deeper of the two).
    shape : ViewShape
        Bins.

    Returns
    -------
    dict of ndarray or tensor
        (n, bins) float32 for each view. Bins overlap or leave gaps as their widths make them; empty
        bins have the median of all points. The median is subtracted and the result divided by the
        absolute of the minimum; a view without variation is 0. Values are limited to 5.
    """
    xp = namespace_of(flux)
    flux = np.atleast_2d(flux) if xp is np else flux
    rows = max(1, BLOCK_VALUES // max(1, flux.shape[1]))
    blocks = [
        _fold_block(
            time,
            flux[first : first + rows],
            ephemeris.take(slice(first, first + rows)),
            views,
            shape,
        )
        for first in range(0, len(flux), rows)
    ]
    return {view: xp.concatenate([block[view] for block in blocks]) for view in views}


def _fold_block(
    time: np.ndarray, flux: Any, when: Ephemeris, views: Sequence[str], shape: ViewShape
) -> dict[str, Any]:
    xp = namespace_of(flux)
    made: dict[str, Any] = {}
    width = shape.local_bin_width * when.duration
    reach = np.minimum(when.period / 2, shape.local_reach * when.duration)
    bins = shape.local_bins
    if {"global", "local", "half_phase"} & set(views):
        folded = _fold(time, flux, when.period, when.epoch)
        local = _centred(_medians(folded, -reach, reach, width, bins)[0])
        made["local"] = _scaled(local, local)
    if "global" in views:
        spacing = when.period / shape.global_bins * shape.global_bin_width
        whole = _medians(folded, -when.period / 2, when.period / 2, spacing, shape.global_bins)[0]
        made["global"] = _scaled(_centred(whole), _centred(whole))
    if {"secondary", "half_phase"} & set(views):
        opposite = _fold(time, flux, when.period, when.epoch + when.period / 2)
    if "half_phase" in views:
        half = _centred(_medians(opposite, -reach, reach, width, bins)[0])
        made["half_phase"] = _scaled(half, xp.minimum(half, local))
    if "secondary" in views:
        made["secondary"] = _secondary_view(opposite, when, shape)
    if {"odd", "even"} & set(views):
        pair = [
            _centred(
                _medians(_fold(time, flux, 2 * when.period, epoch), -reach, reach, width, bins)[0]
            )
            for epoch in (when.epoch, when.epoch + when.period)
        ]
        for name, view in zip(("odd", "even"), pair, strict=True):
            made[name] = _scaled(view, xp.minimum(*pair))
    return {name: made[name].astype(np.float32) if xp is np else made[name] for name in views}


def _secondary_view(opposite: _Folded, when: Ephemeris, shape: ViewShape) -> Any:
    """Return the view about the deepest other dip, cut off where the transit begins and ends."""
    centre, limit = _deepest_event(opposite, when), free_of_transit(when)
    reach = np.minimum(when.period / 2, shape.secondary_reach * when.duration)
    low, high = np.maximum(centre - reach, -limit), np.minimum(centre + reach, limit)
    width = shape.local_bin_width * when.duration
    view = _centred(_medians(opposite, low, high, width, shape.local_bins)[0])
    return _scaled(view, view)


def free_of_transit(when: Ephemeris) -> np.ndarray:
    """Return how far from half phase (n,) [d] there is no flux of the transit."""
    masked = np.where(when.period < 1, 0.5, 1.0) * when.duration
    free = when.period / 2 - np.maximum(masked, 0.1 * when.period)
    return np.maximum(free, 0.1 * when.period)


def secondary_phase(time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris) -> np.ndarray:
    """Return the phase (0 to 1 after the transit) of the deepest dip outside the transit.

    Of all boxes as long as the transit, the dip of the largest signal residue s² / [r (1 − r)]
    (Kovács et al. 2002, eq. 5), farther from the transit than one duration (half of one for
    periods below a day) and a tenth of the period, as Yu et al. (2019) search for it.

    Parameters
    ----------
    time, flux, ephemeris
        As in `fold_views`.

    Returns
    -------
    ndarray, (n,)
        0.5 where there is no such dip.
    """
    half = ephemeris.epoch + ephemeris.period / 2
    opposite = _fold(time, np.atleast_2d(flux), ephemeris.period, half)
    return 0.5 + _deepest_event(opposite, ephemeris) / ephemeris.period


def _deepest_event(opposite: _Folded, when: Ephemeris) -> np.ndarray:
    """Return the time of the event from half phase (n,) [d]; see `secondary_phase`."""
    limit = free_of_transit(when)
    reach = np.maximum(limit - when.duration, 0)
    centres = reach[:, None] * np.linspace(-1, 1, SECONDARY_STEPS)
    half = when.duration[:, None] / 2
    xp = namespace_of(opposite.flux)
    first, last = (opposite.index(end[:, None]) for end in (-limit, limit))
    start, stop, before, after = (
        xp.minimum(xp.maximum(opposite.index(centres + side * half), first), last)
        for side in (-1, 1, -2, 2)
    )
    number = xp.maximum(last - first, 1)
    total = xp.cumsum(xp.nan_to_num(opposite.flux - opposite.level()), axis=1)
    total = xp.pad(total, ((0, 0), (1, 0)))
    deviation = xp.take_along_axis(total, stop, 1) - xp.take_along_axis(total, start, 1)
    share = xp.clip(xp.divide(stop - start + 1, number), 0, 0.999)
    strength = xp.divide(xp.minimum(deviation, 0), number) ** 2 / (share * (1 - share))
    possible = xp.logical_and(after - before >= FEWEST_IN_SECONDARY, stop > start)
    strength = xp.where(possible, strength, 0.0)
    best = on_host(xp.argmax(strength, axis=1))
    found = on_host(xp.max(strength, axis=1)) > 0
    return np.where(found, centres[np.arange(len(best)), best], 0.0)


def count_in_local_bins(
    time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris, shape: ViewShape = ViewShape()
) -> np.ndarray:
    """Return the number of points in each bin of the local view, (n, bins)."""
    reach = np.minimum(ephemeris.period / 2, shape.local_reach * ephemeris.duration)
    folded = _fold(time, np.atleast_2d(flux), ephemeris.period, ephemeris.epoch)
    width = shape.local_bin_width * ephemeris.duration
    return _medians(folded, -reach, reach, width, shape.local_bins)[1]


def _fold(time: np.ndarray, flux: Any, period: np.ndarray, epoch: np.ndarray) -> _Folded:
    half = period[:, None] / 2
    phase = np.mod(time - epoch[:, None] + half, period[:, None]) - half
    xp = namespace_of(flux)
    good = xp.isfinite(flux)
    if xp is np:
        phase = np.where(good, phase, np.inf)
    else:
        phase = xp.where(good, _in_small_steps(phase, period[:, None]), _LAST)
    order = xp.argsort(phase, axis=1)
    return _Folded(
        xp.take_along_axis(phase, order, 1),
        xp.take_along_axis(flux, order, 1),
        xp.sum(good, axis=1),
        period,
    )


def _in_small_steps(phase: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Return phases in steps of 2⁻³² periods, int32.

    Devices may lack float64, and float32 takes many a point beside the edge of a bin for one in it.
    """
    steps = np.ceil(phase / period * 2.0**32)
    return np.clip(steps, -(2**31), _LAST).astype(np.int32)


def _number_below(ordered: Any, values: np.ndarray) -> Any:
    """Return how many of each sorted row (n, T) of a tensor are below values (n, k), int32."""
    xp, length = namespace_of(ordered), ordered.shape[1]
    values = xp.convert_to_tensor(values)
    found = xp.zeros_like(values)
    for power in range(length.bit_length() - 1, -1, -1):
        further = found + 2**power
        last = xp.take_along_axis(ordered, xp.minimum(further, length) - 1, 1)
        fits = xp.logical_and(further <= length, last < values)
        found = xp.where(fits, further, found)
    return found


def _medians(
    folded: _Folded,
    low: np.ndarray,
    high: np.ndarray,
    width: np.ndarray,
    bins: int,
) -> tuple[Any, Any]:
    """Return medians in bins of this width from ``low`` to ``high``, and their numbers of points.

    The first bin starts at ``low``, the last ends at ``high``.
    """
    step = (high - low - width) / (bins - 1)
    left = low[:, None] + step[:, None] * np.arange(bins)
    edges = np.stack([left, left + width[:, None]])
    start, stop = (folded.index(edge) for edge in edges)
    xp = namespace_of(folded.flux)
    number = xp.maximum(stop - start, 0)
    if xp is np:
        medians = np.empty(start.shape)
        # Curves are taken together with others of as full bins: the fullest sets the work for all.
        order = np.argsort(number.max(axis=1))
        for rows in np.array_split(order, max(1, len(order) // 16)):
            fullest = max(1, int(number[rows].max()))
            medians[rows] = _medians_of(folded.flux[rows], start[rows], number[rows], fullest)
    else:
        # To the next power of two: compiling backends compile anew for each shape.
        fullest = 1 << int(xp.max(number)).bit_length()
        medians = _medians_of(folded.flux, start, number, fullest)
    return xp.where(number > 0, medians, folded.level()), number


def _medians_of(flux: Any, start: Any, number: Any, fullest: int) -> Any:
    """Return the medians (n, bins) of so many successive points, ``fullest`` at most."""
    xp = namespace_of(flux)
    inside = np.arange(fullest, dtype=np.int32)
    counts = inside < number[..., None]
    picked = xp.minimum(start[..., None] + inside, flux.shape[1] - 1)
    picked = xp.reshape(picked, (flux.shape[0], -1))
    values = xp.reshape(xp.take_along_axis(flux, picked, 1), counts.shape)
    return middle(xp.sort(xp.where(counts, values, np.inf), axis=-1), number)


def _centred(view: Any) -> Any:
    return view - namespace_of(view).median(view, axis=1, keepdims=True)


def _scaled(view: Any, reference: Any) -> Any:
    """Return a view divided by the depth of the reference, 0 where that has none."""
    xp = namespace_of(view)
    depth = -xp.min(reference, axis=1, keepdims=True)
    return xp.where(depth > 0, xp.minimum(view / xp.where(depth > 0, depth, 1), CEILING), 0.0)
