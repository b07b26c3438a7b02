"""How light curves of one's own become inputs: binned in time, or folded on their period."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import nifty_ls  # noqa: F401  gives astropy its method "fastnifty"
import numpy as np
from astropy.timeseries import LombScargle

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.series import Series

SPARSE_DAYS = 0.25
LARGEST = 10.0
SAMPLES_PER_PEAK = 3
FEWEST_BINS = 0.1
SHORTEST_PERIOD_DAYS, LONGEST_PERIOD_DAYS = 0.1, 100.0


@dataclass(frozen=True)
class SeriesRecipe:
    """The grid of light curves.

    Parameters
    ----------
    layout : {"time", "phase"}
        Bins from the first point on; or of the phase, at twice the best Lomb–Scargle period, at
        which both eclipses of a binary are seen, from the faintest bin on.
    steps : int
        Bins.
    duration_days : float
        That they cover, of ``"time"``.
    period_range_days : tuple of float
        Of the periodogram, of ``"phase"``.
    """

    layout: Literal["time", "phase"] = "time"
    steps: int = 64
    duration_days: float = 1.0
    period_range_days: tuple[float, float] = (SHORTEST_PERIOD_DAYS, LONGEST_PERIOD_DAYS)

    @property
    def shape(self) -> tuple[int, int]:
        """Of an input: bins and channels."""
        return self.steps, 3 if self.layout == "time" else 4

    def inputs(self, series: Series, where: str) -> np.ndarray:
        """Return an input (bins, channels) float32.

        Channels are the mean of each bin in units of the scatter (0 where there is none), whether
        there is one, the decimal logarithm of the scatter and, of phases, that of the period.

        Raises
        ------
        UsageError
            If nearly all bins are empty.
        """
        if self.layout == "time":
            place = (series.time - series.time[0]) / self.duration_days
            constants = [np.log10(max(series.scatter, 1e-6)) + 2]
        else:
            period = best_period(series, self.period_range_days)
            place = series.time / (2 * period) % 1
            constants = [np.log10(max(series.scatter, 1e-6)) + 2, np.log10(period)]
        known, binned = _binned(place, series, self.steps)
        if known.mean() < FEWEST_BINS:
            raise UsageError(
                f"{where}: points in {known.sum()} of {self.steps} bins; give a longer light "
                "curve, or fewer physics.recipe.steps"
            )
        if self.layout == "phase":
            shift = int(np.argmin(np.where(known, binned, np.inf)))
            known, binned = np.roll(known, -shift), np.roll(binned, -shift)
        channels = [binned, known, *(np.full(self.steps, one) for one in constants)]
        return np.stack(channels, axis=1).astype(np.float32)

    def contract(self) -> dict[str, Any]:
        """Return what the numbers of an input mean, for the bundle."""
        grid = (
            f"{self.steps} bins over {self.duration_days:g} d from the first point"
            if self.layout == "time"
            else f"{self.steps} bins of phase at twice the best Lomb-Scargle period of "
            f"{self.period_range_days[0]:g} to {self.period_range_days[1]:g} d, the faintest first"
        )
        constants = ["2 + log10(scatter)", "log10(period [d])"]
        return {
            "grid": grid,
            "channels": [
                "(mean flux / median - 1) / scatter, 0 where there is none",
                "1 where a bin has a point, else 0",
                *constants[: self.shape[1] - 2],
            ],
        }


def best_period(series: Series, period_range_days: tuple[float, float]) -> float:
    """Return the period [d] of the highest Lomb–Scargle peak, not longer than the light curve."""
    shortest, longest = period_range_days
    longest = min(longest, float(series.time[-1] - series.time[0]))
    frequency, power = LombScargle(series.time, series.flux - 1).autopower(
        minimum_frequency=1 / max(longest, 2 * shortest),
        maximum_frequency=1 / shortest,
        samples_per_peak=SAMPLES_PER_PEAK,
        method="fastnifty",
    )
    return float(1 / frequency[np.argmax(power)])


def measured_series_recipe(curves: Iterable[tuple[str, Series]]) -> SeriesRecipe:
    """Return the recipe for light curves of the kind of these.

    Those with a point in a quarter of a day or more often are binned in time, others folded at
    periods of up to half of what they span, if that is more than 100 d.
    """
    held = [one for _, one in curves]
    cadence = np.median([np.median(np.diff(one.time)) for one in held])
    duration = float(np.median([one.time[-1] - one.time[0] for one in held]))
    if cadence > SPARSE_DAYS:
        # Of long light curves two whole periods are needed to tell one.
        longest = max(LONGEST_PERIOD_DAYS, float(f"{duration / 2:.3g}"))
        return SeriesRecipe("phase", period_range_days=(SHORTEST_PERIOD_DAYS, longest))
    steps = int(np.clip(2 ** np.floor(np.log2(duration / cadence)), 64, 2048))
    return SeriesRecipe("time", steps, float(f"{duration:.4g}"))


def _binned(place: np.ndarray, series: Series, steps: int) -> tuple[np.ndarray, np.ndarray]:
    inside = place < 1
    bins = (place[inside] * steps).astype(int)
    count = np.bincount(bins, minlength=steps)
    total = np.bincount(bins, series.flux[inside] - 1, minlength=steps)
    mean = total / np.maximum(count, 1) / max(series.scatter, 1e-6)
    return count > 0, np.clip(mean, -LARGEST, LARGEST)
