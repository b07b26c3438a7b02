"""How well pixels with sources are told from the sky, beside the classical method."""

from typing import Any

import numpy as np
from scipy.special import logsumexp

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.confusion import ratio
from astro_dl.metrics.intervals import estimate, percentile_interval, resampling_weights
from astro_dl.metrics.pixels import ScoreCounts, count_scores, ranking_metrics

Array = np.ndarray
RECALL = 0.8
FALSE_POSITIVE_RATES = (1e-2, 1e-3)


def source_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return how well pixels of sources, of whatever class, are told from the sky.

    Parameters
    ----------
    outcome : Outcome
        Of pixels; of the network log-probabilities (n, H, W, classes), of others scores (n, H, W).
    settings : EvaluationConfig
        Confidence and replicas of the intervals, over images.

    Returns
    -------
    dict
        By method: ``source_average_precision``; ``source_iou``, the greatest overlap of pixels
        above a threshold with the true ones, whatever the threshold;
        ``source_precision_at_recall_0.8``; and ``recall`` by false-positive rate.
    """
    y = (np.asarray(outcome.y) > 0).astype(np.uint8)
    found = {}
    for name, scores in outcome.scores.items():
        counts = count_scores(source_scores(scores) if scores.ndim == 4 else scores, y)
        rng = np.random.default_rng(0)
        chance = (settings.confidence, settings.bootstrap, rng)
        ranked = ranking_metrics(counts, RECALL, FALSE_POSITIVE_RATES, *chance)
        found[name] = {
            "source_average_precision": ranked["average_precision"],
            "source_iou": _best_overlap(counts, *chance),
            f"source_precision_at_recall_{RECALL:g}": ranked["precision_at_recall"],
            "recall": {
                f"at FPR {one['false_positive_rate']:g}": one for one in ranked["recall_at"]
            },
        }
    return found


def source_scores(log_probabilities: Array) -> Array:
    """Return the log-odds (n, H, W) that a pixel is not of the background, the first class."""
    return logsumexp(log_probabilities[..., 1:], axis=-1) - log_probabilities[..., 0]


def _best_overlap(
    counts: ScoreCounts, confidence: float, bootstrap: int, rng: np.random.Generator
) -> dict[str, Any]:
    true, false = (one[:, ::-1].cumsum(axis=1) for one in (counts.positives, counts.negatives))

    def overlap(weights: Array) -> float:
        both, added = weights @ true, weights @ false
        return float(np.max(ratio(both, both[-1] + added, 0.0)))

    n = len(true)
    replicas = [overlap(weights) for weights in resampling_weights(n, bootstrap, rng)]
    low, high = percentile_interval(np.array(replicas), confidence)
    return estimate(overlap(np.ones(n)), float(low), float(high))
