"""The periodogram of one star on an even grid of frequencies, and how often noise beats a peak."""

from dataclasses import dataclass

import numpy as np
from nifty_ls import lombscargle
from scipy.special import gammaln

PRECISION = 1e-5
"""Of the non-uniform Fourier transforms: far below the power of any peak that is looked at."""


@dataclass(frozen=True)
class Spectrum:
    """Power at evenly spaced frequencies that begin one step above zero.

    Parameters
    ----------
    step : float
        Between frequencies [1/d].
    power : ndarray, (F,)
        Share of the weighted variance that a sinusoid explains, 0 to 1.
    """

    step: float
    power: np.ndarray

    @property
    def frequency(self) -> np.ndarray:
        """Frequencies (F,) [1/d]."""
        return self.step * np.arange(1, len(self.power) + 1)

    def at(self, frequency: np.ndarray | float) -> np.ndarray:
        """Return the highest power within a step of frequencies; 0 outside the grid."""
        middle = np.round(np.asarray(frequency) / self.step).astype(int) - 1
        near = middle[..., None] + np.arange(-1, 2)
        inside = (near >= 0) & (near < len(self.power))
        return np.where(inside, self.power[np.clip(near, 0, len(self.power) - 1)], 0).max(axis=-1)


def spectrum(
    time: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    maximum_frequency: float,
    samples_per_peak: int,
) -> Spectrum:
    """Return the generalised Lomb–Scargle periodogram (Zechmeister & Kürster 2009), by nifty-ls.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times [d], not all equal.
    value, error : ndarray, (T,)
        Values and their standard errors.
    maximum_frequency : float
        Where the grid ends [1/d].
    samples_per_peak : int
        Frequencies per inverse baseline.
    """
    step = 1 / (samples_per_peak * (time[-1] - time[0]))
    count = max(2, int(maximum_frequency / step))
    found = lombscargle(
        np.ascontiguousarray(time - time[0]),
        np.ascontiguousarray(value),
        np.ascontiguousarray(error),
        fmin=step,
        fmax=step * count,
        Nf=count,
        nthreads=1,
        backend="finufft",
        finufft_kwargs={"eps": PRECISION},
    )
    return Spectrum(step, np.clip(np.nan_to_num(found.power), 0, 1))


def false_alarm_probability(
    power: float, time: np.ndarray, error: np.ndarray, maximum_frequency: float
) -> float:
    """Return how often white noise has a peak as high anywhere up to a frequency.

    Baluev (2008), MNRAS 385, 1279, with the powers of `Spectrum`; an upper limit for small
    probabilities.

    Parameters
    ----------
    power : float
        Of the peak.
    time, error : ndarray, (T,)
        Of the points.
    maximum_frequency : float
        Where the search ended [1/d].
    """
    n = len(time)
    if n < 5 or power <= 0:
        return 1.0
    weight = error**-2.0
    mean = np.average(time, weights=weight)
    spread = np.average((time - mean) ** 2, weights=weight)
    band = maximum_frequency * np.sqrt(4 * np.pi * spread)
    factor = np.sqrt(2 / (n - 1)) * np.exp(gammaln((n - 1) / 2) - gammaln((n - 2) / 2))
    rest = max(1 - power, 1e-300)
    single = rest ** ((n - 3) / 2)
    extremes = factor * band * rest ** ((n - 4) / 2) * np.sqrt(power * (n - 1) / 2)
    return (
        float(1 - (1 - single) * np.exp(-extremes))
        if extremes > 1e-12
        else float(single + extremes)
    )
