"""Light curves of one star: cleaned, and those of several files joined."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import read_each
from astro_dl.observations.light_curves.names import TIME_OFFSETS

FEWEST_POINTS = 20
JULIAN_DATES = 2.4e6
COARSEST_CADENCE_DAYS = 0.25
SURELY_POSITIVE = 10.0
"""A star this many standard deviations of a point above zero has no flux of zero or less."""

CENTURY_DAYS = 36525.0
SURELY_AFTER_ZERO_DAYS = 1000.0
"""Where the median time is above, a time of zero or less is none."""

ABSURD = 1e3
"""Flux this many times farther from the median than zero is no measurement."""


@dataclass(frozen=True)
class LightCurve:
    """A light curve, cleaned.

    Parameters
    ----------
    id : str
        Catalogue name of the star, or the file's name.
    time : ndarray, (T,)
        Ascending times [d], float64.
    flux : ndarray, (T,)
        Relative flux of median 1, float64.
    time_system : str
        ``BTJD`` (BJD − 2457000), ``BKJD`` (BJD − 2454833), ``BJD``, ``MJD``, or empty if unknown.
    offset : float
        What added to the times gives Julian dates [d]; NaN if unknown.
    magnitude : float
        Of the mission's band; NaN if unknown.
    flags : tuple of str
        What had to be mended: ``nan_flux``, ``impossible_flux``, ``impossible_time``,
        ``unsorted_times``, ``duplicate_times``.
    path : Path or None
        The file that it is from.
    numbers : tuple of str
        The star's numbers in catalogues, as ``"TIC 123"``; empty where they are unknown.
    """

    id: str
    time: np.ndarray
    flux: np.ndarray
    time_system: str = ""
    offset: float = np.nan
    magnitude: float = np.nan
    flags: tuple[str, ...] = field(default=())
    path: Path | None = None
    numbers: tuple[str, ...] = ()


def from_arrays(
    id: str,
    time: np.ndarray,
    flux: np.ndarray,
    *,
    good: np.ndarray | None = None,
    offset: float = np.nan,
    magnitude: float = np.nan,
    path: Path | None = None,
    numbers: tuple[str, ...] = (),
) -> LightCurve:
    """Return a cleaned light curve.

    Flux of exactly zero, or of zero and less for a star that is bright, or a thousand times farther
    from the median than zero is, counts as missing: so lost cadences are written. So do times of
    zero and less where the others are far above it, and times a century from the others.

    Parameters
    ----------
    id : str
        Names the star in the result and in messages.
    time, flux : ndarray, (T,)
        Times [d], in any order, and flux in any linear unit.
    good : ndarray of bool, (T,), optional
        Points of good quality.
    offset : float, optional
        Added to the times it gives Julian dates [d].
    magnitude : float, optional
        Magnitude.
    path : Path, optional
        The file; it is named in messages instead of the star.
    numbers : tuple of str, optional
        The star's numbers in catalogues.

    Raises
    ------
    UsageError
        If fewer than 20 points are finite and good, the flux is not above 0 in the median, or the
        times can't be days.
    """
    where = str(path or id)
    time, flux = np.asarray(time, np.float64), np.asarray(flux, np.float64)
    if time.shape != flux.shape or time.ndim != 1:
        raise UsageError(f"{where}: times have shape {time.shape} and flux {flux.shape}; give (T,)")
    known = np.isfinite(time) & (np.ones(len(time), bool) if good is None else good)
    kept = known & ~_impossible_times(time, known)
    finite = kept & np.isfinite(flux)
    usable = finite & ~_impossible(flux, finite)
    flags = ["nan_flux"] if (kept & ~finite).any() else []
    flags += ["impossible_flux"] if (finite & ~usable).any() else []
    flags += ["impossible_time"] if (known & ~kept).any() else []
    given = len(time)
    time, flux = time[usable], flux[usable]
    if (np.diff(time) < 0).any():
        flags.append("unsorted_times")
    # Of points at the same time the first one read is kept.
    time, first = np.unique(time, return_index=True)
    if len(first) < len(flux):
        flags.append("duplicate_times")
    if len(first) < FEWEST_POINTS:
        raise UsageError(
            f"{where}: {len(first)} of {given} points are finite, of good quality and at times of "
            f"their own; {FEWEST_POINTS} or more are needed"
        )
    flux = flux[first]
    _check_days(where, time)
    level = float(np.median(flux))
    if not level > 0:
        raise UsageError(
            f"{where}: median flux is {level:.4g}; give flux above 0, not magnitudes or differences"
        )
    if level < (scatter := _scatter(flux)):
        raise UsageError(
            f"{where}: median flux is {level:.4g} with a scatter of {scatter:.4g}; give the flux "
            "of the star, not differences from its mean"
        )
    # Whatever is said of them: nothing that counts from another date is as large.
    if time[0] > JULIAN_DATES:
        offset = 0.0
    return LightCurve(
        id=id,
        time=time,
        flux=flux / level,
        time_system=TIME_OFFSETS.get(offset, "") if np.isfinite(offset) else "",
        offset=offset,
        magnitude=magnitude,
        flags=tuple(flags),
        path=path,
        numbers=numbers,
    )


def _impossible(flux: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """Return which values (T,) are no measurements, but marks of missing ones."""
    measured = flux[finite & (flux != 0)]
    if not len(measured):
        return finite & (flux == 0)
    level, scatter = float(np.median(measured)), _scatter(measured)
    with np.errstate(invalid="ignore", over="ignore"):
        absurd = np.abs(flux - level) > ABSURD * (abs(level) + scatter)
        negative = (flux <= 0) & (level > SURELY_POSITIVE * scatter)
    return finite & ((flux == 0) | absurd | negative)


def _impossible_times(time: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return which times (T,) [d] are no dates, but marks of missing ones."""
    if not known.any():
        return known
    middle = float(np.median(time[known]))
    with np.errstate(invalid="ignore", over="ignore"):
        absurd = np.abs(time - middle) > CENTURY_DAYS
        unset = (time <= 0) & (middle > SURELY_AFTER_ZERO_DAYS)
    return known & (absurd | unset)


def _scatter(flux: np.ndarray) -> float:
    return float(1.4826 * np.median(np.abs(flux - np.median(flux))))


def join_stars(curves: Iterable[LightCurve]) -> list[LightCurve]:
    """Return one light curve for each star, in order of first mention, with distinct names.

    Files are of one star if its numbers in catalogues are the same; those without a number are of a
    star each, whatever name they give it, and named after the file.

    Raises
    ------
    UsageError
        If light curves that are not from files cannot be told apart, or those of a star cannot be
        joined.
    """
    stars: dict[object, list[LightCurve]] = {}
    for position, curve in enumerate(curves):
        key = curve.numbers or (curve.path.resolve() if curve.path else position)
        stars.setdefault(key, []).append(curve)
    _refuse_namesakes([group[0] for group in stars.values()])
    groups = {group[0].path or group[0].id: group for group in stars.values()}
    joined = [curve for _, curve in read_each(groups, lambda first: stitch(groups[first]))]
    shared = {one.id for one in joined if sum(other.id == one.id for other in joined) > 1}
    names = distinct_names([one.path for one in joined if one.path and one.id in shared])
    return [
        replace(one, id=names[one.path]) if one.path and one.id in shared else one for one in joined
    ]


def _refuse_namesakes(curves: Sequence[LightCurve]) -> None:
    """Refuse light curves of one name of which one is not from a file, by which to tell it."""
    times = Counter(curve.id for curve in curves)
    for curve in curves:
        if times[curve.id] > 1 and curve.path is None:
            raise UsageError(
                f"two light curves are called {curve.id!r} and have no number of a catalogue; give "
                "each a label of its own"
            )


def stitch(curves: Sequence[LightCurve]) -> LightCurve:
    """Return the light curves of one star as one, each of median 1.

    Raises
    ------
    UsageError
        If their times are not of the same system, or those of two overlap.
    """
    first = curves[0]
    if len(curves) == 1:
        return first
    if len({str(curve.offset) for curve in curves}) > 1:
        raise UsageError(f"{first.id}: its files have different time systems; give one kind")
    ordered = sorted(curves, key=lambda curve: curve.time[0])
    time = np.concatenate([curve.time for curve in ordered])
    if (np.diff(time) <= 0).any():
        raise UsageError(
            f"{first.id}: its files overlap in time; give one file for each sector or quarter"
        )
    flux = np.concatenate([curve.flux for curve in ordered])
    return replace(first, time=time, flux=flux, flags=_union(curve.flags for curve in curves))


def _union(flags: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag for some in flags for flag in some))


def _check_days(where: str, time: np.ndarray) -> None:
    cadence = float(np.median(np.diff(time)))
    if cadence > COARSEST_CADENCE_DAYS:
        raise UsageError(
            f"{where}: times are {cadence:.4g} apart; light curves of transits have a point every "
            f"{COARSEST_CADENCE_DAYS:g} d or more often: give times in days, not hours or seconds"
        )
