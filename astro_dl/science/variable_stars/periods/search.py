"""The period of one star: periodogram, Fourier series at its peaks, and what else it could be.

1. the Lomb–Scargle periodogram, and the sum of its powers at multiples, where eclipses stand out;
2. at the highest peaks of both, and at half their frequencies, Fourier series of up to eight
   harmonics, of which Bayes' information criterion takes one: a sinusoid is not taken at half its
   frequency, two unequal waves are, and where every other minimum has another depth, the whole
   period is;
3. the frequency refined until its error is resolved.
"""

from dataclasses import dataclass

import numpy as np

from astro_dl.science.variable_stars.periods.harmonics import (
    HarmonicFits,
    amplitudes_and_phases,
    evaluate,
    fit_harmonics,
)
from astro_dl.science.variable_stars.periods.periodogram import (
    Spectrum,
    false_alarm_probability,
    spectrum,
)

SAMPLES_PER_PEAK = 3
SUMMED = 4
"""Multiples whose powers are added up for the second list of peaks."""

HARMONICS = (1, 2, 3, 4, 6, 8)
COARSE_HARMONICS = 4
PEAKS, SUMMED_PEAKS = 5, 3
FEWEST_POINTS = 10
MINIMUM_CYCLES = 1.5
"""That must fit into the time covered."""

FEWEST_IN_MINIMUM, SURE_DIFFERENCE = 5, 4.5
"""Points in either minimum, and by how many standard errors their depths must differ."""

PHASES = np.arange(200) / 200
SIDEREAL_DAY = 0.99726957
RIVAL_SHARE = 0.85
"""An alias that explains this share of what the best period does is a rival."""


@dataclass(frozen=True)
class Series:
    """The Fourier series of one star at one frequency.

    Parameters
    ----------
    frequency : float
        In 1/d.
    explained : float
        Share of the variance, 0 to 1.
    harmonics : int
        Of which Bayes' criterion is best.
    coefficients : ndarray, (17,)
        Of eight harmonics, those above ``harmonics`` zero, about the epoch of the first point.
    """

    frequency: float
    explained: float
    harmonics: int
    coefficients: np.ndarray


@dataclass(frozen=True)
class Period:
    """What is known of the period of one star.

    Parameters
    ----------
    period, period_std : float
        In days; NaN if there are too few points.
    false_alarm_probability : float
        That noise has so high a peak.
    power : float
        Of the highest peak of the periodogram.
    explained : float
        Share of the variance that the Fourier series explains, 0 to 1.
    harmonics : int
        Of the series.
    coefficients : ndarray, (17,)
        Of the series of eight harmonics, those above ``harmonics`` zero, about the epoch of the
        first point.
    alias : bool
        Whether a frequency that differs by one or two per day explains nearly as much.
    """

    period: float
    period_std: float
    false_alarm_probability: float
    power: float
    explained: float
    harmonics: int
    coefficients: np.ndarray
    alias: bool


UNKNOWN = Period(np.nan, np.nan, 1.0, 0.0, 0.0, 0, np.zeros(1 + 2 * HARMONICS[-1]), False)


def find_period(
    time: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    maximum_frequency: float = 16.0,
    minimum_cycles: float = MINIMUM_CYCLES,
) -> Period:
    """Return the period of one star.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times [d].
    value, error : ndarray, (T,)
        Values and standard errors above zero.
    maximum_frequency : float
        Where the search ends [1/d].
    minimum_cycles : float
        Cycles that must fit into the time covered.
    """
    if len(time) < FEWEST_POINTS or time[-1] <= time[0] or np.ptp(value) == 0:
        return UNKNOWN
    since = time - time[0]
    found = spectrum(since, value, error, maximum_frequency, SAMPLES_PER_PEAK)
    lowest = minimum_cycles / since[-1]
    first = max(0, int(np.ceil(lowest / found.step)) - 1)
    if first >= len(found.power):
        return UNKNOWN
    power = float(found.power[first:].max())
    weight = error**-2.0
    fits, row = _best(since, value, weight, _candidates(found, first, lowest), found.step)
    half = float(fits.frequency[row]) / 2
    if half >= lowest and _minima_differ(since, value, fits, row):
        near = half + found.step / 64 * np.linspace(-1, 1, 9)
        fits = fit_harmonics(since, value, weight, near, HARMONICS[-1])
        row = int(fits.criterion(HARMONICS)[0].argmin())
    best = series_between(since, value, weight, fits, row)
    frequency = best.frequency
    return Period(
        1 / frequency,
        _frequency_error(best, fits, since[-1]) / frequency**2,
        false_alarm_probability(power, since, error, maximum_frequency),
        power,
        best.explained,
        best.harmonics,
        best.coefficients,
        _has_rival(found, frequency, best.coefficients),
    )


def _candidates(found: Spectrum, first: int, lowest: float) -> np.ndarray:
    """Return the frequencies that are looked at, half of each peak's included."""
    count = len(found.power) // SUMMED
    places = np.arange(1, count + 1)
    summed = np.sum([found.power[k * places - 1] for k in range(1, SUMMED + 1)], axis=0)
    peaks = [*_peaks(found.power, first, PEAKS), *_peaks(summed, first, SUMMED_PEAKS)]
    frequency = found.step * (np.array(peaks) + 1)
    both = np.concatenate([frequency, frequency / 2])
    return np.unique(both[both >= lowest])


def _peaks(power: np.ndarray, first: int, count: int) -> list[int]:
    """Return the places of the highest local maxima at least a peak's width apart."""
    inner = power[first:]
    if len(inner) < 3:
        return [first + int(inner.argmax())] if len(inner) else []
    higher = np.pad(inner, 1, constant_values=-1)
    local = np.flatnonzero((inner >= higher[:-2]) & (inner >= higher[2:]))
    if len(local) > 8 * count:
        local = np.sort(local[np.argpartition(-inner[local], 8 * count)[: 8 * count]])
    some = local[np.argsort(-inner[local], kind="stable")]
    chosen: list[int] = []
    for place in some.tolist():
        if all(abs(place - other) > SAMPLES_PER_PEAK for other in chosen):
            chosen.append(place)
        if len(chosen) == count:
            break
    return [first + place for place in chosen]


def _best(
    time: np.ndarray, value: np.ndarray, weight: np.ndarray, candidates: np.ndarray, step: float
) -> tuple[HarmonicFits, int]:
    """Return fits about the frequency with the best criterion, and its row."""
    near = np.maximum(candidates[:, None] + step * np.linspace(-0.75, 0.75, 5), step / 2)
    coarse = fit_harmonics(time, value, weight, near.ravel(), COARSE_HARMONICS)
    criterion, _ = coarse.criterion([k for k in HARMONICS if k <= COARSE_HARMONICS])
    by_candidate = criterion.reshape(near.shape)
    middle = near[np.arange(len(near)), by_candidate.argmin(axis=1)]
    kept = middle[np.argsort(by_candidate.min(axis=1), kind="stable")[:4]]
    return refined(time, value, weight, kept, step)


def refined(
    time: np.ndarray, value: np.ndarray, weight: np.ndarray, starts: np.ndarray, step: float
) -> tuple[HarmonicFits, int]:
    """Return fits about the frequency with the best criterion near some, and its row.

    Parameters
    ----------
    time, value, weight : ndarray, (T,)
        Times [d] since the first point, values, inverse variances.
    starts : ndarray, (S,)
        Frequencies [1/d], each within a quarter of a step.
    step : float
        Of the periodogram [1/d].
    """
    finer = (starts[:, None] + step * np.linspace(-0.25, 0.25, 9)).ravel()
    fits = fit_harmonics(time, value, weight, finer, HARMONICS[-1])
    start = fits.frequency[fits.criterion(HARMONICS)[0].argmin()]
    finest = fit_harmonics(
        time, value, weight, start + step * np.linspace(-0.06, 0.06, 9), HARMONICS[-1]
    )
    return finest, int(finest.criterion(HARMONICS)[0].argmin())


def series_between(
    time: np.ndarray, value: np.ndarray, weight: np.ndarray, fits: HarmonicFits, row: int
) -> Series:
    """Return the series at the best frequency between a fit and its neighbours.

    Parameters
    ----------
    time, value, weight : ndarray, (T,)
        Times [d] since the first point, values, inverse variances.
    fits : HarmonicFits
        At frequencies in order, evenly spaced.
    row : int
        The best of them.
    """
    best = np.array([_between(fits, row)])
    fits = fit_harmonics(time, value, weight, best, HARMONICS[-1])
    harmonics = int(fits.criterion(HARMONICS)[1][0])
    coefficients = np.zeros(1 + 2 * HARMONICS[-1])
    coefficients[: 1 + 2 * harmonics] = fits.coefficients(harmonics)[0]
    explained = 1 - float(fits.unexplained(harmonics)[0])
    return Series(float(best[0]), explained, harmonics, coefficients)


def _between(fits: HarmonicFits, row: int) -> float:
    """Return the frequency where a parabola through the best fit and its neighbours is least."""
    if not 0 < row < len(fits.frequency) - 1:
        return float(fits.frequency[row])
    harmonics = int(fits.criterion(HARMONICS)[1][row])
    before, least, after = fits.unexplained(harmonics)[row - 1 : row + 2]
    curvature = before - 2 * least + after
    shift = 0.5 * (before - after) / curvature if curvature > 0 else 0.0
    spacing = fits.frequency[1] - fits.frequency[0]
    return float(fits.frequency[row] + np.clip(shift, -1, 1) * spacing)


def _minima_differ(time: np.ndarray, value: np.ndarray, fits: HarmonicFits, row: int) -> bool:
    """Return whether every other minimum has another depth: half the period was found.

    Narrow eclipses need more harmonics of the whole period than are fitted, so that the criterion
    alone takes half of it.
    """
    harmonics = int(fits.criterion(HARMONICS)[1][row])
    coefficients = fits.coefficients(harmonics)[row]
    turns = time * fits.frequency[row]
    model = evaluate(coefficients, turns)
    faint = model > (model.max() + model.min()) / 2
    odd = np.floor(turns - _faintest(coefficients) + 0.5).astype(int) % 2 == 1
    one, other = ((value - model)[faint & which] for which in (odd, ~odd))
    if min(len(one), len(other)) < FEWEST_IN_MINIMUM:
        return False
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    return bool(abs(one.mean() - other.mean()) > SURE_DIFFERENCE * error)


def _faintest(coefficients: np.ndarray) -> float:
    return float(PHASES[evaluate(coefficients, PHASES).argmax()])


def _frequency_error(best: Series, fits: HarmonicFits, baseline: float) -> float:
    """Return the standard error of the frequency [1/d] for residuals that are white.

    Each harmonic of amplitude A tells the frequency to (√6/π) σ/(k A T √N).
    """
    amplitudes, _ = amplitudes_and_phases(best.coefficients)
    multiples = np.arange(1, len(amplitudes) + 1)
    signal = float(np.sum((multiples * amplitudes) ** 2))
    free = max(1, fits.n - 2 * int((amplitudes > 0).sum()) - 2)
    residual = np.sqrt(fits.total * (1 - best.explained) * fits.n / free)
    return float(np.sqrt(6 / fits.n) / np.pi * residual / (baseline * max(np.sqrt(signal), 1e-12)))


def _has_rival(found: Spectrum, frequency: float, coefficients: np.ndarray) -> bool:
    """Return whether an alias of the strongest harmonic is nearly as high."""
    amplitudes, _ = amplitudes_and_phases(coefficients)
    strongest = frequency * (1 + int(amplitudes.argmax()))
    days = np.array([-2, -1, 1, 2]) / SIDEREAL_DAY
    rivals = np.abs(strongest + days)
    return bool((found.at(rivals) > RIVAL_SHARE * found.at(strongest)).any())
