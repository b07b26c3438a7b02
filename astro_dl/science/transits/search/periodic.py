"""Search of one light curve for transits, one signal after the other, by box least squares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from astro_dl.science.transits.detrending import clip_outliers, detrend, in_transit
from astro_dl.science.transits.search.box_spectrum import (
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
from astro_dl.science.transits.search.trapezoids import TransitFit, fit_trapezoids
from astro_dl.science.transits.views import Ephemeris

MULTIPLES = (2, 3)
DIVISORS = (2, 3, 4, 5, 6)
FAIR_DEPTH = 0.5
FEWEST_CADENCES = 1.5
TUNING_STEPS = 11
RATIO_TOLERANCE = 0.005
MASKED_DURATIONS = 1.5
SHORTEST_PERIOD, SEARCHED_FRACTION = 0.5, 0.7
ALIAS_RANGE = 0.1
DISTINGUISHED = 25.0
"""Difference of χ² by which one alias of a period is better than the others: five sigma."""


@dataclass(frozen=True)
class Signal:
    """A periodic dip of one light curve.

    Parameters
    ----------
    period, epoch, duration : float
        Period, time of the first transit's centre in the data, full duration [d].
    depth : float
        In units of the flux outside.
    snr : float
        As in `astro_dl.science.transits.search.trapezoids.TransitFit`.
    transits : int
        Number of transits with points in them; where it is 1, the period is the shortest that shows
        no other transit in the data.
    harmonic_of : int
        Position of an earlier signal to whose period this one's is as small whole numbers, with
        transits at some of the same times; −1 of none.
    ambiguous : bool
        Whether another number of periods in a gap of the data fits the transits as well.
    """

    period: float
    epoch: float
    duration: float
    depth: float
    snr: float
    transits: int
    harmonic_of: int = -1
    ambiguous: bool = False

    @property
    def ephemeris(self) -> Ephemeris:
        """The same as arrays of one."""
        return Ephemeris(*(np.array([v]) for v in (self.period, self.epoch, self.duration)))


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

    The curve is detrended without knowledge of transits and searched; what is found is masked, the
    curve detrended again, and the rest searched. Where one transit alone explains more than it does
    together with others at a period, it is a single one.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Ascending times [d] and flux before detrending; NaN is left out.
    window : float, default 1.5
        Of the detrending [d].
    period_range : tuple of float, optional
        Default half a day to `longest_period` [d].
    fewest_snr : float, default 7
        Search ends at the first signal below.
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
    found: list[Signal] = []
    masked = np.zeros(len(time), bool)
    for _ in range(most_signals):
        flat = clip_outliers(detrend(time, flux, window, masked))
        flat[masked] = np.nan
        signal = _strongest(time, flat, period_range)
        if signal is None or signal.snr < fewest_snr:
            break
        found.append(_with_harmonic(signal, found))
        width = MASKED_DURATIONS * signal.duration
        masked |= in_transit(time, signal.period, signal.epoch, width)[0]
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
    if epoch is None or duration is None:
        flat = clip_outliers(detrend(time, flux, window))
        kept = np.isfinite(flat)
        best = best_box(time[kept], flat[kept], period, duration)
        epoch = best[0] if epoch is None else epoch
        duration = best[1] if duration is None else duration
    when = Ephemeris(np.array([period]), np.array([epoch]), np.array([duration]))
    mask = in_transit(time, period, epoch, duration)[0]
    flat = clip_outliers(detrend(time, flux, window, mask))
    fit = fit_trapezoids(time, flat[None], when)
    cycles = observed_cycles(time, flat, when)
    return Signal(period, epoch, duration, float(fit.depth[0]), float(fit.snr[0]), len(cycles))


def observed_cycles(time: np.ndarray, flux: np.ndarray, signal: Ephemeris) -> np.ndarray:
    """Return the numbers, from the epoch on, of the transits with points within them.

    A transit counts if a good point lies within a quarter of the duration from its centre.
    """
    inside = in_transit(time, signal.period, signal.epoch, signal.duration / 2)[0]
    inside &= np.isfinite(flux)
    return np.unique(np.round((time[inside] - signal.epoch[0]) / signal.period[0]).astype(int))


def hidden_fraction(time: np.ndarray, flux: np.ndarray, signal: Ephemeris) -> bool:
    """Return whether a half or third of the period would add no transit but in gaps of the data."""
    return any(
        _common_step(
            observed_cycles(
                time, flux, Ephemeris(signal.period / divisor, signal.epoch, signal.duration)
            )
        )
        % divisor
        == 0
        for divisor in MULTIPLES
    )


def _common_step(cycles: np.ndarray) -> int:
    """Return the largest number of which all differences of cycles are multiples."""
    return int(np.gcd.reduce(np.diff(cycles))) if len(cycles) > 1 else 1


def _strongest(
    time: np.ndarray, flux: np.ndarray, period_range: tuple[float, float] | None
) -> Signal | None:
    good = np.isfinite(flux)
    if good.sum() < FEWEST_POINTS:
        return None
    cadence = float(np.median(np.diff(time[good])))
    shortest, longest = period_range or (SHORTEST_PERIOD, longest_period(time[good]))
    signals = []
    for period, epoch, duration in _candidates(time[good], flux[good], shortest, longest):
        start = Ephemeris(*(np.array([value]) for value in (period, epoch, duration)))
        signal = _signal(time, flux, _tuned(time, flux, start))
        signal = _simplest(time, flux, signal, shortest)
        if signal.transits >= 2 and signal.duration > FEWEST_CADENCES * cadence:
            signals.append(signal)
    if not signals:
        return None
    best = max(signals, key=lambda signal: signal.snr)
    tuned = _signal(time, flux, _tuned(time, flux, best.ephemeris))
    alone = _strongest_transit(time, flux, tuned)
    if alone.snr > tuned.snr:
        return alone
    return replace(tuned, ambiguous=is_sparse(time[good]) and _has_alias(time, tuned, signals))


def _strongest_transit(time: np.ndarray, flux: np.ndarray, signal: Signal) -> Signal:
    """Return the strongest transit of a signal as the only one.

    Of equal transits it explains the n-th part of what they do together; it explains more than all
    where the others are less than 0.41 (of two) or 0.24 (of ten) as deep.
    """
    half, found = signal.period / 2, []
    for cycle in observed_cycles(time, flux, signal.ephemeris):
        epoch = signal.epoch + cycle * signal.period
        near = np.abs(time - epoch) < half
        found.append(_fitted(time[near], flux[near], signal.period, epoch, signal.duration))
    best = max(found, key=lambda one: one.snr, default=signal)
    good = time[np.isfinite(flux)]
    beyond = max(best.epoch - good[0], good[-1] - best.epoch) + best.duration / 2
    return replace(best, period=float(beyond), transits=1)


def _candidates(
    time: np.ndarray, flux: np.ndarray, shortest: float, longest: float
) -> Iterator[tuple[float, float, float]]:
    """Yield period, epoch and duration of what stands out in the box spectra [d]."""
    longest = max(longest, shortest * 1.01)
    baseline = float(time[-1] - time[0])
    if baseline <= LONGEST_STRETCH_DAYS and not is_sparse(time):
        yield from _outstanding_boxes(time, flux, baseline, shortest, longest)
        return
    stretch = longest_stretch(time)
    covered = max(min(longest, SEARCHED_FRACTION * stretch), shortest * 1.01)
    periods = frequency_grid(stretch, shortest, covered)
    power, _, durations = incoherent_spectrum(time, flux, periods)
    for peak in outstanding(power):
        yield from aliases(time, flux, float(periods[peak]), float(durations[peak]))
    if longest > covered:
        yield from _outstanding_boxes(time, flux, baseline, covered, longest)


def _outstanding_boxes(
    time: np.ndarray, flux: np.ndarray, baseline: float, shortest: float, longest: float
) -> Iterator[tuple[float, float, float]]:
    periods = frequency_grid(baseline, shortest, longest)
    power, epochs, durations = box_spectrum(time, flux, periods)
    for peak in outstanding(power):
        yield float(periods[peak]), float(epochs[peak]), float(durations[peak])


def _has_alias(time: np.ndarray, best: Signal, others: Sequence[Signal]) -> bool:
    """Whether a period near the best one, but out of phase across the gaps, fits as well."""
    apart = np.array([abs(other.period / best.period - 1) for other in others])
    as_good = np.array([other.snr**2 > best.snr**2 - DISTINGUISHED for other in others])
    out_of_phase = apart * np.ptp(time) > best.duration
    return bool(np.any(as_good & out_of_phase & (apart < ALIAS_RANGE)))


def _simplest(time: np.ndarray, flux: np.ndarray, signal: Signal, shortest: float) -> Signal:
    """Return a signal at the multiple or fraction of its period that its transits speak for.

    A spectrum above its background favours multiples of the period, which keep only some of the
    transits, and noise makes up for missing transits of a fraction.
    """
    for multiple in MULTIPLES:
        for cycle in range(multiple):
            epoch = signal.epoch + cycle * signal.period
            longer = _fitted(time, flux, signal.period * multiple, epoch, signal.duration)
            if longer.transits >= 2 and not _adds_up(signal, longer):
                return _simplest(time, flux, longer, shortest)
    best = signal
    for divisor in DIVISORS:
        period = signal.period / divisor
        if period < shortest:
            break
        shorter = _fitted(time, flux, period, signal.epoch, signal.duration)
        if shorter.snr > best.snr and _adds_up(shorter, best):
            best = shorter
    return best


def _adds_up(shorter: Signal, longer: Signal) -> bool:
    """Whether the transits that the shorter period has more are half as deep as the others."""
    more = (shorter.transits - longer.transits) / max(longer.transits, 1)
    return shorter.snr**2 > (1 + FAIR_DEPTH**2 * more) * longer.snr**2


def _fitted(
    time: np.ndarray, flux: np.ndarray, period: float, epoch: float, duration: float
) -> Signal:
    start = Ephemeris(np.array([period]), np.array([epoch]), np.array([duration]))
    return _signal(time, flux, fit_trapezoids(time, flux[None], start))


def _tuned(time: np.ndarray, flux: np.ndarray, start: Ephemeris) -> TransitFit:
    """Return a trapezoid fit with the period tuned within what its grid left open."""
    baseline = time[-1] - time[0]
    fit = fit_trapezoids(time, flux[None], start)
    for _ in range(2):
        drift = 0.6 * fit.ephemeris.duration[0] * fit.ephemeris.period[0] / baseline
        periods = fit.ephemeris.period[0] + drift * np.linspace(-1, 1, TUNING_STEPS)
        # The transit nearest to the middle of the data hardly moves when the period changes.
        middle = time.mean()
        cycle = np.round((middle - fit.ephemeris.epoch[0]) / fit.ephemeris.period[0])
        epoch = fit.ephemeris.epoch[0] + cycle * fit.ephemeris.period[0]
        trial = Ephemeris(
            periods,
            np.full(TUNING_STEPS, epoch),
            np.full(TUNING_STEPS, float(fit.ephemeris.duration[0])),
        )
        fits = fit_trapezoids(time, np.repeat(flux[None], TUNING_STEPS, axis=0), trial)
        best = slice(int(fits.snr.argmax()), int(fits.snr.argmax()) + 1)
        fit = TransitFit(
            fits.ephemeris.take(best), fits.depth[best], fits.ingress[best], fits.snr[best]
        )
    return fit


def _signal(time: np.ndarray, flux: np.ndarray, fit: TransitFit) -> Signal:
    """Return a fit with the longest period that leaves out none of its transits."""
    cycles = observed_cycles(time, flux, fit.ephemeris)
    period = float(fit.ephemeris.period[0]) * _common_step(cycles)
    epoch = (
        float(fit.ephemeris.epoch[0] + cycles[0] * fit.ephemeris.period[0])
        if len(cycles)
        else float(fit.ephemeris.epoch[0])
    )
    return Signal(
        period=period,
        epoch=epoch,
        duration=float(fit.ephemeris.duration[0]),
        depth=float(fit.depth[0]),
        snr=float(fit.snr[0]),
        transits=len(cycles),
    )


def _with_harmonic(signal: Signal, earlier: Sequence[Signal]) -> Signal:
    for position, other in enumerate(earlier):
        if are_related(signal, other):
            return replace(signal, harmonic_of=position)
    return signal


def are_related(one: Signal, other: Signal) -> bool:
    """Return whether periods are as whole numbers up to 4 : 4, with transits at the same times."""
    ratio = one.period / other.period
    for top in range(1, 5):
        for bottom in range(1, 5):
            if abs(ratio * bottom / top - 1) < RATIO_TOLERANCE:
                common = other.period / bottom
                apart = (one.epoch - other.epoch + common / 2) % common - common / 2
                near = abs(apart) < max(one.duration, other.duration)
                if near or top == bottom == 1:
                    return True
    return False
