"""Skill of yes-or-no forecasts: true skill statistic, Heidke score, F1, Brier score.

With hits a, false alarms b, misses c and correct rejections d (Bloomfield et al. 2012, ApJ 747,
L41): TSS = a / (a + c) - b / (b + d); HSS = 2 (a d - b c) / ((a + c)(c + d) + (a + b)(b + d)).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from astro_dl.metrics.confusion import confusion_matrix, drawn_confusion, drawn_interval, ratio
from astro_dl.metrics.intervals import estimate, resampled


def true_skill(counts: np.ndarray) -> np.ndarray:
    """Return the true skill statistic (Hanssen & Kuipers), whatever the class ratio.

    Parameters
    ----------
    counts : ndarray, (…, 2, 2)
        Rows by truth, columns by forecast, no before yes, as of `confusion_matrix`.
    """
    hits, alarms, misses, rejections = _cells(counts)
    return ratio(hits, hits + misses) - ratio(alarms, alarms + rejections)


def heidke_skill(counts: np.ndarray) -> np.ndarray:
    """Return the Heidke skill score: accuracy against that of chance."""
    hits, alarms, misses, rejections = _cells(counts)
    chance = (hits + misses) * (misses + rejections) + (hits + alarms) * (alarms + rejections)
    return ratio(2 * (hits * rejections - alarms * misses), chance)


def f1(counts: np.ndarray) -> np.ndarray:
    """Return the harmonic mean of precision and recall."""
    hits, alarms, misses, _ = _cells(counts)
    return ratio(2 * hits, 2 * hits + alarms + misses)


def best_true_skill(
    scores: np.ndarray, positive: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Return the greatest true skill statistic of any threshold, which is optimistic."""
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    hits = np.cumsum((weights * positive)[order])
    alarms = np.cumsum((weights * ~positive)[order])
    if hits[-1] == 0 or alarms[-1] == 0:
        return np.nan
    return float((hits / hits[-1] - alarms / alarms[-1])[last].max())


def skill_scores(
    methods: Mapping[str, np.ndarray],
    y: np.ndarray,
    prevalence: float,
    confidence: float = 0.95,
    bootstrap: int = 200,
) -> dict[str, dict[str, Any]]:
    """Return every method's skill.

    Parameters
    ----------
    methods : mapping of str to ndarray, (n,)
        Log-odds of the positive class.
    y : ndarray, (n,)
        1 for positives.
    prevalence : float
        Of positives in the set on which the log-odds were calibrated: the probability above which
        a forecast says yes. It maximises the true skill statistic of calibrated probabilities
        (Barnes et al. 2016, ApJ 829, 89), and is all that is taken from that set: a threshold
        sought there for itself would follow a few positives.
    confidence, bootstrap
        Of the intervals.

    Returns
    -------
    dict
        By method ``tss``, ``hss`` and ``f1`` at that threshold, ``f1_at_half`` (threshold 0.5),
        ``tss_best_threshold`` (chosen on these very examples: optimistic), ``brier`` and
        ``brier_skill`` (against always saying the prevalence). Intervals are those of
        `astro_dl.metrics.confusion.drawn_confusion` at a threshold, of a bootstrap else.
    """
    positive = np.asarray(y) > 0.5
    about = {"n": len(positive), "positives": int(positive.sum())}
    sizes = (confidence, bootstrap)
    found = {}
    for name, values in methods.items():
        scores = np.asarray(values, float)
        decided = _decided(scores, positive, prevalence, *sizes)
        told = decided | _ranked(scores, positive, prevalence, *sizes)
        found[name] = {measure: one | about for measure, one in told.items()}
    return found


def _decided(
    scores: np.ndarray, positive: np.ndarray, prevalence: float, confidence: float, draws: int
) -> dict[str, dict[str, Any]]:
    """Return the scores of forecasts at a threshold."""
    threshold = np.log(prevalence / (1 - prevalence))
    found = {}
    for name, level, score in (
        ("tss", threshold, true_skill),
        ("hss", threshold, heidke_skill),
        ("f1", threshold, f1),
        ("f1_at_half", 0.0, f1),
    ):
        counts = confusion_matrix(scores > level, positive, 2)
        drawn = score(drawn_confusion(counts, draws, np.random.default_rng(0)))
        value = score(counts)
        found[name] = estimate(value, *drawn_interval(value, drawn, confidence))
    return found


def _ranked(
    scores: np.ndarray, positive: np.ndarray, prevalence: float, confidence: float, bootstrap: int
) -> dict[str, dict[str, Any]]:
    """Return the scores that look at more than one threshold."""
    squared = (expit(scores) - positive) ** 2
    climate = (prevalence - positive) ** 2
    n, settings = len(positive), (len(positive), bootstrap, confidence)
    fewer = int(min(positive.sum(), n - positive.sum()))
    return {
        "tss_best_threshold": resampled(
            lambda weights: best_true_skill(scores, positive, weights), *settings, trials=fewer
        ),
        "brier": resampled(
            lambda weights: float(ratio(weights @ squared, weights.sum())), *settings
        ),
        "brier_skill": resampled(
            lambda weights: float(1 - ratio(weights @ squared, weights @ climate)), *settings
        ),
    }


def _cells(counts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return hits, false alarms, misses and correct rejections."""
    found = np.asarray(counts, float)
    return found[..., 1, 1], found[..., 0, 1], found[..., 1, 0], found[..., 0, 0]
