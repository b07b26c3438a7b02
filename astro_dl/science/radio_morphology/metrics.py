"""What classifiers of radio galaxies are also judged by: doubtful sources, and how maps are turned.

No telescope knows which way is up: what a network says must not depend on it.
"""

from functools import partial
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import binomial_interval, estimate, resampled

Array = np.ndarray


def radio_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return accuracies of certain and of uncertain sources, and the spread over rotations.

    Parameters
    ----------
    outcome : Outcome
        Class numbers, and probabilities (n, classes); ``info`` with ``uncertain``, or with
        ``source`` and ``angle`` [°] where every map is there in several orientations.
    settings : EvaluationConfig
        Confidence of the intervals.

    Returns
    -------
    dict
        By method ``accuracy_certain`` and ``accuracy_uncertain`` where that is known;
        ``rotation_spread`` (standard deviation over orientations of the probability of the class
        that is likeliest on average, mean over sources) and ``rotation_flips`` (share of sources
        whose likeliest class is not the same in all orientations).
    """
    truth, info = np.asarray(outcome.y), outcome.info
    found: dict[str, Any] = {}
    for name, values in outcome.scores.items():
        p = np.asarray(values, float)
        told: dict[str, Any] = {}
        if "uncertain" in info.colnames:
            right, doubt = p.argmax(axis=1) == truth, np.asarray(info["uncertain"], bool)
            told["accuracy_certain"] = _share(right[~doubt], settings)
            told["accuracy_uncertain"] = _share(right[doubt], settings)
        if "angle" in info.colnames:
            told |= _rotations(p, np.asarray(info["source"]).astype(str), settings)
        if told:
            found[name] = told
    return found


def rotation_spread(p: Array, source: Array) -> tuple[Array, Array]:
    """Return the spread of each source's probability, and whether its class changes, (sources,).

    Parameters
    ----------
    p : ndarray, (n, classes)
        Probabilities.
    source : ndarray, (n,)
        Which rows are the same source in several orientations.
    """
    _, number = np.unique(source, return_inverse=True)
    rows = [p[number == one] for one in range(number.max() + 1)]
    spread = np.array([one[:, one.mean(axis=0).argmax()].std() for one in rows])
    return spread, np.array([np.ptp(one.argmax(axis=1)) > 0 for one in rows])


def _rotations(p: Array, source: Array, settings: EvaluationConfig) -> dict[str, Any]:
    spread, flips = rotation_spread(p, source)
    mean = partial(_weighted_mean, spread)
    given: dict[str, Any] = {
        "replicas": settings.bootstrap,
        "confidence": settings.confidence,
        "n": len(spread),
    }
    return {
        "rotation_spread": resampled(mean, len(spread), **given),
        "rotation_flips": _share(flips, settings),
    }


def _weighted_mean(values: Array, weights: Array) -> float:
    return float(np.average(values, weights=weights))


def _share(chosen: Array, settings: EvaluationConfig) -> dict[str, Any]:
    n = len(chosen)
    low, high = binomial_interval(int(chosen.sum()), n, settings.confidence)
    return estimate(float(chosen.mean()) if n else np.nan, low, high, n=n)
