"""Series on an even grid, and windows of them with the steps that follow."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.series import Series

LARGEST = 10.0
FEWEST_KNOWN = 0.5


@dataclass(frozen=True)
class Windows:
    """How series are cut.

    Parameters
    ----------
    window : int
        Steps that are seen.
    horizon : int
        Steps that are told.
    step_days : float
        Of the grid.
    """

    window: int = 128
    horizon: int = 16
    step_days: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """Of the steps to come."""
        return tuple(f"step_{number}" for number in range(1, self.horizon + 1))

    @property
    def shape(self) -> tuple[int, int]:
        """Of an input: steps, and two channels."""
        return self.window, 2

    def contract(self) -> dict[str, Any]:
        """Return what the numbers of an input mean, for the bundle."""
        return {
            "grid": f"{self.window} steps of {self.step_days:g} d, then {self.horizon} to come",
            "channels": [
                "(flux - mean of the window) / its standard deviation, 0 in gaps",
                "1 where a step was observed, else 0",
            ],
        }


@dataclass(frozen=True)
class Grid:
    """A series on an even grid.

    Parameters
    ----------
    start : float
        Middle of the first step [d].
    flux : ndarray, (steps,)
        Mean of the points of each step, NaN where there is none.
    """

    start: float
    flux: np.ndarray


@dataclass(frozen=True)
class Cut:
    """A window of a series on the scale of a network.

    Parameters
    ----------
    first : int
        Number of its first step.
    x : ndarray of float32, (window, 2)
        Values and marks of known ones.
    mean, deviation : float
        Of the known values: a network's value v is the flux ``mean + deviation * v``.
    """

    first: int
    x: np.ndarray
    mean: float
    deviation: float


def on_grid(series: Series, step_days: float) -> Grid:
    """Return the means of a series in steps of equal length from its first point on."""
    place = np.floor((series.time - series.time[0]) / step_days + 0.5).astype(int)
    count = np.bincount(place)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Grid(float(series.time[0]), np.bincount(place, series.flux) / count)


def cut(windows: Windows, grid: Grid, first: int) -> Cut | None:
    """Return the window that begins at a step; None if it is mostly gaps, or constant."""
    flux = grid.flux[first : first + windows.window]
    known = np.isfinite(flux)
    if known.mean() < FEWEST_KNOWN:
        return None
    mean, deviation = float(flux[known].mean()), float(flux[known].std())
    if not deviation > 1e-12:
        return None
    values = np.where(known, (np.where(known, flux, mean) - mean) / deviation, 0)
    values = np.clip(values, -LARGEST, LARGEST)
    return Cut(first, np.stack([values, known], axis=1).astype(np.float32), mean, deviation)


def cuts_with_truth(windows: Windows, grid: Grid) -> list[tuple[Cut, np.ndarray]]:
    """Return windows, one every horizon, and what follows each: only where all of it was observed.

    Returns
    -------
    list of (Cut, ndarray (horizon,))
        The truth is on the scale of its window.
    """
    found = []
    for first in range(0, len(grid.flux) - windows.window - windows.horizon + 1, windows.horizon):
        end = first + windows.window
        truth = grid.flux[end : end + windows.horizon]
        one = cut(windows, grid, first) if np.isfinite(truth).all() else None
        if one is not None:
            found.append((one, (truth - one.mean) / one.deviation))
    return found


def last_cut(windows: Windows, grid: Grid, where: str) -> Cut:
    """Return the window at the end of a series, from which its future is told.

    Raises
    ------
    UsageError
        If the series is shorter than a window, or the window mostly gaps, or constant.
    """
    if len(grid.flux) < windows.window:
        raise UsageError(
            f"{where}: {len(grid.flux)} steps of {windows.step_days:g} d; the network sees "
            f"{windows.window}"
        )
    found = cut(windows, grid, len(grid.flux) - windows.window)
    if found is None:
        raise UsageError(
            f"{where}: the last {windows.window} steps of {windows.step_days:g} d are constant, or "
            "mostly gaps"
        )
    return found
