"""Transits and eclipses of many stars, integrated at the cadences near a conjunction alone.

An `Eclipse` is sparse: the (star, cadence) pairs that an occulter may touch, and the flux there.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from astro_dl.observations.light_curves.limb_darkened_transit import transit_flux
from astro_dl.observations.light_curves.orbit import (
    Orbit,
    eclipse_half_width,
    secondary_epoch,
    sky_position,
)


@dataclass(frozen=True)
class Eclipse:
    """Flux of the eclipsed body, relative to its own, at the cadences near conjunction.

    Parameters
    ----------
    rows, columns : ndarray
        Star and cadence of each point, int64 (m,).
    flux : ndarray
        Flux of the eclipsed body there, float64 (m,), 1 where nothing covers it.
    """

    rows: np.ndarray
    columns: np.ndarray
    flux: np.ndarray


def cadences_near(
    time: np.ndarray,
    period_d: np.ndarray,
    epoch_d: np.ndarray,
    before_d: np.ndarray,
    after_d: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the (row, cadence) pairs within given spans of recurring events.

    Parameters
    ----------
    time : ndarray
        Increasing times (T,) [d].
    period_d, epoch_d, before_d, after_d : ndarray
        Period and epoch of the events of n rows, and the spans before and after each [d], (n,).

    Returns
    -------
    rows, columns : ndarray
        Indices, int64 (m,), in order of rows and times.
    """
    first = np.ceil((time[0] - after_d - epoch_d) / period_d).astype(np.int64)
    last = np.floor((time[-1] + before_d - epoch_d) / period_d).astype(np.int64)
    counts = np.maximum(last - first + 1, 0)
    event_rows = np.repeat(np.arange(len(counts)), counts)
    center = (epoch_d + first * period_d)[event_rows] + _ranges(counts) * period_d[event_rows]
    start = np.searchsorted(time, center - before_d[event_rows], side="left")
    stop = np.searchsorted(time, center + after_d[event_rows], side="right")
    lengths = np.maximum(stop - start, 0)
    return np.repeat(event_rows, lengths), np.repeat(start, lengths) + _ranges(lengths)


def eclipse(
    time: np.ndarray,
    orbit: Orbit,
    radius_ratio: ArrayLike,
    limb_darkening_1: ArrayLike,
    limb_darkening_2: ArrayLike,
    exposure_d: float = 0.0,
    supersampling: int = 7,
    secondary: bool = False,
) -> Eclipse:
    """Return the eclipses of n stars by their companions, or of the companions by the stars.

    Parameters
    ----------
    time : ndarray
        Increasing mid-exposure times (T,) [d].
    orbit : Orbit
        n orbits, in units of the radius of the star.
    radius_ratio : array_like
        Radius of the companion [R★], (n,) or scalar.
    limb_darkening_1, limb_darkening_2 : array_like
        Quadratic coefficients of the eclipsed body, (n,) or scalar.
    exposure_d : float, default 0
        Length of the exposures, over which the flux is averaged [d].
    supersampling : int, default 7
        Gauss–Legendre nodes within an exposure; 1 or an exposure of 0 means instantaneous. At
        30 min seven are exact to 1e-9 away from the contacts, to a few
        percent of the depth at them (a fifth of it where the ingress is much shorter).
    secondary : bool, default False
        The companion goes behind the star and is itself eclipsed.

    Returns
    -------
    Eclipse
        The cadences near conjunction and the flux of the eclipsed body there.
    """
    ratio, u1, u2 = (
        np.broadcast_to(np.asarray(value, float), orbit.period_d.shape)
        for value in (radius_ratio, limb_darkening_1, limb_darkening_2)
    )
    before, after = eclipse_half_width(orbit, 1 + ratio, secondary)
    epoch = secondary_epoch(orbit) if secondary else orbit.epoch_d
    half = exposure_d / 2
    rows, columns = cadences_near(time, orbit.period_d, epoch, before + half, after + half)
    offsets, weights = np.zeros(1), np.ones(1)
    if exposure_d > 0 and supersampling > 1:
        nodes, weights = _gauss_legendre(supersampling)
        offsets, weights = nodes * half, weights / 2
    separation, towards, _ = sky_position(orbit[rows, None], time[columns, None] + offsets)
    wrong_side = towards >= 0 if secondary else towards <= 0
    separation[wrong_side] = np.inf
    p, u1, u2 = (value[rows, None] for value in (ratio, u1, u2))
    if secondary:
        with np.errstate(divide="ignore", invalid="ignore"):
            separation, p = np.where(p > 0, separation / p, np.inf), np.where(p > 0, 1 / p, 0)
    return Eclipse(rows, columns, transit_flux(separation, p, u1, u2) @ weights)


def transit_light_curves(
    time: np.ndarray,
    orbit: Orbit,
    radius_ratio: ArrayLike,
    limb_darkening_1: ArrayLike,
    limb_darkening_2: ArrayLike,
    exposure_d: float = 0.0,
    supersampling: int = 7,
) -> np.ndarray:
    """Return noiseless light curves of n stars with dark transiting companions.

    Parameters as in `eclipse`.

    Returns
    -------
    ndarray
        Flux relative to the uncovered star, float32 (n, T).
    """
    events = eclipse(
        time,
        orbit,
        radius_ratio,
        limb_darkening_1,
        limb_darkening_2,
        exposure_d=exposure_d,
        supersampling=supersampling,
    )
    flux = np.ones((len(orbit.period_d), len(time)), np.float32)
    flux[events.rows, events.columns] = events.flux
    return flux


@lru_cache(maxsize=8)
def _gauss_legendre(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(nodes)


def _ranges(lengths: np.ndarray) -> np.ndarray:
    """Return 0 … length − 1 for each length, one after the other."""
    ends = np.cumsum(lengths)
    total = ends[-1] if len(ends) else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths)
