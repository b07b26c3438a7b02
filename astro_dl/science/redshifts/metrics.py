"""What spectroscopic redshifts are judged by, against the signal-to-noise ratio."""

from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import binomial_interval, estimate, repeated, resampled

SNR_EDGES = (3.0, 5.0, 8.0, 12.0, 20.0, 40.0, 100.0)
CLASS_WIDTH = 0.001
CATASTROPHIC = 0.003


def redshift_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return accuracies and errors of every method.

    Parameters
    ----------
    outcome : Outcome
        Redshifts (n, 1); ``info`` with ``snr``.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method: ``within a class`` (|Δz| up to 0.001), ``catastrophic`` (|Δz| / (1 + z) above
        0.003, three times what Euclid asks for), ``median |dz|/(1+z)``, and the first and the last
        in bins of the signal-to-noise ratio.
    """
    truth = np.asarray(outcome.y, np.float64).ravel()
    snr = np.asarray(outcome.info["snr"], np.float64)
    return {
        name: _one_method(np.asarray(found, np.float64).ravel(), truth, snr, settings)
        for name, found in outcome.scores.items()
    }


def _one_method(
    found: np.ndarray, truth: np.ndarray, snr: np.ndarray, settings: EvaluationConfig
) -> dict[str, Any]:
    close = np.abs(found - truth) <= CLASS_WIDTH
    relative = np.abs(found - truth) / (1 + truth)
    bins = [
        (low, high, (snr >= low) & ((snr < high) | (high == SNR_EDGES[-1])))
        for low, high in pairwise(SNR_EDGES)
    ]
    return {
        "within a class": _proportion(close, settings),
        "catastrophic": _proportion(relative > CATASTROPHIC, settings),
        "median |dz|/(1+z)": _median(relative, settings),
        "within a class, by S/N": [
            {"from": low, "to": high, **_proportion(close[inside], settings)}
            for low, high, inside in bins
        ],
        "median |dz|/(1+z), by S/N": [
            {"from": low, "to": high, **_median(relative[inside], settings)}
            for low, high, inside in bins
        ],
    }


def _proportion(hits: np.ndarray, settings: EvaluationConfig) -> dict[str, Any]:
    if not len(hits):
        return estimate(np.nan, why="no example")
    count = int(hits.sum())
    interval = binomial_interval(count, len(hits), settings.confidence)
    return estimate(count / len(hits), *interval, n=len(hits))


def _median(values: np.ndarray, settings: EvaluationConfig) -> dict[str, Any]:
    if not len(values):
        return estimate(np.nan, why="no example")
    n = len(values)
    median = repeated(np.median, values)
    return resampled(median, n, settings.bootstrap, settings.confidence, n=n)
