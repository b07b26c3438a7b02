"""Spectra of box least squares: which periods to try, what each explains, which stand out."""

from dataclasses import dataclass

import numpy as np
from astropy.timeseries import BoxLeastSquares
from numpy.typing import ArrayLike
from scipy.ndimage import median_filter

from astro_dl.science.transits.detrending import robust_scatter

OVERSAMPLING = 3.0
SHORTEST, LONGEST = 0.4, 1.6
BOXES = 5
LARGEST_SHARE = 0.4
CHUNK = 400
BACKGROUND_PERIODS = 201
PEAK_WIDTH = 20
LEAST_SCATTER = 1e-7


@dataclass(frozen=True)
class Boxes:
    """Which boxes a spectrum tries.

    Parameters
    ----------
    bin_minutes : float, default 10
        Denser points are averaged over so long [min].
    days : tuple of float, optional
        Durations [d]; without, 0.4 to 1.6 times those of central transits of a star like the Sun.
    oversampling : float, default 3
        Of the grid of periods.
    peaks : int, default 4
        How many periods are looked at further.
    """

    bin_minutes: float = 10.0
    days: tuple[float, ...] | None = None
    oversampling: float = OVERSAMPLING
    peaks: int = 4

    @property
    def longest(self) -> float:
        """The longest duration that is set [d], 0 where they go with the period."""
        return max(self.days or (0.0,))

    def durations(self, shortest: float, longest: float) -> np.ndarray:
        """Return the durations for the periods between two, none above 0.4 of the shortest [d]."""
        typical = transit_duration(np.sqrt(shortest * longest))
        days = np.geomspace(SHORTEST, LONGEST, BOXES) * typical if self.days is None else self.days
        possible = np.asarray(days)[np.asarray(days) < LARGEST_SHARE * shortest]
        return possible if len(possible) else np.array([LARGEST_SHARE / 2 * shortest])


USUAL_BOXES = Boxes()
LONG_BOXES = Boxes(60.0, (8 / 24, 11.3 / 24, 16 / 24), 1.5, 1)
"""Of large stars and slow planets: longer than the usual ones for all but the longest periods."""


def transit_duration(period: ArrayLike, density: float = 1.0) -> np.ndarray:
    """Return the duration of a central transit of a small planet on a circular orbit [d].

    Parameters
    ----------
    period : array_like
        Period [d].
    density : float, default 1
        Mean density of the star [Sun's]: T ≈ 13 h (P / yr)^(1/3) density^(−1/3).
    """
    return 13.0 / 24 * np.cbrt(np.asarray(period) / 365.25 / density)


def frequency_grid(
    baseline: float, shortest: float, longest: float, oversampling: float = OVERSAMPLING
) -> np.ndarray:
    """Return periods whose transits stay in phase over the baseline.

    The grid of Ofir (2014), A&A 561, A138, eqs. 5 to 7, for a star like the Sun: even in the cube
    root of frequency, because long periods have long transits.

    Parameters
    ----------
    baseline : float
        Time from first to last point [d].
    shortest, longest : float
        Periods [d].
    oversampling : float, default 3
        Steps to one that just keeps transits in phase.

    Returns
    -------
    ndarray
        Ascending periods [d].
    """
    # Half a transit of the highest rate of change of phase; R (G M)^(-1/3) of the Sun in days.
    step = (2 * np.pi) ** (2 / 3) / np.pi * 0.0698 / (baseline * oversampling)
    low, high = np.cbrt(1 / longest), np.cbrt(1 / shortest)
    number = max(2, int(np.ceil(3 * (high - low) / step)))
    return 1 / np.linspace(high, low, number) ** 3


def box_spectrum(
    time: np.ndarray, flux: np.ndarray, periods: np.ndarray, boxes: Boxes = USUAL_BOXES
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the best box at each period explains.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Times [d] and detrended flux, all finite.
    periods : ndarray, (P,)
        Ascending periods [d], as from `frequency_grid`.
    boxes : Boxes
        Which durations are tried, of points averaged over how long.

    Returns
    -------
    power, epoch, duration : ndarray, (P,)
        Logarithm of the likelihood gained, time of a transit's centre and duration [d].
    """
    time, flux = _binned(time, flux, boxes.bin_minutes / 1440)
    # Without any noise a box would explain infinitely much.
    scatter = max(float(robust_scatter(flux)), LEAST_SCATTER)
    model = BoxLeastSquares(time, flux, dy=np.full(len(time), scatter))
    parts = []
    for part in np.array_split(periods, max(1, len(periods) // CHUNK)):
        durations = boxes.durations(float(part[0]), float(part[-1]))
        result = model.power(part, durations, oversample=5)
        parts.append((result.power, result.transit_time, result.duration))
    power, epoch, duration = (
        np.concatenate([np.asarray(p) for p in column]) for column in zip(*parts, strict=True)
    )
    return power, epoch, duration


def best_box(
    time: np.ndarray, flux: np.ndarray, period: float, duration: float | None = None
) -> tuple[float, float]:
    """Return epoch and duration [d] of the best box at a period, or at a period and duration."""
    typical = float(transit_duration(period))
    durations = (
        np.array([duration])
        if duration is not None
        else np.minimum(np.geomspace(0.2, 2.5, 12) * typical, LARGEST_SHARE * period)
    )
    model = BoxLeastSquares(time, flux)
    result = model.power(np.array([period]), np.unique(durations), oversample=10)
    return float(result.transit_time[0]), float(result.duration[0])


def outstanding(power: np.ndarray, number: int = 4) -> list[int]:
    """Return the positions of the periods that stand out most from their surroundings.

    Power counts above its running median and in units of the scatter about it, as long periods
    leave more freedom to boxes and have more power in mere noise. The highest power of all is kept
    whatever surrounds it: aliases of a strong signal are a background to each other.

    Parameters
    ----------
    power : ndarray, (P,)
        From `box_spectrum`.
    number : int, default 4
        How many at most, and the highest one.
    """
    size = min(BACKGROUND_PERIODS, len(power) // 2 * 2 + 1)
    rest = power - median_filter(power, size, mode="nearest")
    scatter = median_filter(np.abs(rest), size, mode="nearest")
    excess = rest / np.maximum(scatter, np.median(scatter) / 3 + 1e-12)
    peaks: list[int] = []
    for position in np.argsort(-excess):
        if all(abs(position - peak) > PEAK_WIDTH for peak in peaks):
            peaks.append(int(position))
        if len(peaks) == number:
            break
    highest = int(power.argmax())
    near = any(abs(highest - peak) <= PEAK_WIDTH for peak in peaks)
    return peaks if near else [*peaks, highest]


def _binned(time: np.ndarray, flux: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return means over a width [d] where points are denser."""
    if np.median(np.diff(time)) > width / 2:
        return time, flux
    bins = np.floor((time - time[0]) / width).astype(np.int64)
    _, where, number = np.unique(bins, return_inverse=True, return_counts=True)
    return np.bincount(where, time) / number, np.bincount(where, flux) / number
