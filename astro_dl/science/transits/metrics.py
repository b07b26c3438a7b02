"""Triage and vetting: what finders of transits are compared by."""

from typing import Any

import numpy as np

from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import estimate, percentile_interval, resampling_weights

CLASSES = ("planet_candidate", "eclipsing_binary", "other")
REPLICAS = 200


def triage_and_vetting(outcome: Outcome) -> dict[str, Any]:
    """Return the average precisions of every method.

    Parameters
    ----------
    outcome : Outcome
        Class numbers in the order of `CLASSES`, and probabilities (n, 3).

    Returns
    -------
    dict
        By method ``triage_ap`` (planets and binaries against others, by the sum of their
        probabilities) and ``vetting_ap`` (planets against all else), with 95% bootstrap intervals,
        number of positives and prevalence: the average precision of chance.
    """
    y = np.asarray(outcome.y)
    questions = {
        "triage_ap": (y != 2, lambda p: p[:, 0] + p[:, 1]),
        "vetting_ap": (y == 0, lambda p: p[:, 0]),
    }
    return {
        name: {
            key: _with_interval(statistic(np.asarray(values, float)), positive)
            for key, (positive, statistic) in questions.items()
        }
        for name, values in outcome.scores.items()
    }


def average_precision(
    scores: np.ndarray, positive: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Return the mean precision over the positives, ties sharing theirs; NaN of no positive.

    Parameters
    ----------
    scores : ndarray, (n,)
        Higher for positives.
    positive : ndarray of bool, (n,)
        Truth.
    weights : ndarray, (n,), optional
        How often each example counts.
    """
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, float)
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum((weights * positive)[order])
    found = np.cumsum(weights[order])
    ordered = scores[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    hits, found = hits[last], found[last]
    if not len(hits) or hits[-1] == 0:
        return np.nan
    precision = hits / np.maximum(found, 1e-300)
    return float(np.sum(np.diff(hits, prepend=0) * precision) / hits[-1])


def _with_interval(scores: np.ndarray, positive: np.ndarray) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    replicas = [
        average_precision(scores, positive, weights)
        for weights in resampling_weights(len(scores), REPLICAS, rng)
    ]
    low, high = percentile_interval(np.array(replicas))
    return estimate(
        average_precision(scores, positive),
        low,
        high,
        n=len(scores),
        positives=int(positive.sum()),
        prevalence=float(positive.mean()),
    )
