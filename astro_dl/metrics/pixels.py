"""How well the pixels of images are told apart.

Pixels of one image are not independent: all intervals resample images.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.metrics.confusion import ratio
from astro_dl.metrics.intervals import estimate, percentile_interval, resampling_weights

Array = np.ndarray
UNKNOWN = 255
"""The class number of pixels that are not scored."""

BINS = 1024
"""Of the scores, from which curves are made."""


def pixel_confusion(predicted: Array, y: Array, classes: int) -> Array:
    """Return, for each image, counts of pixels by true and predicted class.

    Parameters
    ----------
    predicted, y : ndarray of int, (n, H, W)
        Class numbers; pixels whose truth is `UNKNOWN` are left out.
    classes : int
        How many.

    Returns
    -------
    ndarray of int, (n, classes, classes)
        Rows by truth, columns by predicted class.
    """
    n = len(y)
    truth = np.asarray(y, np.int64).reshape(n, -1)
    pairs = truth * classes + np.asarray(predicted, np.int64).reshape(n, -1)
    pairs += np.arange(n)[:, None] * classes**2
    counts = np.bincount(pairs[truth != UNKNOWN], minlength=n * classes**2)
    return counts.reshape(n, classes, classes)


def overlap_metrics(
    confusion: Array,
    names: Sequence[str],
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return how far predicted and true regions overlap.

    Parameters
    ----------
    confusion : ndarray, (n, classes, classes)
        Of each image.
    names : sequence of str
        Of the classes; the first is what lies between regions.
    confidence, bootstrap, rng
        Of the intervals, over images.

    Returns
    -------
    dict
        ``iou``, by class after the first; ``mean_iou`` of these; ``pixel_accuracy``.
    """

    def measures(weights: Array) -> Array:
        counts = np.tensordot(weights, confusion, 1)
        both = np.diag(counts)
        iou = ratio(both, counts.sum(axis=0) + counts.sum(axis=1) - both)[1:]
        mean = np.mean(iou[np.isfinite(iou)]) if np.isfinite(iou).any() else np.nan
        return np.array([*iou, mean, np.trace(counts) / counts.sum()])

    *iou, mean, accuracy = _estimates(measures, len(confusion), confidence, bootstrap, rng)
    return {
        "iou": dict(zip(names[1:], iou, strict=True)),
        "mean_iou": mean,
        "pixel_accuracy": accuracy,
    }


@dataclass(frozen=True)
class ScoreCounts:
    """Pixels of two classes by score, image by image.

    Parameters
    ----------
    edges : ndarray, (bins − 1,)
        Rising.
    positives, negatives : ndarray of int, (n, bins)
        Counts in each image.
    """

    edges: Array
    positives: Array
    negatives: Array

    def curve(self, weights: Array | None = None) -> Mapping[str, Array]:
        """Return ``recall``, ``precision`` and ``false_positive_rate`` from the highest score down.

        Parameters
        ----------
        weights : ndarray, (n,), optional
            How often each image counts.
        """
        weights = np.ones(len(self.positives)) if weights is None else weights
        found, false = (
            np.cumsum((weights @ counts)[::-1]) for counts in (self.positives, self.negatives)
        )
        return {
            "recall": ratio(found, found[-1]),
            "precision": ratio(found, found + false, 1.0),
            "false_positive_rate": ratio(false, false[-1]),
        }


def count_scores(scores: Array, y: Array) -> ScoreCounts:
    """Return pixels by score in bins that part positives, and the highest negatives, evenly.

    Parameters
    ----------
    scores : ndarray, (n, H, W)
        Higher for the second of two classes.
    y : ndarray of int, (n, H, W)
        0, 1, or `UNKNOWN`.
    """
    n = len(y)
    flat, truth = np.asarray(scores).reshape(n, -1), np.asarray(y).reshape(n, -1)
    shares = np.linspace(0, 1, BINS // 2)
    negatives = flat[truth == 0]
    both = [np.quantile(flat[truth == 1], shares), np.quantile(negatives, 1 - shares**4)]
    edges = np.unique(np.concatenate(both))
    place = np.searchsorted(edges, flat, side="right") + np.arange(n)[:, None] * (len(edges) + 1)
    size = n * (len(edges) + 1)
    counts = [np.bincount(place[truth == one], minlength=size).reshape(n, -1) for one in (1, 0)]
    return ScoreCounts(edges, *counts)


def ranking_metrics(
    counts: ScoreCounts,
    recall: float,
    false_positive_rates: Sequence[float],
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return how well scores rank pixels.

    Parameters
    ----------
    counts : ScoreCounts
        Of all images.
    recall : float
        At which the precision is told.
    false_positive_rates : sequence of float
        At which the recall is told.
    confidence, bootstrap, rng
        Of the intervals, over images.

    Returns
    -------
    dict
        ``average_precision``, ``precision_at_recall`` and ``recall_at`` by rate.
    """

    def measures(weights: Array) -> Array:
        curve = counts.curve(weights)
        steps = np.diff(curve["recall"], prepend=0)
        at = int(np.searchsorted(curve["recall"][:-1], recall - 1e-12))
        found = [
            np.max(curve["recall"], where=curve["false_positive_rate"] <= rate, initial=0.0)
            for rate in false_positive_rates
        ]
        return np.array([np.sum(steps * curve["precision"]), curve["precision"][at], *found])

    n = len(counts.positives)
    area, precision, *found = _estimates(measures, n, confidence, bootstrap, rng)
    rates = zip(found, false_positive_rates, strict=True)
    return {
        "average_precision": area,
        "precision_at_recall": {**precision, "recall": recall},
        "recall_at": [{**one, "false_positive_rate": rate} for one, rate in rates],
    }


def _estimates(
    measures: Callable[[Array], Array],
    images: int,
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Return several measures at once, each with its interval over resampled images."""
    values = measures(np.ones(images))
    drawn = [measures(weights) for weights in resampling_weights(images, bootstrap, rng)]
    low, high = percentile_interval(np.reshape(drawn, (len(drawn), len(values))), confidence)
    return [estimate(*one) for one in zip(values, low, high, strict=True)]
