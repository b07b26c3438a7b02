"""Light curves from files: SPOC, QLP, Kepler and K2 FITS, CSV, and objects like lightkurve's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from astro_dl.core.errors import UsageError

TIME_OFFSETS = {2457000.0: "BTJD", 2454833.0: "BKJD", 0.0: "BJD", 2400000.5: "MJD"}
FEWEST_POINTS = 20
JULIAN_DATES = 2.4e6
COARSEST_CADENCE_DAYS = 0.25


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
        What had to be mended: ``nan_flux``, ``unsorted_times``, ``duplicate_times``.
    """

    id: str
    time: np.ndarray
    flux: np.ndarray
    time_system: str = ""
    offset: float = np.nan
    magnitude: float = np.nan
    flags: tuple[str, ...] = field(default=())


def from_arrays(
    id: str,
    time: np.ndarray,
    flux: np.ndarray,
    *,
    good: np.ndarray | None = None,
    offset: float = np.nan,
    magnitude: float = np.nan,
) -> LightCurve:
    """Return a cleaned light curve.

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

    Raises
    ------
    UsageError
        If fewer than 20 points are finite and good, the flux is not above 0 in the median, or the
        times can't be days.
    """
    time, flux = np.asarray(time, np.float64), np.asarray(flux, np.float64)
    if time.shape != flux.shape or time.ndim != 1:
        raise UsageError(f"{id}: times have shape {time.shape} and flux {flux.shape}; give (T,)")
    kept = np.isfinite(time) & (np.ones(len(time), bool) if good is None else good)
    usable = kept & np.isfinite(flux)
    flags = ["nan_flux"] if (kept & ~usable).any() else []
    if usable.sum() < FEWEST_POINTS:
        raise UsageError(
            f"{id}: {usable.sum()} of {len(time)} points are finite and of good quality; "
            f"{FEWEST_POINTS} or more are needed"
        )
    time, flux = time[usable], flux[usable]
    if (np.diff(time) < 0).any():
        flags.append("unsorted_times")
    # Of points at the same time the first one read is kept.
    time, first = np.unique(time, return_index=True)
    if len(first) < len(flux):
        flags.append("duplicate_times")
    flux = flux[first]
    _check_days(id, time)
    level = float(np.median(flux))
    if not level > 0:
        raise UsageError(
            f"{id}: median flux is {level:.4g}; give flux above 0, not magnitudes or differences"
        )
    if not np.isfinite(offset) and time[0] > JULIAN_DATES:
        offset = 0.0
    return LightCurve(
        id=id,
        time=time,
        flux=flux / level,
        time_system=TIME_OFFSETS.get(offset, "") if np.isfinite(offset) else "",
        offset=offset,
        magnitude=magnitude,
        flags=tuple(flags),
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


def _check_days(id: str, time: np.ndarray) -> None:
    cadence = float(np.median(np.diff(time)))
    if cadence > COARSEST_CADENCE_DAYS:
        raise UsageError(
            f"{id}: times are {cadence:.4g} apart; light curves of transits have a point every "
            f"{COARSEST_CADENCE_DAYS:g} d or more often: give times in days, not hours or seconds"
        )
