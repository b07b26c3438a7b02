"""What binary and multi-class answers share: their targets, entropies and figures of honesty."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import xlogy

from astro_dl.core.errors import UsageError
from astro_dl.inference.predictions import Answers
from astro_dl.metrics.binary import area_under_curve, probability_metrics

Array = np.ndarray


def check_class_targets(names: Sequence[str], y: Array, split: str) -> None:
    """Raise `UsageError` unless targets are numbers of the classes, and more than one occurs."""
    if not np.isfinite(y).all():
        raise UsageError(f"the {split} set has non-finite targets; check the task's simulator")
    classes = max(2, len(names))
    found, counts = np.unique(y, return_counts=True)
    if not np.isin(found, np.arange(classes)).all():
        raise UsageError(f"the {split} set has targets {found[:9]} but {classes} classes")
    if len(found) == 1:
        raise UsageError(
            f"all {counts[0]} examples of the {split} set are of the class "
            f"{names[int(found[0])]!r}; at least two classes are needed: check the class "
            "fractions under physics, or raise the number of examples under data; of files of "
            "one's own give more, or say by --set-column which are for each set"
        )


def averaged_classes(logits: Sequence[Array], probabilities: Sequence[Array]) -> Answers:
    """Return mean probabilities of several networks and, in nats, how their entropy is divided.

    By Lakshminarayanan et al. (2017), section 2.4, and Depeweg et al. (2018), eq. 3 and 5.
    """
    mean = np.mean(probabilities, axis=0)
    expected = np.mean([_entropy(one) for one in probabilities], axis=0)
    total = _entropy(mean)
    parts = {"predictive_entropy": total, "expected_entropy": expected}
    parts["mutual_information"] = np.maximum(total - expected, 0)
    return Answers(np.mean(logits, axis=0), mean, None, parts)


def class_columns(names: Sequence[str], probabilities: Array) -> dict[str, Array]:
    """Return columns of probabilities (n, classes) and the likeliest class, empty where NaN."""
    best = np.argmax(probabilities, axis=1)
    known = np.isfinite(probabilities).all(axis=1)
    columns: dict[str, Array] = {"label": np.where(known, np.array(names)[best], "")}
    for name, column in zip(names, probabilities.T, strict=True):
        columns[f"p_{name}"] = column.astype(np.float32)
    return columns


def class_uncertainty(
    ways: Mapping[str, Answers],
    y: Array,
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return how honest the probability of the predicted class is, by way of telling it.

    Returns
    -------
    dict
        By way, ``brier``, ``log_loss`` [nat] and ``ece`` of being right, and ``error_auc``, how
        well the entropy tells wrong answers from right ones.
    """
    found = {}
    for way, answers in ways.items():
        p = _two_columns(answers.values)
        best, right = p.max(axis=1), p.argmax(axis=1) == np.asarray(y)
        found[way] = probability_metrics(best, right, None, confidence, bootstrap, rng)
        if 0 < right.sum() < len(right):
            entropy = -np.sum(p * np.log(np.maximum(p, 1e-300)), axis=1)
            found[way]["error_auc"] = area_under_curve(entropy, ~right, confidence)
    return found


def highest(values: Array, count: int) -> Array:
    """Return the indices of the highest values, the highest first."""
    return np.argsort(-values, kind="stable")[:count]


def _entropy(probabilities: Array) -> Array:
    p = _two_columns(probabilities)
    return -np.sum(xlogy(p, p), axis=1)


def _two_columns(probabilities: Array) -> Array:
    p = np.asarray(probabilities)
    return np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
