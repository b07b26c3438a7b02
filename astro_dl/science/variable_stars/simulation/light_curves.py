"""Light curves of variable stars as a survey measures them, with the truth behind them."""

from dataclasses import dataclass

import numpy as np
from astropy.table import Table

from astro_dl.observations.irregular_series.series import IrregularSeries, series_from
from astro_dl.observations.irregular_series.surveys import (
    Survey,
    Visits,
    draw_visits,
    magnitude_errors,
)
from astro_dl.observations.photometry.extinction import optical_extinction
from astro_dl.science.variable_stars.bands import native_band
from astro_dl.science.variable_stars.simulation.kinds import KINDS, Kind, Seen
from astro_dl.science.variable_stars.simulation.starlight import (
    power_law_magnitudes,
    star_magnitudes,
)
from astro_dl.science.variable_stars.simulation.temperatures import main_sequence

FAR_OFF_ERRORS = 8.0
MEAN_REDDENING = 0.12
"""Of E(B − V) [mag], which falls exponentially."""

ZERO_POINT_ERROR = 0.02
"""Standard deviation of a band's zero point in one place of the sky [mag]."""

NUCLEUS_INDEX = (-0.44, 0.2)
"""Of f_ν ~ ν^α of active nuclei: Vanden Berk et al. (2001), AJ 122, 549, and a scatter."""

FAINTEST_ERROR = 0.36
"""Points with a larger error, signal over noise below three, are no detections [mag]."""


@dataclass(frozen=True)
class Simulated:
    """Stars and the truth.

    Parameters
    ----------
    series : list of IrregularSeries
        n of them, magnitudes.
    truth : Table
        One row per star: ``kind``, ``period`` [d], ``amplitude`` [mag] of the points about the
        means of their bands, ``magnitude``, the mean of all visits, ``absolute_magnitude`` [mag],
        ``temperature`` [K], ``reddening``, E(B − V) [mag], ``snr``, ``points``.
    """

    series: list[IrregularSeries]
    truth: Table


def simulate_light_curves(
    kind: np.ndarray,
    survey: Survey,
    rng: np.random.Generator,
    noise_scale: float = 1.0,
    signals: bool = True,
) -> Simulated:
    """Return light curves of stars of given kinds.

    Parameters
    ----------
    kind : ndarray of str, (n,)
        Names in `KINDS`.
    survey : Survey
        When and how exactly they are observed.
    rng : numpy.random.Generator
        Determines everything.
    noise_scale : float
        Of the errors; 0 for none.
    signals : bool
        Whether the stars vary.
    """
    n = len(kind)
    visits = draw_visits(survey, n, rng)
    bands = [native_band(name) for name in survey.bands]
    wavelength = np.array([band.wavelength for band in bands])
    magnitude = _apparent_magnitudes(survey, n, rng)
    period, absolute, temperature = np.full(n, np.nan), np.zeros(n), np.zeros(n)
    curve = np.zeros(visits.time.shape)
    for name in np.unique(kind):
        rows = np.flatnonzero(kind == name)
        one = KINDS[str(name)]
        period[rows] = one.period(len(rows), rng)
        absolute[rows] = _absolute_magnitudes(one, period[rows], rng)
        if survey.distance_modulus is not None and one.temperature is main_sequence:
            absolute[rows] = magnitude[rows] - survey.distance_modulus
        temperature[rows] = one.temperature(period[rows], absolute[rows], rng)
        seen = Seen(visits.time[rows], visits.band[rows], wavelength)
        curve[rows] = one.light(seen, period[rows], temperature[rows], rng) * signals
    reddening = rng.exponential(MEAN_REDDENING, n)
    colours = _colours(temperature, reddening, wavelength, rng)
    native = colours - np.array([band.to_ab for band in bands])
    shares = np.array(list(survey.bands.values()))
    level = magnitude[:, None] + native - (native @ shares / shares.sum())[:, None]
    true = np.take_along_axis(level, visits.band.astype(int), axis=1) + curve
    error = magnitude_errors(survey, true, visits.band)
    mask = visits.mask & (error <= np.maximum(FAINTEST_ERROR, _medians(error, visits.mask)))
    error = noise_scale * error
    reported = np.maximum(error * survey.error_scale, 1e-4)
    reported = np.round(reported * rng.uniform(0.9, 1.1, true.shape), 4) + 1e-4
    bad = rng.random(true.shape) < survey.bad_fraction
    noise = rng.standard_normal(true.shape) * error * np.where(bad, FAR_OFF_ERRORS, 1)
    measured = true + noise
    strength = _about_means(curve, mask, visits, len(bands))
    points = mask.sum(axis=1)
    scatter = np.nanstd(strength, axis=1)
    typical = np.maximum(_medians(error, mask)[:, 0], 1e-6)
    truth = Table({"kind": kind.astype("U24"), "period": period})
    truth["amplitude"] = np.nanpercentile(strength, 99, axis=1) - np.nanpercentile(
        strength, 1, axis=1
    )
    truth["magnitude"], truth["absolute_magnitude"] = magnitude, absolute
    truth["temperature"], truth["reddening"] = temperature, reddening
    truth["snr"] = scatter / typical * np.sqrt(points)
    truth["points"] = points
    names = tuple(survey.bands)
    series = [
        series_from(
            str(row),
            visits.time[row, seen_then],
            measured[row, seen_then],
            reported[row, seen_then],
            visits.band[row, seen_then],
            names,
        )
        for row, seen_then in enumerate(mask)
    ]
    return Simulated(series, truth)


def _absolute_magnitudes(kind: Kind, period: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    slope, zero, scatter = kind.luminosity
    logarithm = np.nan_to_num(np.log10(period) - 1) if slope else np.zeros(len(period))
    return slope * logarithm + zero + scatter * rng.standard_normal(len(period))


def _apparent_magnitudes(survey: Survey, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return mean magnitudes: numbers rise with faintness, by .3 dex a magnitude."""
    bright, faint = survey.magnitudes
    low, high = 10 ** (0.3 * bright), 10 ** (0.3 * faint)
    counted = np.log10(rng.uniform(low, high, n)) / 0.3
    return np.where(rng.random(n) < 0.5, counted, rng.uniform(bright, faint, n))


def _colours(
    temperature: np.ndarray, reddening: np.ndarray, wavelength: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return AB magnitudes (n, bands) about that in V, reddened and as well calibrated as it is."""
    n = len(temperature)
    star = np.isfinite(temperature)
    found = power_law_magnitudes(rng.normal(*NUCLEUS_INDEX, n), wavelength)
    found[star] = star_magnitudes(temperature[star], wavelength)
    found += 3.1 * reddening[:, None] * optical_extinction(1e4 * wavelength)
    return found + ZERO_POINT_ERROR * rng.standard_normal(found.shape)


def _medians(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return medians (n, 1) of the rows where the mask is true."""
    return np.nanmedian(np.where(mask, values, np.nan), axis=1, keepdims=True)


def _about_means(curve: np.ndarray, mask: np.ndarray, visits: Visits, bands: int) -> np.ndarray:
    """Return variations (n, T) about the mean of their band, NaN where there is no point."""
    found = np.where(mask, curve, np.nan)
    for number in range(bands):
        same = mask & (visits.band == number)
        total = np.where(same, curve, 0).sum(axis=1) / np.maximum(same.sum(axis=1), 1)
        found -= np.where(same, total[:, None], 0)
    return found
