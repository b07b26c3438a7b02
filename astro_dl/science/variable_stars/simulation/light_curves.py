"""Light curves of variable stars as a survey measures them, with the truth behind them."""

from collections.abc import Mapping
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
from astro_dl.science.variable_stars.simulation.kinds import KINDS, Kind

AMPLITUDE_IN_BAND: Mapping[str, float] = {
    "u": 1.25, "B": 1.3, "g": 1.2, "V": 1.0, "r": 0.85, "R": 0.8, "i": 0.65, "I": 0.6, "z": 0.6,
    "y": 0.58,
}  # fmt: skip
"""Amplitude of RR Lyrae stars in a band over that in V."""

REDDEST = 0.58
FAR_OFF_ERRORS = 8.0


@dataclass(frozen=True)
class Simulated:
    """Stars and the truth.

    Parameters
    ----------
    series : list of IrregularSeries
        n of them, magnitudes.
    truth : Table
        One row per star: ``kind``, ``period`` [d], ``amplitude`` [mag] in V, ``magnitude``,
        ``absolute_magnitude`` [mag], ``snr``, ``points``.
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
    period, absolute = np.full(n, np.nan), np.zeros(n)
    red = np.ones(n)
    curve = np.zeros(visits.time.shape)
    for name in np.unique(kind):
        rows = np.flatnonzero(kind == name)
        one = KINDS[str(name)]
        period[rows] = one.period(len(rows), rng)
        curve[rows] = one.curve(visits.time[rows], period[rows], rng) * signals
        absolute[rows] = _absolute_magnitudes(one, period[rows], rng)
        red[rows] = one.red_amplitude
    magnitude = _apparent_magnitudes(survey, n, rng)
    true = magnitude[:, None] + curve * _in_bands(survey, visits, red)
    error = noise_scale * magnitude_errors(survey, true, visits.band)
    reported = np.maximum(error * survey.error_scale, 1e-4)
    reported = np.round(reported * rng.uniform(0.9, 1.1, true.shape), 4) + 1e-4
    bad = rng.random(true.shape) < survey.bad_fraction
    noise = rng.standard_normal(true.shape) * error * np.where(bad, FAR_OFF_ERRORS, 1)
    measured = true + noise
    strength = np.where(visits.mask, curve, np.nan)
    points = visits.mask.sum(axis=1)
    scatter = np.nanstd(strength, axis=1)
    typical = np.maximum(np.nanmedian(np.where(visits.mask, error, np.nan), axis=1), 1e-6)
    truth = Table({"kind": kind.astype("U24"), "period": period})
    truth["amplitude"] = np.nanpercentile(strength, 99, axis=1) - np.nanpercentile(
        strength, 1, axis=1
    )
    truth["magnitude"], truth["absolute_magnitude"] = magnitude, absolute
    truth["snr"] = scatter / typical * np.sqrt(points)
    truth["points"] = points
    bands = tuple(survey.bands)
    series = [
        series_from(
            str(row),
            visits.time[row, mask],
            measured[row, mask],
            reported[row, mask],
            visits.band[row, mask],
            bands,
        )
        for row, mask in enumerate(visits.mask)
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


def _in_bands(survey: Survey, visits: Visits, red: np.ndarray) -> np.ndarray:
    """Return the amplitude (n, T) in the band of each visit over that in V."""
    pulsation = np.array([AMPLITUDE_IN_BAND[name] for name in survey.bands])[visits.band]
    share = ((1 - red) / (1 - REDDEST))[:, None]
    return 1 + share * (pulsation - 1)
