"""Metrics of multi-class tasks, in the class proportions of the set at hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from astro_dl.metrics.binary import area_under_curve, probability_metrics
from astro_dl.metrics.checks import check_classes
from astro_dl.metrics.confusion import (
    confusion_matrix,
    drawn_confusion,
    drawn_interval,
    ratio,
)
from astro_dl.metrics.intervals import (
    binomial_interval,
    bootstrap_means,
    estimate,
    percentile_interval,
)

Array = np.ndarray


def multiclass_metrics(
    probabilities: Array,
    y: Array,
    names: Sequence[str],
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return every metric of class probabilities; the predicted class is the most probable one.

    Parameters
    ----------
    probabilities : ndarray, (n, k)
        Rows sum to one.
    y : ndarray, (n,)
        Class numbers.
    names : sequence of str
        The k class names.
    confidence : float, default 0.95
        Of all intervals.
    bootstrap : int, default 200
        Draws and replicas for the intervals that have no closed form.
    rng : numpy.random.Generator, optional
        Source of both; default seed 0.

    Returns
    -------
    dict
        JSON-able: ``n``, ``classes``, ``confusion`` (counts, rows are the truth), ``accuracy``,
        ``balanced_accuracy``, ``macro_f1``, ``log_loss`` [nat], ``ece`` of the predicted class, see
        `astro_dl.metrics.binary.probability_metrics`, ``macro_auc`` (one against rest),
        and ``per_class`` with ``n``, ``recall``, ``precision``, ``f1``, ``auc`` by class name.
        Estimates are ``{"value", "low", "high"}``; a class that is absent, or never predicted, has
        None where its metric is not defined (its F1 counts as 0 in the macro mean if it is
        present). Where all examples are of one class it has a recall, but
        no precision and no area.

    Raises
    ------
    UsageError
        If shapes disagree, or a value is not a probability.
    """
    p, classes = check_classes(probabilities, y, names)
    rng = np.random.default_rng(0) if rng is None else rng
    counts = confusion_matrix(p.argmax(axis=1), classes, len(names))
    correct, present = int(np.trace(counts)), counts.sum(axis=1) > 0
    drawn = drawn_confusion(counts, bootstrap, rng)
    f1, replicas = _f1(counts), _f1(drawn)
    recall = ratio(np.diagonal(drawn, axis1=1, axis2=2), drawn.sum(axis=2))
    f1_low, f1_high = drawn_interval(f1, replicas, confidence)
    loss = -np.log(np.maximum(p[np.arange(len(p)), classes], np.finfo(float).eps))
    per_class = {
        name: _one_class(k, counts, p[:, k], classes == k, confidence)
        | {"f1": estimate(f1[k], f1_low[k], f1_high[k])}
        for k, name in enumerate(names)
    }
    balanced = float(ratio(np.diag(counts), counts.sum(axis=1))[present].mean())
    macro_f1 = float(f1[present].mean())
    areas = [entry["auc"]["value"] for entry in per_class.values() if 0 < entry["n"] < len(p)]
    return {
        "n": len(p),
        "confidence": confidence,
        "classes": list(names),
        "confusion": counts.tolist(),
        "accuracy": estimate(correct / len(p), *binomial_interval(correct, len(p), confidence)),
        "balanced_accuracy": estimate(
            balanced, *drawn_interval(balanced, recall[:, present].mean(axis=1), confidence)
        ),
        "macro_f1": estimate(
            macro_f1, *drawn_interval(macro_f1, replicas[:, present].mean(axis=1), confidence)
        ),
        "log_loss": estimate(
            float(loss.mean()),
            *percentile_interval(bootstrap_means(loss, bootstrap, rng), confidence),
        ),
        "ece": probability_metrics(
            p.max(axis=1), p.argmax(axis=1) == classes, None, confidence, bootstrap, rng
        )["ece"],
        "macro_auc": estimate(float(np.mean(areas)))
        if areas
        else estimate(np.nan, why=f"all {len(p)} are of one class"),
        "per_class": per_class,
    }


def _one_class(
    k: int, counts: Array, scores: Array, label: Array, confidence: float
) -> dict[str, Any]:
    hits, n, selected = int(counts[k, k]), int(counts[k].sum()), int(counts[:, k].sum())
    absent = f"no example of this class among {len(label)}"
    alone = f"all {len(label)} are of one class"
    return {
        "n": n,
        "recall": _proportion(hits, n, confidence, absent),
        "precision": _proportion(hits, selected, confidence, "never predicted")
        if n < len(label)
        else estimate(np.nan, why=alone),
        "auc": area_under_curve(scores, label, confidence)
        if 0 < n < len(label)
        else estimate(np.nan, why=alone if n else absent),
    }


def _proportion(hits: int, n: int, confidence: float, why: str) -> dict[str, Any]:
    if n == 0:
        return estimate(np.nan, why=why)
    return estimate(hits / n, *binomial_interval(hits, n, confidence))


def _f1(counts: Array) -> Array:
    """Return F1 per class, 0 where a class is neither present nor predicted."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return ratio(2 * hits, counts.sum(axis=-1) + counts.sum(axis=-2), empty=0.0)
