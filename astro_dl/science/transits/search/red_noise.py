"""Noise on the scale of a transit, against what white noise of the same points would have there.

Dips as long as the transits are measured all over the curve, each against one and a half times as
much on both sides, before any trend is taken out: a trend that is carried across the transits does
not follow them, but would follow all other dips. Where noise is red these scatter by more than
white noise makes them: by the factor β of Winn et al. (2008), ApJ 683, 1076. With σ_w of the
points, and n of them in each of N transits, β² σ_w² / (n N) is the variance σ_w² / (n N) + σ_r² / N
of Pont, Zucker & Queloz (2006), MNRAS 373, 231.
"""

import numpy as np

from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.views import Ephemeris

STEPS_PER_DURATION = 4
FEWEST_DIPS = 8
PROTECTED_DURATIONS = 1.3
EDGES = (-2.0, -0.5, 0.5, 2.0)
"""Of what is before, in and after a dip [durations]."""


def red_noise_factor(time: np.ndarray, flux: np.ndarray, signal: Ephemeris, white: float) -> float:
    """Return how many times the noise on the scale of transits is that of white noise, 1 or more.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Ascending times [d] and flux before detrending, about 1; NaN is left out.
    signal : Ephemeris
        The transits (of one row), between which the noise is measured.
    white : float
        Standard deviation of the detrended points.

    Returns
    -------
    float
        Where hardly any dip fits between the transits, theirs are counted, too: what is dipping all
        the time is no transit but a variable star.
    """
    (length,) = signal.duration
    width = PROTECTED_DURATIONS * length
    good = np.isfinite(flux)
    outside = good & ~in_transit(time, signal.period, signal.epoch, width)[0]
    dips = local_dips(time[outside], flux[outside], float(length))
    if len(dips) < FEWEST_DIPS * STEPS_PER_DURATION:
        dips = local_dips(time[good], flux[good], float(length))
    if not len(dips) or not white > 0:
        return 1.0
    return max(1.0, 1.4826 * float(np.median(np.abs(dips))) / white)


def local_dips(time: np.ndarray, flux: np.ndarray, length: float) -> np.ndarray:
    """Return dips of some length over their standard errors in white noise of unit variance, (K,).

    The mean of a box against the average of the means before and after it, which no slope changes;
    a quarter of the length [d], or a cadence, apart, where each of the three is at least half full.
    """
    if len(time) < FEWEST_DIPS:
        return np.empty(0)
    cadence = float(np.median(np.diff(time)))
    reach, step = EDGES[-1] * length, max(length / STEPS_PER_DURATION, cadence)
    centre = np.arange(time[0] + reach, time[-1] - reach, step)
    edges = np.searchsorted(time, centre[:, None] + length * np.array(EDGES))
    total = np.concatenate([[0.0], np.cumsum(flux - np.median(flux))])
    number, sums = np.diff(edges, axis=1), np.diff(total[edges], axis=1)
    half = length * np.diff(EDGES) / cadence / 2
    full = (number >= np.maximum(half, 1)).all(axis=1)
    number, mean = number[full], sums[full] / number[full]
    before, inside, after = mean.T
    variance = (1 / number) @ np.array([0.25, 1.0, 0.25])
    return ((before + after) / 2 - inside) / np.sqrt(variance)
