"""What the TESS photometer adds: white noise by magnitude, gaps, and artefacts of the spacecraft.

Artefacts have unit peak: whoever uses them scales them to a relative flux.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike

from astro_dl.core.rows import take_rows
from astro_dl.observations.light_curves.stellar_variability import (
    gaussian_process,
    power_law_spectrum,
)

# Stassun et al. (2018), AJ 156, 102 (arXiv:1706.00495): ln of the noise in one hour [ppm].
_NOISE_POLYNOMIAL = (3.29685, 0.850021, -0.285042, 0.0395908, -0.00223080, 4.73508e-5)
# Intervals between momentum dumps in the first sectors and later: TESS data release notes [d].
_DUMP_INTERVALS = (2.44, 2.5, 3.125, 4.4, 6.7)
_DUMP_SHARES = (0.45, 0.15, 0.2, 0.1, 0.1)
_FIRST_DAY = 1325.3  # BTJD of the first sector


@dataclass(frozen=True)
class Sector:
    """When each of n light curves was disturbed by the spacecraft; arrays (n,), times in d.

    Parameters
    ----------
    dump_interval_d, first_dump_d : ndarray
        Interval of the momentum dumps, and the first one.
    gap_start_d, gap_stop_d : ndarray
        The pause between both orbits, in which the data are sent down.
    """

    dump_interval_d: np.ndarray
    first_dump_d: np.ndarray
    gap_start_d: np.ndarray
    gap_stop_d: np.ndarray

    def __getitem__(self, rows: Any) -> Self:
        """Return the rows of an index or mask."""
        return take_rows(self, rows)


def noise_ppm(magnitude: ArrayLike, exposure_minutes: float = 60.0) -> np.ndarray:
    """Return the standard deviation of the relative flux [ppm] of a TESS star.

    Stassun et al. (2018), arXiv:1706.00495: photon, sky, read-out and systematic noise in the
    optimal aperture. It scales with the root of the exposure. Valid from T = 4 to 17.

    Parameters
    ----------
    magnitude : array_like
        TESS magnitude T.
    exposure_minutes : float, default 60
        Length of the exposure [min].
    """
    hour = np.exp(polyval(np.clip(magnitude, 4, 17), _NOISE_POLYNOMIAL))
    return hour * np.sqrt(60 / exposure_minutes)


def sector_times(cadence_minutes: float, duration_days: float) -> np.ndarray:
    """Return the mid-exposure times of every cadence (T,) [BTJD]."""
    step = cadence_minutes / 1440
    return _FIRST_DAY + step * np.arange(round(duration_days / step))


def draw_sectors(time: np.ndarray, n: int, rng: np.random.Generator) -> Sector:
    """Return when n independent light curves are disturbed."""
    interval = rng.choice(_DUMP_INTERVALS, n, p=_DUMP_SHARES) + rng.normal(0, 0.01, n)
    middle = (time[0] + time[-1]) / 2 + rng.normal(0, 0.2, n)
    length = rng.uniform(0.8, 1.6, n)
    return Sector(
        dump_interval_d=interval,
        first_dump_d=time[0] + rng.random(n) * interval,
        gap_start_d=middle - length / 2,
        gap_stop_d=middle + length / 2,
    )


def momentum_dumps(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return excursions about every dump: pointing that degrades before and settles after it.

    Both last from minutes to hours; their sign is that of the star, their strength varies.
    """
    n = len(sector.first_dump_d)
    interval = _column(sector.dump_interval_d)
    turns = (_days(time) - _column(sector.first_dump_d - time[0])) / interval
    number = np.floor(turns)
    turns -= number
    number = number.astype(np.intp) + 1
    strength = rng.uniform(0.3, 1, (n, number.max() + 2)) * rng.choice([-1, -1, 1], (n, 1))
    strength = strength.astype(np.float32)
    after = interval / _log_uniform(0.02, 0.3, n, rng)
    before = interval / _log_uniform(0.02, 0.3, n, rng)
    shapes = np.take_along_axis(strength, number, 1) * np.exp(-turns * after)
    shapes += np.take_along_axis(strength, number + 1, 1) * np.exp((turns - 1) * before)
    return shapes


def scattered_light(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return residual background where an orbit begins or ends, some of it with the Earth's day."""
    n, days = len(sector.gap_start_d), _days(time)
    shapes = np.zeros((n, len(time)), np.float32)
    sign = rng.choice([-1, 1], n)
    for edge in _orbit_edges(time, sector).T:
        height = sign * rng.uniform(0.1, 1, n) * (rng.random(n) < 0.6)
        distance = np.abs(days - _column(edge))
        shapes += _column(height) * np.exp(-distance / _log_uniform(0.05, 0.8, n, rng))
    day = np.float32(2 * np.pi) * (days + _column(rng.random(n)))
    return shapes * (1 + _column(rng.choice([0, 0.5], n)) * np.cos(day))


def jumps(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return two sudden changes of sensitivity, lasting or relaxing."""
    n, days = len(sector.gap_start_d), _days(time)
    shapes = np.zeros((n, len(time)), np.float32)
    for _ in range(2):
        age = days - _column(rng.uniform(0, days[-1], n))
        after = age >= 0
        np.maximum(age, 0, out=age)
        age /= -_log_uniform(0.1, 30, n, rng)
        shapes += _column(rng.uniform(-1, 1, n)) * after * np.exp(age, out=age)
    return shapes


def crossings(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return one to three smooth bumps or dips of an hour to a day: bodies crossing an aperture."""
    n, days = len(sector.gap_start_d), _days(time)
    shapes = np.zeros((n, len(time)), np.float32)
    for chance in (1.0, 0.6, 0.3):
        height = rng.choice([-1, -1, 1], n) * rng.uniform(0.4, 1, n) * (rng.random(n) < chance)
        offset = (days - _column(rng.uniform(0, days[-1], n))) / _log_uniform(0.02, 0.25, n, rng)
        shapes += _column(height) * np.exp(-0.5 * offset * offset)
    return shapes


def dropouts(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return one to three stretches of low flux with sharp edges, most of them beside a gap."""
    n, days = len(sector.gap_start_d), _days(time)
    edges = _orbit_edges(time, sector)
    shapes = np.zeros((n, len(time)), np.float32)
    for chance in (1.0, 0.5, 0.25):
        beside = edges[np.arange(n), rng.integers(4, size=n)]
        center = np.where(rng.random(n) < 0.7, beside, rng.uniform(0, days[-1], n))
        inside = np.abs(days - _column(center)) < _log_uniform(0.03, 0.4, n, rng)
        height = rng.uniform(0.4, 1, n) * (rng.random(n) < chance)
        shapes -= _column(height) * inside
    return shapes


def drifts(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return slow changes of pointing and focus: red noise of slope 1 to 2.5, of unit variance."""
    n = len(sector.gap_start_d)
    slope = rng.uniform(1, 2.5, (n, 1))

    def spectrum(frequency: np.ndarray) -> np.ndarray:
        return power_law_spectrum(frequency, np.ones((n, 1)), slope, 0.1)

    return gaussian_process(spectrum, n, len(time), time[1] - time[0], rng)


ARTEFACTS: dict[str, Callable[[np.ndarray, Sector, np.random.Generator], np.ndarray]] = {
    "momentum_dumps": momentum_dumps,
    "scattered_light": scattered_light,
    "jumps": jumps,
    "crossings": crossings,
    "dropouts": dropouts,
    "drifts": drifts,
}


def add_outliers(
    flux: np.ndarray, sigma: np.ndarray, rate: float, rng: np.random.Generator
) -> None:
    """Add single discrepant points of 3 to 30 σ to flux (n, T) in place, a fraction ``rate``.

    Two thirds of them are positive (cosmic rays).
    """
    rows, columns = np.nonzero(rng.random(flux.shape, np.float32) < rate)
    size = 3 * 10 ** rng.random(len(rows)) * rng.choice([-1, 1, 1], len(rows))
    flux[rows, columns] += size * sigma[rows]


def flag_cadences(time: np.ndarray, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Return which cadences are usable, bool (n, T).

    Unusable are the pause between the orbits, in three of ten light curves another stretch of up to
    three days, half a percent of single cadences, and in two thirds of the light curves the
    cadences at momentum dumps.
    """
    n, days = len(sector.gap_start_d), _days(time)
    step = days[1]
    _, gap_start, gap_stop, _ = _orbit_edges(time, sector).T
    half = np.where(rng.random(n) < 0.3, 10 ** rng.uniform(-1, 0.18, n), 0)
    usable = np.abs(days - _column(rng.uniform(0, days[-1], n))) >= _column(half)
    usable &= (days < _column(gap_start)) | (days > _column(gap_stop))
    usable &= rng.random(usable.shape, np.float32) > 0.005
    turns = (days - _column(sector.first_dump_d - time[0])) / _column(sector.dump_interval_d)
    nearest = np.abs(turns - np.rint(turns)) * _column(sector.dump_interval_d)
    flagged = _column(np.where(rng.random(n) < 2 / 3, max(step, 5 / 1440) / 2, 0))
    return usable & (nearest >= flagged)


def _days(time: np.ndarray) -> np.ndarray:
    return (time - time[0]).astype(np.float32)


def _column(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, np.float32)[:, None]


def _log_uniform(low: float, high: float, n: int, rng: np.random.Generator) -> np.ndarray:
    return _column(low * (high / low) ** rng.random(n))


def _orbit_edges(time: np.ndarray, sector: Sector) -> np.ndarray:
    """Start and end of both orbits, days from the first cadence, (n, 4)."""
    n = len(sector.gap_start_d)
    edges = (np.zeros(n), sector.gap_start_d - time[0], sector.gap_stop_d - time[0])
    return np.stack([*edges, np.full(n, time[-1] - time[0])], axis=1)
