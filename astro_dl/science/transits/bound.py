"""How well transits could be told from photon noise by whom everything else is known.

Where noise is white, and shape, period and epoch of transits are known, no detector is better than
the matched filter (Neyman & Pearson 1933). Its statistic is Gaussian of unit variance about the
signal-to-noise ratio, or about 0 without transits. Searches and networks stay below: they do not
know where to look, and have other noise and other dips to tell transits from.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

PHOTON_BOUND = "photon-noise bound"


def matched_filter_snr(signal: np.ndarray, scatter: ArrayLike) -> np.ndarray:
    """Return the signal-to-noise ratios of signals of known shapes on an unknown level, (n,).

    For N boxes of depth δ and n points each, few among all, it is δ √(n N) / σ.

    Parameters
    ----------
    signal : ndarray, (n, T)
        Relative flux without noise; NaN where there are no points.
    scatter : array_like, (n,)
        Standard deviation of the white noise of a point.
    """
    known = np.isfinite(signal)
    number = np.maximum(known.sum(axis=1, keepdims=True), 1)
    # Differences from 1 are exact where the flux itself, squared and summed, is not.
    offset = np.where(known, signal.astype(np.float64) - 1, 0.0)
    offset = np.where(known, offset - offset.sum(axis=1, keepdims=True) / number, 0.0)
    return np.sqrt(np.sum(offset**2, axis=1)) / np.asarray(scatter, float)


def detection_efficiency(snr: ArrayLike, threshold: float) -> np.ndarray:
    """Return with what probability a known signal exceeds a threshold of the statistic."""
    return ndtr(np.asarray(snr, float) - threshold)


def threshold_at(false_alarm_probability: float) -> float:
    """Return the threshold that pure noise exceeds with a probability."""
    return float(-ndtri(false_alarm_probability))
