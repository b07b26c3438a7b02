"""How many hits are found, by how sharp stars are and by how many pixels a hit spoils."""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy import ndimage

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.detection import detection_threshold
from astro_dl.metrics.intervals import binomial_interval, estimate
from astro_dl.metrics.pixels import count_scores, ranking_metrics

SEEING_EDGES = (1.3, 2.0, 3.0, 4.5, 6.0)
SIZE_EDGES = (1, 3, 6, 12, np.inf)
FALSE_POSITIVE_RATE = 1e-3
RECALL = 0.95
NEIGHBOURS = np.ones((3, 3))
"""Pixels that touch, also at corners, are of one hit."""


def found_by_seeing(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return how well hits are found, for every method.

    Parameters
    ----------
    outcome : Outcome
        Of pixels; ``info`` with ``seeing_fwhm`` [pixel].
    settings : EvaluationConfig
        Confidence and replicas of the intervals.

    Returns
    -------
    dict
        By method: ``precision_by_seeing`` at a recall of 0.95 of pixels, against the width of
        stars; and ``hits_found``, the share of hits with a pixel above the threshold at which a
        thousandth of the clean pixels lies, against the number of pixels of a hit.
    """
    y = np.asarray(outcome.y)
    labelled = [ndimage.label(image == 1, NEIGHBOURS) for image in y]
    return {
        name: {
            "precision_by_seeing": _by_seeing(scores, y, outcome, settings),
            "hits_found": _hits_found(scores, y, labelled, settings.confidence),
        }
        for name, scores in outcome.scores.items()
    }


def _by_seeing(
    scores: np.ndarray, y: np.ndarray, outcome: Outcome, settings: EvaluationConfig
) -> list[dict[str, Any]]:
    found, fwhm = [], np.asarray(outcome.info["seeing_fwhm"], float)
    for low, high in pairwise(SEEING_EDGES):
        some = (fwhm >= low) & (fwhm < high)
        if not (y[some] == 1).any():
            continue
        metrics = ranking_metrics(
            count_scores(scores[some], y[some]),
            RECALL,
            (),
            settings.confidence,
            settings.bootstrap,
            np.random.default_rng(0),
        )
        one = metrics["precision_at_recall"]
        found.append({**one, "from": low, "to": high, "n": int(some.sum())})
    return found


def _hits_found(
    scores: np.ndarray, y: np.ndarray, labelled: list[tuple[np.ndarray, int]], confidence: float
) -> list[dict[str, Any]]:
    threshold = detection_threshold(scores[y == 0], FALSE_POSITIVE_RATE)
    sizes, best = [], []
    for image, (labels, count) in zip(scores, labelled, strict=True):
        numbers = np.arange(1, count + 1)
        if count:
            sizes.append(ndimage.sum_labels(labels > 0, labels, numbers))
            best.append(ndimage.maximum(image, labels, numbers))
    size, score = (np.concatenate([*parts, []]) for parts in (sizes, best))
    found = []
    for low, high in pairwise(SIZE_EDGES):
        some = (size >= low) & (size < high)
        n, k = int(some.sum()), int((score[some] > threshold).sum())
        if n:
            interval = (float(end) for end in binomial_interval(k, n, confidence))
            upper = high if np.isfinite(high) else None
            found.append(estimate(k / n, *interval, **{"from": low, "to": upper, "n": n}))
    return found
