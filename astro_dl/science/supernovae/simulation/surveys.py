"""When a survey looks, how well it measures, and what it takes for a detection."""

from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from astro_dl.core.rows import take_rows

Array = np.ndarray
Generator = np.random.Generator


@dataclass(frozen=True)
class Survey:
    """A search for supernovae.

    Parameters
    ----------
    together : tuple of tuple of int
        Bands (by number) that are observed on the same nights.
    gaps : tuple of tuple of float
        For each of these groups equally likely days from one night to the next.
    season_days : tuple of float
        Shortest and longest season.
    missing : float
        Share of single measurements that are lost.
    log_error : tuple of tuple of float
        For each kind of field, equally likely, means of the natural logarithm of the error without
        a source, one for each band, at zero point 27.5.
    field_scatter, night_scatter : float
        Standard deviations of this logarithm from object to object, and from night to night.
    bad_nights : float
        Mean of an exponential that is added to it, night by night.
    source_noise : float
        Variance for each unit of flux of the source.
    calibration : float
        Error of bright sources, relative.
    rest_days : tuple of float
        First and last day that is kept, about the maximum and at rest.
    bands_needed, points_needed : int
        In how many bands, and how many times in all, a supernova must be detected.
    sharp : bool
        Whether detections are all points at or above the threshold; if not, the efficiency is
        ½ [1 + erf((S/N - 5.5) / 2)].
    """

    together: tuple[tuple[int, ...], ...]
    gaps: tuple[tuple[float, ...], ...]
    season_days: tuple[float, float]
    missing: float
    log_error: tuple[tuple[float, ...], ...]
    field_scatter: float
    night_scatter: float
    bad_nights: float
    source_noise: float
    calibration: float
    rest_days: tuple[float, float]
    bands_needed: int
    points_needed: int
    sharp: bool


@dataclass(frozen=True)
class Visits:
    """Planned measurements (P,): object, day of the season, band, log error without a source."""

    object: Array
    day: Array
    band: Array
    log_error: Array

    def __getitem__(self, rows: Array) -> "Visits":
        """Return some of the rows."""
        return take_rows(self, rows)


def draw_visits(survey: Survey, n: int, rng: Generator) -> tuple[Visits, Array]:
    """Return when each of n objects is observed, sorted by nothing, and the length of its season.

    Day 0 is the first of the season.
    """
    season = rng.uniform(*survey.season_days, n)
    deep = np.array(survey.log_error)[rng.integers(len(survey.log_error), size=n)]
    deep = deep + rng.normal(0, survey.field_scatter, deep.shape)
    parts = []
    for bands, gaps in zip(survey.together, survey.gaps, strict=True):
        most = int(2 * survey.season_days[1] / np.mean(gaps)) + 2
        days = np.cumsum(rng.choice(gaps, (n, most)), axis=1) - rng.uniform(0, max(gaps), (n, 1))
        days = np.floor(days)
        for place, band in enumerate(bands):
            noise = deep[:, band, None] + rng.normal(0, survey.night_scatter, days.shape)
            noise += rng.exponential(survey.bad_nights, days.shape) - survey.bad_nights
            kept = (days >= 0) & (days <= season[:, None])
            kept &= rng.random(days.shape) >= survey.missing
            rows, columns = np.nonzero(kept)
            day = days[rows, columns] + 0.1 + 0.01 * place
            parts.append(Visits(rows, day, np.full(len(rows), band), noise[rows, columns]))
    names = ("object", "day", "band", "log_error")
    return Visits(*(np.concatenate([getattr(part, name) for part in parts]) for name in names)), (
        season
    )


def measured(survey: Survey, flux: Array, log_error: Array, rng: Generator) -> tuple[Array, Array]:
    """Return fluxes with noise, and their errors (P,)."""
    light = np.maximum(flux, 0)
    variance = np.exp(2 * log_error) + survey.source_noise * light
    error = np.sqrt(variance + (survey.calibration * light) ** 2)
    return flux + error * rng.standard_normal(len(flux)), error


def detected(survey: Survey, snr: Array, threshold: float, rng: Generator) -> Array:
    """Return which points (P,) are detections."""
    if survey.sharp:
        return snr >= threshold
    return rng.random(len(snr)) < (1 + erf((snr - threshold - 0.5) / 2)) / 2


SURVEYS = {
    "des": Survey(
        together=((0, 1, 2), (3,)),
        gaps=((1, 1, 1, 2, 4, 5, 7, 8, 8, 9, 11, 13), (1, 1, 2, 3, 5, 6, 8, 8, 9, 11, 13)),
        season_days=(145.0, 175.0),
        missing=0.03,
        log_error=(
            (1.75, 1.25, 1.7, 1.7),
            (1.32, 0.8, 1.27, 1.27),
            (1.95, 1.4, 1.85, 1.8),
            (1.3, 0.75, 1.2, 1.2),
            (1.32, 0.8, 1.27, 1.27),
        ),
        field_scatter=0.15,
        night_scatter=0.4,
        bad_nights=0.35,
        source_noise=0.07,
        calibration=0.016,
        rest_days=(-40.0, 70.0),
        bands_needed=2,
        points_needed=2,
        sharp=True,
    ),
    "lsst": Survey(
        together=((0,), (1,), (2,), (3,), (4,), (5,)),
        gaps=(
            (1, 3, 20, 60),
            (1, 10, 30, 50),
            (1, 3, 8, 15, 25, 40),
            (1, 3, 8, 15, 25, 40),
            (1, 3, 8, 15, 25, 45),
            (1, 3, 8, 20, 30, 50),
        ),
        season_days=(150.0, 220.0),
        missing=0.0,
        log_error=((2.34, 0.94, 1.30, 1.82, 2.56, 3.33),),
        field_scatter=0.1,
        night_scatter=0.35,
        bad_nights=0.15,
        source_noise=0.07,
        calibration=0.01,
        rest_days=(-200.0, 400.0),
        bands_needed=1,
        points_needed=2,
        sharp=False,
    ),
}
"""``des`` as in the Supernova Photometric Classification Challenge (Kessler et al. 2010, PASP 122,
1415), its nights and errors set on half of the challenge's objects; ``lsst`` the wide survey of
PLAsTiCC (Kessler et al. 2019, PASP 131, 094501)."""
