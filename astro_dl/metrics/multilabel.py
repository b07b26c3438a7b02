"""Metrics of several yes-or-no questions of each example: of each label, and their averages."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.metrics.binary import area_under_curve, average_precision, probability_metrics
from astro_dl.metrics.checks import check_probabilities
from astro_dl.metrics.decisions import decision_metrics
from astro_dl.metrics.intervals import estimate, resampled

Array = np.ndarray


def multilabel_metrics(
    probabilities: Array,
    y: Array,
    names: Sequence[str],
    least: float = 0.5,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return every metric of the probabilities of labels.

    Parameters
    ----------
    probabilities : ndarray, (n, labels)
        Of each label, by itself.
    y : ndarray, (n, labels)
        0 and 1.
    names : sequence of str
        The labels.
    least : float, default 0.5
        Probability above which a label is given.
    confidence : float, default 0.95
        Of all intervals.
    bootstrap : int, default 200
        Replicas for the intervals that have no closed form.
    rng : numpy.random.Generator, optional
        Source of the resampling; default seed 0.

    Returns
    -------
    dict
        JSON-able: ``n``, ``confidence``; ``labels``, by name: ``n_positive``, ``auc`` (DeLong),
        ``average_precision``, ``brier``, ``log_loss``, ``ece`` and those of
        `astro_dl.metrics.decisions.decision_metrics`; ``macro_auc``, ``macro_average_precision``
        and ``macro_f1``, the means over labels that have both answers; ``exact_match``, the share
        of examples all of whose labels are right, and ``hamming_loss``, the share of wrong ones.

    Raises
    ------
    UsageError
        If a value is no probability, or shapes differ.
    """
    p, truth = check_labels(probabilities, y, names)
    rng = np.random.default_rng(0) if rng is None else rng
    chosen = p > least
    labels = {
        name: _of_label(p[:, k], truth[:, k], chosen[:, k], name, confidence, bootstrap, rng)
        for k, name in enumerate(names)
    }
    right = chosen == truth
    whole = {"exact_match": right.all(axis=1), "hamming_loss": (~right).mean(axis=1)}
    means = {
        name: resampled(_mean(values), len(p), bootstrap, confidence, rng)
        for name, values in whole.items()
    }
    told = [k for k in range(len(names)) if 0 < truth[:, k].sum() < len(truth)]

    def macro(measure: Callable[[Array, Array], float], given: Array) -> dict[str, Any]:
        if not told:
            return estimate(None, why="no label has both answers")

        def mean(weights: Array) -> float:
            rows = np.repeat(np.arange(len(p)), weights)
            return float(
                np.nanmean([_or_nan(measure, given[rows, k], truth[rows, k]) for k in told])
            )

        return resampled(mean, len(p), bootstrap, confidence, rng)

    return {
        "n": len(p),
        "confidence": confidence,
        "labels": labels,
        "macro_auc": macro(lambda a, b: area_under_curve(a, b)["value"], p),
        "macro_average_precision": macro(
            lambda a, b: average_precision(a, b, bootstrap=0)["value"], p
        ),
        "macro_f1": macro(f1_score, chosen),
        **means,
    }


def check_labels(probabilities: Array, y: Array, names: Sequence[str]) -> tuple[Array, Array]:
    """Return probabilities (n, labels) and the truth as bool, if they fit each other.

    Raises
    ------
    UsageError
        If they do not.
    """
    truth = np.asarray(y)
    p = check_probabilities("probabilities of labels", probabilities, len(truth))
    if p.shape != truth.shape or p.ndim != 2 or p.shape[1] != len(names):
        raise UsageError(
            f"labels: probabilities {p.shape} and truth {truth.shape}; (n, {len(names)}) of "
            f"{', '.join(names)} is needed"
        )
    if not np.isin(truth, (0, 1)).all():
        raise UsageError("labels: the truth of each is 0 or 1")
    return p, truth == 1


def f1_score(chosen: Array, y: Array) -> float:
    """Return the harmonic mean of precision and recall; NaN where nothing is true or chosen."""
    hits = np.sum(chosen & y)
    total = chosen.sum() + y.sum()
    return float(2 * hits / total) if total else np.nan


def best_threshold(probabilities: Array, y: Array) -> float:
    """Return the probability above which F1 is highest on examples (n,) of one label.

    Halfway between neighbours; one half where only one answer occurs.
    """
    order = np.argsort(-np.asarray(probabilities, float), kind="stable")
    p, truth = np.asarray(probabilities, float)[order], np.asarray(y)[order] == 1
    if truth.all() or not truth.any():
        return 0.5
    f1 = 2 * np.cumsum(truth) / (np.arange(1, len(p) + 1) + truth.sum())
    f1[:-1][p[:-1] == p[1:]] = -1
    best = int(np.argmax(f1))
    below = p[best + 1] if best + 1 < len(p) else 0.0
    return float((p[best] + below) / 2)


def _of_label(
    p: Array,
    truth: Array,
    chosen: Array,
    name: str,
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    found: dict[str, Any] = {"n_positive": int(truth.sum())}
    found |= decision_metrics(chosen, truth, (f"not {name}", name), confidence, bootstrap, rng)
    if truth.all() or not truth.any():
        nothing = estimate(None, why=f"all examples have the same answer for {name!r}")
        return {**found, "auc": nothing, "average_precision": nothing}
    found["auc"] = area_under_curve(p, truth, confidence)
    found["average_precision"] = average_precision(p, truth, confidence, bootstrap, rng)
    return found | probability_metrics(p, truth, None, confidence, bootstrap, rng)


def _mean(values: Array) -> Callable[[Array], float]:
    return lambda weights: float(np.average(values, weights=weights))


def _or_nan(measure: Callable[[Array, Array], float], given: Array, truth: Array) -> float:
    return measure(given, truth) if 0 < truth.sum() < len(truth) else np.nan
