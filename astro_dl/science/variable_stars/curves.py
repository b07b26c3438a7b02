"""One star made ready: bands joined, errors sound, the period found, the curve folded."""

from dataclasses import dataclass

import numpy as np

from astro_dl.observations.irregular_series.series import IrregularSeries, thinned
from astro_dl.science.variable_stars.bands import known_band
from astro_dl.science.variable_stars.periods.harmonics import evaluate
from astro_dl.science.variable_stars.periods.search import PHASES, UNKNOWN, Period, find_period

FEWEST_POINTS, MOST_POINTS = 10, 20_000
LEAST_ERROR_SHARE = 0.5
"""Errors below this share of the median one are taken for it: no point outweighs all others."""

LARGEST_ERROR_SHARE = 6.0
FAR_OFF = 8.0
"""Points this many times the range of nine tenths from the median are left out."""


@dataclass(frozen=True)
class CurveBand:
    """A band of which it is known what it is.

    Parameters
    ----------
    number : int
        As in `Curve.band`.
    wavelength : float
        Effective wavelength [µm].
    level : float
        Median of the star [mag, AB].
    """

    number: int
    wavelength: float
    level: float


@dataclass(frozen=True)
class Curve:
    """A light curve, and what was found in it.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times [d] since the first point.
    value, error : ndarray, (T,)
        Magnitudes about the median of their band, and standard errors.
    period : Period
        What was found.
    band : ndarray of int, (T,)
        Numbers of bands.
    bands : tuple of CurveBand
        Those that are known.
    """

    time: np.ndarray
    value: np.ndarray
    error: np.ndarray
    period: Period
    band: np.ndarray
    bands: tuple[CurveBand, ...]

    def __len__(self) -> int:
        return len(self.time)

    def phase(self, cycles: int = 1) -> np.ndarray:
        """Return phases (T,) from 0 to 1 within so many periods, 0 near least light."""
        fit = evaluate(self.period.coefficients, PHASES)
        epoch = PHASES[fit.argmax()] * self.period.period
        return ((self.time - epoch) / (cycles * self.period.period)) % 1


def ready_curve(series: IrregularSeries, maximum_frequency: float | None) -> Curve:
    """Return a star's light curve with its period, `UNKNOWN` for fewer than ten points.

    Of more than 20,000 points so many are used.

    Parameters
    ----------
    series : IrregularSeries
        Magnitudes.
    maximum_frequency : float or None
        Where the search ends [1/d]; None for no search.
    """
    points = thinned(series.measured(), MOST_POINTS)
    value, error = joined_bands(points), points.error
    if len(points) and not np.isfinite(error).all():
        scatter = np.abs(np.diff(value)) if len(value) > 1 else np.zeros(1)
        error = np.full(len(value), max(float(np.median(scatter)), 1e-3))
    kept = _sound(value, error)
    time, value, error = points.time[kept], value[kept], error[kept]
    band, bands = points.band[kept], _known_bands(points)
    if not len(time):
        return Curve(time, value, error, UNKNOWN, band, bands)
    time = time - time[0]
    error = np.maximum(error, max(LEAST_ERROR_SHARE * float(np.median(error)), 1e-6))
    if maximum_frequency is None:
        return Curve(time, value, error, UNKNOWN, band, bands)
    period = find_period(time, value, error, maximum_frequency)
    return Curve(time, value, error, period, band, bands)


def joined_bands(points: IrregularSeries) -> np.ndarray:
    """Return the magnitudes (T,) of measurements about the median of their band."""
    value = points.value.copy()
    for band in np.unique(points.band):
        same = points.band == band
        value[same] -= np.median(value[same])
    return value


def _known_bands(points: IrregularSeries) -> tuple[CurveBand, ...]:
    found = []
    for number in np.unique(points.band).tolist():
        band = known_band(points.bands[number], points.systems[number] if points.systems else "")
        if band is not None:
            level = float(np.median(points.value[points.band == number])) + band.to_ab
            found.append(CurveBand(number, band.wavelength, level))
    return tuple(found)


def _sound(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    if len(value) < FEWEST_POINTS:
        return np.ones(len(value), bool)
    low, high = np.percentile(value, [5, 95])
    reach = FAR_OFF * (high - low) + 5 * np.median(error)
    sound = np.abs(value) < reach
    return sound & (error <= LARGEST_ERROR_SHARE * np.median(error))
