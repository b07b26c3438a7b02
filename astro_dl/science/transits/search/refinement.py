"""From a box to a signal: its period tuned, and the simplest one that its transits speak for."""

import numpy as np
from numpy.typing import ArrayLike

from astro_dl.science.transits.search.signals import (
    MULTIPLES,
    Signal,
    common_step,
    observed_cycles,
)
from astro_dl.science.transits.search.trapezoids import TransitFit, fit_trapezoids
from astro_dl.science.transits.views import Ephemeris

DIVISORS = (2, 3, 4, 5, 6)
FAIR_DEPTH = 0.5
TUNING_STEPS = 11


def tuned(time: np.ndarray, flux: np.ndarray, start: Ephemeris) -> TransitFit:
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
        fit = _row(fits, int(fits.snr.argmax()))
    return fit


def _row(fits: TransitFit, number: int) -> TransitFit:
    one = slice(number, number + 1)
    return TransitFit(fits.ephemeris.take(one), fits.depth[one], fits.ingress[one], fits.snr[one])


def signal_of(time: np.ndarray, flux: np.ndarray, fit: TransitFit) -> Signal:
    """Return a fit with the longest period that leaves out none of its transits."""
    cycles = observed_cycles(time, flux, fit.ephemeris)
    period = float(fit.ephemeris.period[0]) * common_step(cycles)
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


def fitted(
    time: np.ndarray, flux: np.ndarray, period: ArrayLike, epoch: ArrayLike, duration: float
) -> list[Signal]:
    """Return the trapezoids that fit best at periods, near epochs and a duration [d]."""
    period, epoch = np.broadcast_arrays(np.atleast_1d(period), np.atleast_1d(epoch))
    n = len(period)
    start = Ephemeris(period.astype(float), epoch.astype(float), np.full(n, duration))
    fits = fit_trapezoids(time, np.repeat(flux[None], n, axis=0), start)
    return [signal_of(time, flux, _row(fits, number)) for number in range(n)]


def simplest(time: np.ndarray, flux: np.ndarray, signal: Signal, shortest: float) -> Signal:
    """Return a signal at the multiple or fraction of its period that its transits speak for.

    A spectrum above its background favours multiples of the period, which keep only some of the
    transits, and noise makes up for missing transits of a fraction.
    """
    many = np.repeat(MULTIPLES, MULTIPLES)
    cycle = np.concatenate([np.arange(multiple) for multiple in MULTIPLES])
    epochs = signal.epoch + cycle * signal.period
    for longer in fitted(time, flux, signal.period * many, epochs, signal.duration):
        if longer.transits >= 2 and not _adds_up(signal, longer):
            return simplest(time, flux, longer, shortest)
    best, periods = signal, signal.period / np.array(DIVISORS)
    periods = periods[periods >= shortest]
    if len(periods):
        for shorter in fitted(time, flux, periods, signal.epoch, signal.duration):
            if shorter.snr > best.snr and _adds_up(shorter, best):
                best = shorter
    return best


def _adds_up(shorter: Signal, longer: Signal) -> bool:
    """Whether the transits that the shorter period has more are half as deep as the others."""
    more = (shorter.transits - longer.transits) / max(longer.transits, 1)
    return shorter.snr**2 > (1 + FAIR_DEPTH**2 * more) * longer.snr**2
