"""Fourier transforms of Sérsic profiles, from a table of Hankel transforms.

A profile of unit flux and unit effective radius has the transform F(k; n). It is computed once on
logarithmic grids by FFTLog (Hamilton 2000, MNRAS 312, 257) and interpolated: in ln n by cubic
splines, in ln k along lines so short that 1e-5 is kept.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft
from scipy.interpolate import CubicSpline
from scipy.special import gamma, gammaincinv

from astro_dl.core.errors import UsageError

Array = np.ndarray
INDEX_RANGE = (0.3, 10.0)
"""Of the Sérsic index."""

WAVENUMBER_RANGE = (3e-3, 1e3)
"""Of k R_e: below, the transform of the least is taken; above, that of the greatest."""

INDICES = 96
SAMPLES = 4096
FARTHEST = 18.0
"""Logarithm of the greatest radius, and of the inverse of the least, in effective radii."""


def half_light_b(sersic_index: Array) -> Array:
    """Return b_n with half of the light within R_e: P(2n, b) = 1/2, Graham & Driver (2005), eq. 1.

    Exact, where `astro_dl.observations.images.sersic.sersic_b` is Capaccioli's approximation.
    """
    return gammaincinv(2 * np.asarray(sersic_index, float), 0.5)


@dataclass(frozen=True)
class TransformRows:
    """Transforms of m profiles on the logarithmic grid of wavenumbers.

    Parameters
    ----------
    value, by_log_wavenumber, by_log_index : ndarray, (m, grid)
        F, ∂F/∂ln k and ∂F/∂ln n; the last two are empty where they were not asked for.
    """

    value: Array
    by_log_wavenumber: Array
    by_log_index: Array


def transform_rows(sersic_index: Array, derivatives: bool = False) -> TransformRows:
    """Return the transforms of profiles of unit flux and unit effective radius.

    Parameters
    ----------
    sersic_index : ndarray, (m,)
        Within `INDEX_RANGE`.
    derivatives : bool, default False
        Whether they are wanted, too.

    Raises
    ------
    UsageError
        If an index is outside.
    """
    index = np.asarray(sersic_index, float)
    low, high = INDEX_RANGE
    if not np.all((index >= low) & (index <= high)):
        raise UsageError(f"Sérsic indices must be within {low:g} and {high:g}")
    spline = _table()
    log_index, step = np.log(index), _log_wavenumbers()[1]
    value = spline(log_index)
    if not derivatives:
        empty = np.empty((len(index), 0))
        return TransformRows(value, empty, empty)
    return TransformRows(value, np.gradient(value, step, axis=1), spline(log_index, 1))


def at_wavenumbers(rows: Array, log_wavenumber: Array) -> Array:
    """Return rows (m, grid) of a `TransformRows` at ln(k R_e) (m, p), in the type of the latter."""
    start, step = _log_wavenumbers()
    place = np.clip((log_wavenumber - start) / step, 0, rows.shape[1] - 1.001)
    below = place.astype(np.int32)
    place -= below
    table = rows.astype(log_wavenumber.dtype)
    flat = below + (rows.shape[1] * np.arange(len(rows), dtype=np.int32))[:, None]
    left = table.ravel()[flat]
    right = table.ravel()[flat + 1]
    right -= left
    right *= place
    right += left
    return right


@lru_cache(maxsize=1)
def _log_wavenumbers() -> tuple[float, float]:
    """Return the first ln k of the grid, and its step."""
    step = 2 * FARTHEST / SAMPLES
    return step * np.ceil(np.log(WAVENUMBER_RANGE[0]) / step), step


@lru_cache(maxsize=1)
def _table() -> CubicSpline:
    """Return the spline in ln n of the transforms (grid,)."""
    step = 2 * FARTHEST / SAMPLES
    # both logarithmic grids are centred on 0, as `fht` takes them with an offset of 0
    log_radius = (np.arange(SAMPLES) - (SAMPLES - 1) / 2) * step
    indices = np.geomspace(INDEX_RANGE[0], INDEX_RANGE[1], INDICES)
    n, b = indices[:, None], half_light_b(indices)[:, None]
    with np.errstate(under="ignore"):
        profile = np.exp(-b * np.exp(log_radius / n))
    profile /= 2 * np.pi * n * b ** (-2 * n) * gamma(2 * n)
    hankel = fft.fht(profile * np.exp(log_radius), step, mu=0)
    transform = 2 * np.pi * hankel / np.exp(log_radius)
    start, _ = _log_wavenumbers()
    stop = np.log(WAVENUMBER_RANGE[1])
    wanted = start + step * np.arange(int((stop - start) / step))
    columns = CubicSpline(log_radius, transform, axis=1)(wanted)
    return CubicSpline(np.log(indices), columns, axis=0)
