"""A light curve under search, detrended without or with knowledge of a signal."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from astro_dl.science.transits.detrending import (
    clip_outliers,
    detrend,
    in_transit,
    robust_scatter,
)
from astro_dl.science.transits.search.red_noise import red_noise_factor
from astro_dl.science.transits.search.signals import Signal

MASKED_DURATIONS = 1.5
PROTECTED_DURATIONS = 1.3
WINDOW_DURATIONS = 4.0
LONGEST_DAYS = 16 / 24
"""What lasts longer is left to trends."""


@dataclass(frozen=True)
class SearchedCurve:
    """A light curve, and what of it belongs to signals that were found.

    Parameters
    ----------
    time, flux : ndarray, (T,)
        Ascending times [d] and flux before detrending, all finite.
    window : float
        Of the detrending [d].
    masked : ndarray of bool, (T,)
        Transits that were found.
    """

    time: np.ndarray
    flux: np.ndarray
    window: float
    masked: np.ndarray

    def without(self, signal: Signal) -> Self:
        """Return the curve with the transits of another signal masked."""
        width = MASKED_DURATIONS * signal.duration
        inside = in_transit(self.time, signal.period, signal.epoch, width)[0]
        return replace(self, masked=self.masked | inside)

    def flat(self, longest: float = 0.0) -> np.ndarray:
        """Return the curve detrended as if it had no more transits, NaN where it is masked, (T,).

        Parameters
        ----------
        longest : float, default 0
            Transits as long as this [d] or shorter are to be kept: a trend follows those that fill
            more of its window than a quarter.
        """
        return self._flat(longest, self.masked)

    def flat_about(self, signal: Signal) -> np.ndarray:
        """Return the curve with a trend that is carried across the transits of a signal, (T,)."""
        width = PROTECTED_DURATIONS * signal.duration
        inside = in_transit(self.time, signal.period, signal.epoch, width)[0]
        return self._flat(signal.duration, self.masked | inside)

    def with_red_noise(self, flat: np.ndarray, signal: Signal) -> Signal:
        """Return a signal, found in the curve detrended so, with the noise on its scale."""
        outside = ~in_transit(self.time, signal.period, signal.epoch, signal.duration)[0]
        white = float(robust_scatter(flat[outside]))
        kept = np.isfinite(flat)
        level = np.median(self.flux[kept])
        factor = red_noise_factor(self.time[kept], self.flux[kept] / level, signal.ephemeris, white)
        return replace(signal, red_noise=factor)

    def _flat(self, longest: float, mask: np.ndarray) -> np.ndarray:
        window = max(self.window, WINDOW_DURATIONS * min(longest, LONGEST_DAYS))
        flat = clip_outliers(detrend(self.time, self.flux, window, mask))
        flat[self.masked] = np.nan
        return flat
