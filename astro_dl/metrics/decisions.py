"""What a threshold makes of two classes: the confusion matrix, and what is read off it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from astro_dl.metrics.confusion import confusion_matrix, drawn_confusion, drawn_interval, ratio
from astro_dl.metrics.intervals import binomial_interval, estimate

Array = np.ndarray
WHOLE = {
    "accuracy": "no example",
    "precision": "no example is taken for the positive class",
    "recall": "no example is of the positive class",
    "specificity": "no example is of the negative class",
}
"""The proportions of counts, and why one may not be defined."""


def decision_metrics(
    selected: Array,
    y: Array,
    names: Sequence[str],
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return every metric of a yes or no on each example.

    Parameters
    ----------
    selected : ndarray of bool, (n,)
        Whether an example is taken for the positive class.
    y : ndarray, (n,)
        0 and 1.
    names : sequence of str
        The two classes, the positive one last.
    confidence : float, default 0.95
        Of all intervals.
    bootstrap : int, default 200
        Draws for the intervals that have no closed form; 0 for none.
    rng : numpy.random.Generator, optional
        Source of the draws; default seed 0.

    Returns
    -------
    dict
        JSON-able: ``classes``, ``confusion`` (counts, rows are the truth), ``accuracy``,
        ``precision``, ``recall``, ``specificity`` (Clopper–Pearson intervals), ``f1``,
        ``balanced_accuracy`` and ``mcc`` (Matthews 1975; intervals of
        `astro_dl.metrics.confusion.drawn_confusion`). Accuracy,
        precision, F1 and the correlation hold at the set's own ratio of classes. Estimates are
        ``{"value", "low", "high"}``; what is not defined has value None and a ``why``.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    counts = confusion_matrix(np.asarray(selected, bool), np.asarray(y) == 1, 2)
    found: dict[str, Any] = {"classes": list(names), "confusion": counts.tolist()}
    for name, (hits, trials) in _proportions(counts).items():
        low, high = binomial_interval(hits, trials, confidence)
        why = {} if trials else {"why": WHOLE[name]}
        found[name] = estimate(ratio(hits, trials), low, high, **why)
    drawn = _summaries(drawn_confusion(counts, bootstrap, rng))
    for name, value in _summaries(counts).items():
        why = {} if np.isfinite(value) else {"why": "a class is missing, or never chosen"}
        found[name] = estimate(value, *drawn_interval(value, drawn[name], confidence), **why)
    return found


def _proportions(counts: Array) -> dict[str, tuple[int, int]]:
    """Return successes and trials of each proportion."""
    (rejected, alarms), (missed, hits) = counts.tolist()
    return {
        "accuracy": (rejected + hits, rejected + alarms + missed + hits),
        "precision": (hits, hits + alarms),
        "recall": (hits, hits + missed),
        "specificity": (rejected, rejected + alarms),
    }


def _summaries(counts: Array) -> dict[str, Array]:
    """Return what joins both classes, of counts (…, 2, 2)."""
    rejected, alarms = counts[..., 0, 0].astype(float), counts[..., 0, 1].astype(float)
    missed, hits = counts[..., 1, 0].astype(float), counts[..., 1, 1].astype(float)
    margins = (hits + alarms) * (hits + missed) * (rejected + alarms) * (rejected + missed)
    recall, specificity = ratio(hits, hits + missed), ratio(rejected, rejected + alarms)
    return {
        "f1": ratio(2 * hits, 2 * hits + alarms + missed),
        "balanced_accuracy": (recall + specificity) / 2,
        "mcc": ratio(hits * rejected - alarms * missed, np.sqrt(margins)),
    }
