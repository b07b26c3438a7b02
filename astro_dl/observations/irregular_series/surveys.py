"""When surveys look at one place of the sky, in which band, and how exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

YEAR_DAYS, LONGEST_NIGHT_DAYS = 365.25, 0.45


@dataclass(frozen=True)
class Survey:
    """How a survey sees a star in one place.

    Parameters
    ----------
    bands : mapping of str to float
        Share of all visits in each band.
    years : float
        From the first to the last season.
    visits : tuple of float
        Median number of visits of all bands, its logarithmic scatter, and the fewest.
    per_night : int
        Visits of one night, some minutes apart.
    season_days : float
        How long the place is up each year [d].
    magnitudes : tuple of float
        Brightest and faintest stars.
    floor : float
        Standard error of bright stars [mag].
    depth : mapping of str to float
        Magnitude at which the standard error is .2 mag, by band.
    error_scale : float
        Reported over true standard error.
    bad_fraction : float
        Share of points that are far off.
    distance_modulus : float or None
        Of all its stars, where they are at one distance [mag].
    """

    bands: Mapping[str, float]
    years: float
    visits: tuple[float, float, int]
    season_days: float
    magnitudes: tuple[float, float]
    floor: float
    depth: Mapping[str, float] = field(default_factory=dict)
    per_night: int = 1
    error_scale: float = 1.0
    bad_fraction: float = 0.005
    distance_modulus: float | None = None


SURVEYS: dict[str, Survey] = {
    # Pojmański (2002), AcA 52, 397
    "asas": Survey(
        bands={"V": 1.0},
        years=8.0,
        visits=(430, 0.45, 60),
        season_days=270,
        magnitudes=(8.5, 14.0),
        floor=0.025,
        depth={"V": 14.3},
        bad_fraction=0.01,
    ),
    # Drake et al. (2009), ApJ 696, 870: four exposures within half an hour
    "crts": Survey(
        bands={"V": 1.0},
        years=8.2,
        visits=(290, 0.3, 60),
        season_days=220,
        magnitudes=(12.5, 19.3),
        floor=0.04,
        depth={"V": 19.6},
        per_night=4,
        error_scale=1.2,
    ),
    # Renault et al. (1998), A&A 329, 522, fields of the Large Magellanic Cloud, whose distance is
    # that of Pietrzyński et al. (2019), Nature 567, 200
    "eros": Survey(
        bands={"B_E": 0.5, "R_E": 0.5},
        years=2.45,
        visits=(240, 0.07, 60),
        season_days=240,
        magnitudes=(14.5, 20.3),
        floor=0.05,
        depth={"B_E": 19.7, "R_E": 19.4},
        distance_modulus=18.48,
    ),
    # Udalski et al. (2008), AcA 58, 69
    "ogle": Survey(
        bands={"I": 1.0},
        years=8.0,
        visits=(600, 0.4, 80),
        season_days=250,
        magnitudes=(13.0, 20.5),
        floor=0.006,
        depth={"I": 21.0},
    ),
    # Bellm et al. (2019), PASP 131, 018002
    "ztf": Survey(
        bands={"g": 0.42, "r": 0.58},
        years=4.0,
        visits=(420, 0.5, 60),
        season_days=220,
        magnitudes=(13.5, 20.3),
        floor=0.015,
        depth={"g": 20.8, "r": 20.6},
    ),
    # Ivezić et al. (2019), ApJ 873, 111, the wide survey after its first three years
    "lsst": Survey(
        bands={"u": 0.07, "g": 0.1, "r": 0.22, "i": 0.22, "z": 0.2, "y": 0.19},
        years=3.0,
        visits=(250, 0.15, 60),
        season_days=210,
        magnitudes=(16.5, 24.0),
        floor=0.006,
        depth={"u": 23.8, "g": 24.9, "r": 24.5, "i": 23.9, "z": 23.3, "y": 22.3},
    ),
}


@dataclass(frozen=True)
class Visits:
    """Visits of n stars; arrays (n, T), the last places of a row empty where it has fewer.

    Parameters
    ----------
    time : ndarray, float64
        Ascending times [d]; empty places repeat the last one.
    band : ndarray, int16
        Number of the band in ``Survey.bands``.
    mask : ndarray, bool
        Whether there is a visit.
    """

    time: np.ndarray
    band: np.ndarray
    mask: np.ndarray


def draw_visits(survey: Survey, n: int, rng: np.random.Generator) -> Visits:
    """Return when a survey looks at n stars: nights within seasons, near culmination.

    Parameters
    ----------
    survey : Survey
        One of `SURVEYS`, or another.
    n : int
        Stars, each in a place of its own.
    rng : numpy.random.Generator
        Source of randomness.
    """
    median, scatter, fewest = survey.visits
    count = np.maximum(np.round(median * np.exp(scatter * rng.standard_normal(n))), fewest)
    count = np.minimum(count, 3 * median).astype(int)
    width = int(count.max())
    nights = -(-width // survey.per_night)
    season = rng.integers(0, int(np.ceil(survey.years)), (n, nights))
    day = np.floor(season * YEAR_DAYS + survey.season_days * rng.random((n, nights)))
    day = np.minimum(day, np.floor(survey.years * YEAR_DAYS))
    # A place is observed earlier in the night as its season goes on.
    hour = 0.25 - 0.5 * (day % YEAR_DAYS) / survey.season_days + rng.normal(0, 0.06, (n, nights))
    too_early_or_late = np.abs(hour) > LONGEST_NIGHT_DAYS / 2
    hour[too_early_or_late] *= rng.random(too_early_or_late.sum()) / 3
    start = day + hour
    gaps = rng.uniform(0.005, 0.012, (n, nights, 1)) * np.arange(survey.per_night)
    time = (start[..., None] + gaps).reshape(n, -1)[:, :width]
    band = np.repeat(
        rng.choice(len(survey.bands), (n, nights), p=_shares(survey)), survey.per_night, axis=1
    )[:, :width]
    mask = np.arange(width) < count[:, None]
    order = np.argsort(np.where(mask, time, np.inf), axis=1, kind="stable")
    time = np.take_along_axis(np.where(mask, time, -np.inf), order, axis=1)
    band = np.take_along_axis(band, order, axis=1).astype(np.int16)
    return Visits(np.maximum.accumulate(time, axis=1), band, mask)


def magnitude_errors(survey: Survey, magnitude: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Return true standard errors [mag] of magnitudes (n, T) in bands (n, T).

    A floor, and noise of the sky that is .2 mag at the depth of the band.
    """
    depth = np.array([survey.depth[name] for name in survey.bands])[band]
    excess = np.clip(magnitude - depth, -30, 4)
    return np.hypot(survey.floor, 0.2 * 10 ** (0.3 * excess))


def _shares(survey: Survey) -> np.ndarray:
    shares = np.array(list(survey.bands.values()))
    return shares / shares.sum()
