"""Points of light curves gathered into nights, which is what networks are given step by step."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.rows import take_rows

Array = np.ndarray

HALF_A_NIGHT = 0.5
"""How far [d] the mean time of a night may be from the point that it is called after."""


@dataclass(frozen=True)
class Points:
    """Measurements of many objects, one row each, in any order.

    Parameters
    ----------
    object : ndarray of int, (P,)
        Number of the object, from 0.
    time : ndarray of float64, (P,)
        When [d].
    band : ndarray of int, (P,)
        Number of the band, from 0.
    flux, error : ndarray, (P,)
        Flux and its standard error, at one zero point.
    """

    object: Array
    time: Array
    band: Array
    flux: Array
    error: Array

    def __getitem__(self, rows: Array) -> "Points":
        """Return some of the rows."""
        return take_rows(self, rows)

    @property
    def signal_to_noise(self) -> Array:
        """Flux over error of each point."""
        return np.asarray(self.flux / self.error)


@dataclass(frozen=True)
class Nights:
    """Light curves of n objects by night; all is zero where nothing was observed.

    Parameters
    ----------
    time : ndarray of float32, (n, nights)
        Days since the first detection.
    flux, error : ndarray of float32, (n, nights, bands)
        Means of the night.
    observed : ndarray of bool, (n, nights, bands)
        Which bands were observed.
    """

    time: Array
    flux: Array
    error: Array
    observed: Array

    def __getitem__(self, rows: Array) -> "Nights":
        """Return some of the objects."""
        return take_rows(self, rows)

    @property
    def known(self) -> Array:
        """Which steps are nights and no padding, (n, nights)."""
        return np.any(self.observed, axis=2)

    @property
    def signal_to_noise(self) -> Array:
        """Flux over error, (n, nights, bands); 0 where not observed."""
        nothing = np.zeros_like(self.flux)
        return np.asarray(np.divide(self.flux, self.error, out=nothing, where=self.observed))

    @property
    def points(self) -> Points:
        """What was observed, a row for each band of a night; times since the first detection."""
        object, night, band = np.nonzero(self.observed)
        at = object, night, band
        return Points(object, self.time[object, night], band, self.flux[at], self.error[at])

    def only(self, kept: Array) -> "Nights":
        """Return the nights of a mask (n, nights) alone, the rest padding at the end."""
        order = np.argsort(~(kept & self.known), axis=1, kind="stable")
        kept = np.take_along_axis(kept & self.known, order, axis=1)
        time = np.where(kept, np.take_along_axis(self.time, order, axis=1), 0)
        parts = (
            np.take_along_axis(values, order[..., None], axis=1) * kept[..., None]
            for values in (self.flux, self.error, self.observed)
        )
        return Nights(time, *parts)

    def since_detection(self, detection_snr: float) -> "Nights":
        """Return the same nights with times since their first detection, where there is one."""
        found = np.any(self.signal_to_noise >= detection_snr, axis=2)
        first = np.take_along_axis(self.time, found.argmax(axis=1)[:, None], axis=1)
        shift = np.where(found.any(axis=1)[:, None], first, 0)
        return Nights(
            np.where(self.known, self.time - shift, 0), self.flux, self.error, self.observed
        )


def first_detection(points: Points, n: int, detection_snr: float) -> Array:
    """Return the time of the first point at this signal-to-noise ratio (n,), NaN without one."""
    found = points.signal_to_noise >= detection_snr
    first = np.full(n, np.inf)
    np.minimum.at(first, points.object[found], points.time[found])
    return np.where(np.isfinite(first), first, np.nan)


def gathered_nights(
    points: Points,
    start: Array,
    bands: int,
    length: int,
    window: tuple[float, float],
) -> Nights:
    """Return points as nights.

    Points of one band and night are averaged with inverse variances. Objects with more nights than
    there is room for get steps of two nights, or four …, so that no point is lost.

    Parameters
    ----------
    points : Points
        Errors above zero.
    start : ndarray, (n,)
        Time zero of each object [d]; objects where it is NaN get no night.
    bands, length : int
        Number of bands, and the largest number of nights.
    window : tuple of float
        First and last day that counts, from time zero.
    """
    n = len(start)
    days = points.time - start[points.object]
    points = points[(days >= window[0]) & (days <= window[1])]
    days = points.time - start[points.object]
    width = np.ones(n)
    while True:
        step = np.rint(days / width[points.object]).astype(np.int64)
        # Steps are told apart by one number: no window has a million days.
        steps, place = np.unique(points.object * 2_000_000 + step, return_inverse=True)
        owner = np.floor_divide(steps + 1_000_000, 2_000_000)
        crowded = np.bincount(owner, minlength=n) > length
        if not crowded.any():
            break
        width[crowded] *= 2
    row = np.arange(len(steps)) - np.searchsorted(owner, np.arange(n))[owner]
    cell = (owner[place] * length + row[place]) * bands + points.band
    weight = points.error**-2.0
    shape = (n, length, bands)

    def summed(values: Array) -> Array:
        return np.bincount(cell, values, n * length * bands).reshape(shape)

    total = summed(weight)
    observed = total > 0
    safe = np.where(observed, total, 1)
    time = summed(points.time - start[points.object]).sum(axis=2)
    count = np.maximum(summed(np.ones(len(cell))).sum(axis=2), 1)
    return Nights(
        (time / count).astype(np.float32),
        np.where(observed, summed(weight * points.flux) / safe, 0).astype(np.float32),
        np.where(observed, safe**-0.5, 0).astype(np.float32),
        observed,
    )
