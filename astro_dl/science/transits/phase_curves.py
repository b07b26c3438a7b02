"""Folded light curves that are known only as views, and other views made of them.

Published sets hold views and no light curves. Where their bins lie otherwise than ours, theirs are
joined to one curve over the phase, each where it is finest, and ours are read off it.
"""

from dataclasses import dataclass

import numpy as np

from astro_dl.science.transits.search.trapezoids import fit_trapezoids
from astro_dl.science.transits.views import (
    Ephemeris,
    ViewShape,
    free_of_transit,
    secondary_phase,
)

FIRST_GUESS = 1.4
"""Full duration in units of that of a search by transit least squares, where the fit begins."""

LONGEST_SHARE = 0.17
SEARCHED_PHASES = 402


@dataclass(frozen=True)
class PhaseCurves:
    """Light curves over the phase, median 0 and transits of depth 1.

    Parameters
    ----------
    whole : ndarray, (n, bins)
        One period, the transit in the middle.
    transit, half : ndarray, (n, bins)
        About the transit and about half phase, finer.
    reach : ndarray, (n,)
        How far both reach to either side [periods].
    """

    whole: np.ndarray
    transit: np.ndarray
    half: np.ndarray
    reach: np.ndarray

    def at(self, phase: np.ndarray) -> np.ndarray:
        """Return the flux at phases (n, k) [periods from the transit], where it is known finest."""
        phase = phase - np.round(phase)
        opposite = phase - 0.5 * np.where(phase < 0, -1, 1)
        reach = self.reach[:, None]
        flux = _interpolated(self.whole, phase / 0.5)
        flux = np.where(np.abs(opposite) < reach, _interpolated(self.half, opposite / reach), flux)
        return np.where(np.abs(phase) < reach, _interpolated(self.transit, phase / reach), flux)


def refold(
    curves: PhaseCurves, given: Ephemeris, shape: ViewShape
) -> tuple[Ephemeris, dict[str, np.ndarray]]:
    """Return ephemerides whose durations are from first to last contact, and views about them.

    Parameters
    ----------
    curves : PhaseCurves
        What is known.
    given : Ephemeris
        With durations of any definition: only their scale matters.
    shape : ViewShape
        Bins of the views.

    Returns
    -------
    ephemeris : Ephemeris
        With the epochs and durations of trapezoids fitted to the curves [d].
    views : dict of ndarray
        ``local``, ``secondary`` and ``half_phase`` as of
        `astro_dl.science.transits.views.fold_views`, (n, bins), on the scale of the curves.
    """
    when = _fitted(curves, given)
    shift = ((when.epoch - given.epoch) / when.period)[:, None]
    reach = np.minimum(0.5, shape.local_reach * when.duration / when.period)
    width = shape.local_bin_width * when.duration / when.period
    local = _centres(-reach, reach, width, shape.local_bins)
    middle, limit = _secondary(curves, when, shift), free_of_transit(when) / when.period
    reach = np.minimum(0.5, shape.secondary_reach * when.duration / when.period)
    low, high = np.maximum(middle - reach, -limit), np.minimum(middle + reach, limit)
    secondary = 0.5 + _centres(low, high, width, shape.local_bins)
    phases = {"local": local, "secondary": secondary, "half_phase": local + 0.5}
    return when, {name: curves.at(phase + shift) for name, phase in phases.items()}


def _fitted(curves: PhaseCurves, given: Ephemeris) -> Ephemeris:
    """Return the ephemerides of trapezoids fitted to what is known about the transit."""
    unit = curves.reach * given.period / 2
    bins = curves.transit.shape[1]
    start = np.minimum(FIRST_GUESS * given.duration, LONGEST_SHARE * given.period)
    fit = fit_trapezoids(
        2 * _positions(bins),
        1 + curves.transit.astype(float),
        Ephemeris(given.period / unit, np.zeros(len(unit)), start / unit),
    )
    found = fit.ephemeris
    return Ephemeris(given.period, given.epoch + found.epoch * unit, found.duration * unit)


def _secondary(curves: PhaseCurves, when: Ephemeris, shift: np.ndarray) -> np.ndarray:
    """Return where the deepest other dip is, from half phase [periods]."""
    phase = (np.arange(SEARCHED_PHASES) + 0.5) / SEARCHED_PHASES
    one = np.ones(len(shift))
    folded = Ephemeris(one, 0 * one, when.duration / when.period)
    return secondary_phase(phase, 1 + curves.at(phase + shift).astype(float), folded) - 0.5


def _centres(low: np.ndarray, high: np.ndarray, width: np.ndarray, bins: int) -> np.ndarray:
    """Return the centres (n, bins) of bins, the first starting at low, the last ending at high."""
    middle, half = (low + high) / 2, np.maximum(high - low - width, 0) / 2
    return middle[:, None] + half[:, None] * np.linspace(-1, 1, bins)


def _positions(bins: int) -> np.ndarray:
    """Return the centres of bins side by side, in units of the reach."""
    return (np.arange(bins) + 0.5) / bins * 2 - 1


def _interpolated(view: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Return views between their bins, at positions (n, k) from −1 to 1."""
    last = view.shape[1] - 1
    place = np.clip((position + 1) / 2 * view.shape[1] - 0.5, 0, last)
    left = np.minimum(place.astype(int), last - 1)
    below, above = (np.take_along_axis(view, left + side, 1) for side in (0, 1))
    return below + (place - left) * (above - below)
