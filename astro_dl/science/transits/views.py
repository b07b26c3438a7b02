"""Views of folded light curves: medians in overlapping bins, for simulated and real curves alike.

The views are those of Shallue & Vanderburg (2018), AJ 155, 94, section 3.3, with the bins that Yu
et al. (2019), AJ 158, 25, chose for full-frame images: local views reach 2 durations to either side
instead of 4, the view of the secondary eclipse 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

VIEWS = ("global", "local", "secondary", "half_phase", "odd", "even")
CEILING = 5.0
SECONDARY_STEPS = 400
FEWEST_IN_SECONDARY = 5
BLOCK_VALUES = 400_000


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

    phase: np.ndarray
    flux: np.ndarray
    number: np.ndarray
    period: np.ndarray

    def index(self, values: np.ndarray) -> np.ndarray:
        """Return how many points of each curve come before these phases (n, k) [d]."""
        rows = np.arange(len(self.phase))[:, None]
        # One sorted line of all curves, each in a stretch of its own.
        stretch = 2 * float(self.period.max())
        half = self.period[:, None] / 2
        line = (np.minimum(self.phase, half) + rows * stretch).ravel()
        found = np.searchsorted(line, (np.clip(values, -half, half) + rows * stretch).ravel())
        found = found.reshape(values.shape) - rows * self.phase.shape[1]
        return np.clip(found, 0, self.number[:, None])

    def level(self) -> np.ndarray:
        """Return the median flux of each curve, (n, 1); 1 where it has no good point."""
        with np.errstate(invalid="ignore"):
            ordered = np.sort(self.flux, axis=1)
        return np.nan_to_num(_middle(ordered, self.number), nan=1.0)[:, None]


def fold_views(
    time: np.ndarray,
    flux: np.ndarray,
    ephemeris: Ephemeris,
    views: Sequence[str] = ("global", "local"),
    shape: ViewShape = ViewShape(),
) -> dict[str, np.ndarray]:
    """Return views of detrended light curves, median 0 and minimum −1.

    Parameters
    ----------
    time : ndarray, (T,)
        Times of all curves [d].
    flux : ndarray, (n, T)
        Detrended flux about 1; NaN is left out.
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
    dict of ndarray
        (n, bins) float32 for each view. Bins overlap or leave gaps as their widths make them; empty
        bins have the median of all points. The median is subtracted and the result divided by the
        absolute of the minimum; a view without variation is 0. Values are limited to 5.
    """
    flux = np.atleast_2d(flux)
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
    return {view: np.concatenate([block[view] for block in blocks]) for view in views}


def _fold_block(
    time: np.ndarray, flux: np.ndarray, when: Ephemeris, views: Sequence[str], shape: ViewShape
) -> dict[str, np.ndarray]:
    made: dict[str, np.ndarray] = {}
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
        made["half_phase"] = _scaled(half, np.minimum(half, local))
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
            made[name] = _scaled(view, np.minimum(*pair))
    return {name: made[name].astype(np.float32) for name in views}


def _secondary_view(opposite: _Folded, when: Ephemeris, shape: ViewShape) -> np.ndarray:
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
    ends = np.stack([-limit, limit], axis=1)
    first, last = (opposite.index(ends)[:, [side]] for side in (0, 1))
    start, stop = (np.clip(opposite.index(centres + side * half), first, last) for side in (-1, 1))
    around = np.clip(opposite.index(centres + 2 * half), first, last) - np.clip(
        opposite.index(centres - 2 * half), first, last
    )
    number = np.maximum(last - first, 1)
    total = np.cumsum(np.nan_to_num(opposite.flux - opposite.level()), axis=1)
    total = np.pad(total, ((0, 0), (1, 0)))
    deviation = np.take_along_axis(total, stop, 1) - np.take_along_axis(total, start, 1)
    share = np.clip((stop - start + 1) / number, 0, 0.999)
    strength = (np.minimum(deviation, 0) / number) ** 2 / (share * (1 - share))
    strength[(around < FEWEST_IN_SECONDARY) | (stop <= start)] = 0
    best = strength.argmax(axis=1)
    found = strength.max(axis=1) > 0
    return np.where(found, centres[np.arange(len(best)), best], 0.0)


def count_in_local_bins(
    time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris, shape: ViewShape = ViewShape()
) -> np.ndarray:
    """Return the number of points in each bin of the local view, (n, bins)."""
    reach = np.minimum(ephemeris.period / 2, shape.local_reach * ephemeris.duration)
    folded = _fold(time, np.atleast_2d(flux), ephemeris.period, ephemeris.epoch)
    width = shape.local_bin_width * ephemeris.duration
    return _medians(folded, -reach, reach, width, shape.local_bins)[1]


def _fold(time: np.ndarray, flux: np.ndarray, period: np.ndarray, epoch: np.ndarray) -> _Folded:
    half = period[:, None] / 2
    phase = np.mod(time - epoch[:, None] + half, period[:, None]) - half
    good = np.isfinite(flux)
    phase = np.where(good, phase, np.inf)
    order = np.argsort(phase, axis=1)
    return _Folded(
        np.take_along_axis(phase, order, 1),
        np.take_along_axis(flux, order, 1),
        good.sum(axis=1),
        period,
    )


def _medians(
    folded: _Folded,
    low: np.ndarray,
    high: np.ndarray,
    width: np.ndarray,
    bins: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return medians in bins of this width from ``low`` to ``high``, and their numbers of points.

    The first bin starts at ``low``, the last ends at ``high``.
    """
    step = (high - low - width) / (bins - 1)
    left = low[:, None] + step[:, None] * np.arange(bins)
    edges = np.stack([left, left + width[:, None]])
    start, stop = (folded.index(edge) for edge in edges)
    number = np.maximum(stop - start, 0)
    medians = np.empty(start.shape)
    # Curves are taken together with others of as full bins: the fullest sets the work for all.
    order = np.argsort(number.max(axis=1))
    for rows in np.array_split(order, max(1, len(order) // 16)):
        inside = np.arange(max(1, int(number[rows].max())))
        picked = start[rows][..., None] + inside
        counts = inside < number[rows][..., None]
        picked = np.minimum(picked, folded.flux.shape[1] - 1).reshape(len(rows), -1)
        values = np.take_along_axis(folded.flux[rows], picked, 1).reshape(counts.shape)
        medians[rows] = _middle(np.sort(np.where(counts, values, np.inf), axis=-1), number[rows])
    return np.where(number > 0, medians, folded.level()), number


def _middle(ordered: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the medians of the first ``number`` of sorted values, NaN of none."""
    picks = np.stack([np.maximum(number - 1, 0) // 2, number // 2], axis=-1)
    picks = np.minimum(picks, ordered.shape[-1] - 1)
    with np.errstate(invalid="ignore"):
        middle = np.take_along_axis(ordered, picks, axis=-1).mean(axis=-1)
    return np.where(number > 0, middle, np.nan)


def _centred(view: np.ndarray) -> np.ndarray:
    return view - np.median(view, axis=1, keepdims=True)


def _scaled(view: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return a view divided by the depth of the reference, 0 where that has none."""
    depth = -reference.min(axis=1, keepdims=True)
    return np.where(depth > 0, np.minimum(view / np.where(depth > 0, depth, 1), CEILING), 0.0)
