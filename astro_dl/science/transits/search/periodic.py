"""Search of one light curve for transits, one signal after the other, by box least squares."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from astro_dl.science.transits.search.box_spectrum import (
    LARGEST_SHARE,
    LONG_BOXES,
    USUAL_BOXES,
    Boxes,
    best_box,
    box_spectrum,
    frequency_grid,
    outstanding,
)
from astro_dl.science.transits.search.coverage import (
    FEWEST_POINTS,
    LONGEST_STRETCH_DAYS,
    aliases,
    incoherent_spectrum,
    is_sparse,
    longest_stretch,
)
from astro_dl.science.transits.search.flattening import SearchedCurve
from astro_dl.science.transits.search.refinement import fitted, signal_of, simplest, tuned
from astro_dl.science.transits.search.signals import Signal, observed_cycles, with_harmonic
from astro_dl.science.transits.search.trapezoids import fit_trapezoids
from astro_dl.science.transits.views import Ephemeris

FEWEST_CADENCES = 1.5
SHORTEST_PERIOD, SEARCHED_FRACTION = 0.5, 0.7
RED_SHARE = 6 / 7
ALIAS_RANGE = 0.1
DISTINGUISHED = 25.0
"""Difference of χ² by which one alias of a period is better than the others: five sigma."""


def search_transits(
    time: np.ndarray,
    flux: np.ndarray,
    *,
    window: float = 1.5,
    period_range: tuple[float, float] | None = None,
    fewest_snr: float = 7.0,
    most_signals: int = 5,
) -> list[Signal]:
    """Return the transit signals of a light curve, strongest first.

    The curve is detrended without knowledge of transits and searched, in a longer window once more
    for transits of 8 to 16 h. What stands out is measured with a trend that is carried across its
    transits, in the noise of their scale, and the strongest is told; its transits are masked, and
    the rest is searched. Where one transit alone explains more than it does together with others at
    a period, it is a single one.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Ascending times [d] and flux before detrending; NaN is left out.
    window : float, default 1.5
        Of the detrending [d]; four durations of a signal where these are longer.
    period_range : tuple of float, optional
        Default half a day to `longest_period` [d].
    fewest_snr : float, default 7
        Search ends at the first signal below; or below six sevenths of it in the noise on the scale
        of its transits.
    most_signals : int, default 5
        Search ends after so many.

    Returns
    -------
    list of Signal
        None of fewer than 50 points.
    """
    good = np.isfinite(flux)
    time, flux = time[good], flux[good]
    if len(time) < FEWEST_POINTS:
        return []
    curve = SearchedCurve(time, flux, window, np.zeros(len(time), bool))
    found: list[Signal] = []
    for _ in range(most_signals):
        signal = _strongest(curve, period_range)
        if signal is None or min(signal.snr, signal.red_snr / RED_SHARE) < fewest_snr:
            break
        found.append(with_harmonic(signal, found))
        curve = curve.without(signal)
    return found


def longest_period(time: np.ndarray) -> float:
    """Return the longest period searched by default [d].

    70% of the baseline, or of the longest stretch where most of the baseline is gaps: of longer
    periods too few transits are seen to tell them from each other.
    """
    covered = longest_stretch(time) if is_sparse(time) else float(time[-1] - time[0])
    return SEARCHED_FRACTION * covered


def locate_transit(
    time: np.ndarray,
    flux: np.ndarray,
    period: float,
    epoch: float | None = None,
    duration: float | None = None,
    window: float = 1.5,
) -> Signal:
    """Return the signal of a known period; what else is unknown is taken from the best box.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Ascending times [d] and flux before detrending; NaN is left out.
    period : float
        Period [d].
    epoch, duration : float, optional
        Time of a transit's centre and full duration [d].
    window : float, default 1.5
        Of the detrending [d].
    """
    good = np.isfinite(flux)
    time, flux = time[good], flux[good]
    curve = SearchedCurve(time, flux, window, np.zeros(len(time), bool))
    if epoch is None or duration is None:
        flat = curve.flat()
        kept = np.isfinite(flat)
        best = best_box(time[kept], flat[kept], period, duration)
        epoch = best[0] if epoch is None else epoch
        duration = best[1] if duration is None else duration
    known = Signal(period, epoch, duration, 0.0, 0.0, 0)
    flat = curve.flat_about(known)
    fit = fit_trapezoids(time, flat[None], known.ephemeris)
    cycles = observed_cycles(time, flat, known.ephemeris)
    depth, snr = float(fit.depth[0]), float(fit.snr[0])
    return curve.with_red_noise(flat, replace(known, depth=depth, snr=snr, transits=len(cycles)))


def _strongest(curve: SearchedCurve, period_range: tuple[float, float] | None) -> Signal | None:
    """Return the signal of the highest ratio."""
    time = curve.time[~curve.masked]
    if len(time) < FEWEST_POINTS:
        return None
    least = FEWEST_CADENCES * float(np.median(np.diff(time)))
    shortest, longest = period_range or (SHORTEST_PERIOD, longest_period(time))
    signals: list[Signal] = []
    best: Signal | None = None
    for boxes in (USUAL_BOXES, LONG_BOXES):
        own = [
            one
            for one in _signals(curve, boxes, shortest, longest)
            if one.transits >= 2 and one.duration > least
        ]
        if own:
            one = _past_itself(curve, max(own, key=lambda signal: signal.red_snr))
            best = one if best is None or one.red_snr > best.red_snr else best
        signals += own
    if best is None:
        return None
    flat = curve.flat_about(best)
    alone = _strongest_transit(curve.time, flat, best)
    if alone.snr > best.snr and alone.duration > least:
        return curve.with_red_noise(flat, alone)
    return replace(best, ambiguous=is_sparse(time) and _has_alias(time, best, signals))


def _past_itself(curve: SearchedCurve, signal: Signal) -> Signal:
    """Return a signal as measured with a trend that its own transits do not bend."""
    flat = curve.flat_about(signal)
    fit = tuned(curve.time, flat, signal.ephemeris)
    return curve.with_red_noise(flat, signal_of(curve.time, flat, fit))


def _signals(
    curve: SearchedCurve, boxes: Boxes, shortest: float, longest: float
) -> Iterator[Signal]:
    """Yield what stands out in the spectra of some boxes."""
    shortest = max(shortest, boxes.longest / LARGEST_SHARE)
    if shortest >= longest and boxes.days:
        return
    time, flat = curve.time, curve.flat(boxes.longest)
    good = np.isfinite(flat)
    for period, epoch, duration in _candidates(time[good], flat[good], shortest, longest, boxes):
        start = Ephemeris(*(np.array([value]) for value in (period, epoch, duration)))
        signal = signal_of(time, flat, tuned(time, flat, start))
        yield curve.with_red_noise(flat, simplest(time, flat, signal, shortest))


def _strongest_transit(time: np.ndarray, flux: np.ndarray, signal: Signal) -> Signal:
    """Return the strongest transit of a signal as the only one.

    Of equal transits it explains the n-th part of what they do together; it explains more than all
    where the others are less than 0.41 (of two) or 0.24 (of ten) as deep.
    """
    half = signal.period / 2
    found: list[Signal] = []
    for cycle in observed_cycles(time, flux, signal.ephemeris):
        epoch = signal.epoch + cycle * signal.period
        near = np.abs(time - epoch) < half
        found += fitted(time[near], flux[near], signal.period, epoch, signal.duration)
    best = max(found, key=lambda one: one.snr, default=signal)
    good = time[np.isfinite(flux)]
    beyond = max(best.epoch - good[0], good[-1] - best.epoch) + best.duration / 2
    return replace(best, period=float(beyond), transits=1)


def _candidates(
    time: np.ndarray, flux: np.ndarray, shortest: float, longest: float, boxes: Boxes
) -> Iterator[tuple[float, float, float]]:
    """Yield period, epoch and duration of what stands out in the box spectra [d]."""
    longest = max(longest, shortest * 1.01)
    baseline = float(time[-1] - time[0])
    if baseline <= LONGEST_STRETCH_DAYS and not is_sparse(time):
        yield from _outstanding_boxes(time, flux, baseline, (shortest, longest), boxes)
        return
    stretch = longest_stretch(time)
    covered = max(min(longest, SEARCHED_FRACTION * stretch), shortest * 1.01)
    periods = frequency_grid(stretch, shortest, covered, boxes.oversampling)
    power, _, durations = incoherent_spectrum(time, flux, periods, boxes)
    for peak in outstanding(power, boxes.peaks):
        yield from aliases(time, flux, float(periods[peak]), float(durations[peak]), boxes)
    if longest > covered:
        yield from _outstanding_boxes(time, flux, baseline, (covered, longest), boxes)


def _outstanding_boxes(
    time: np.ndarray,
    flux: np.ndarray,
    baseline: float,
    period_range: tuple[float, float],
    boxes: Boxes,
) -> Iterator[tuple[float, float, float]]:
    periods = frequency_grid(baseline, *period_range, boxes.oversampling)
    power, epochs, durations = box_spectrum(time, flux, periods, boxes)
    for peak in outstanding(power, boxes.peaks):
        yield float(periods[peak]), float(epochs[peak]), float(durations[peak])


def _has_alias(time: np.ndarray, best: Signal, others: Sequence[Signal]) -> bool:
    """Whether a period near the best one, but out of phase across the gaps, fits as well."""
    apart = np.array([abs(other.period / best.period - 1) for other in others])
    as_good = np.array([other.snr**2 > best.snr**2 - DISTINGUISHED for other in others])
    out_of_phase = apart * np.ptp(time) > best.duration
    return bool(np.any(as_good & out_of_phase & (apart < ALIAS_RANGE)))
