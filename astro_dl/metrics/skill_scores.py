"""Skill of yes-or-no forecasts: true skill statistic, Heidke score, F1, Brier score.

With hits a, false alarms b, misses c and correct rejections d (Bloomfield et al. 2012, ApJ 747,
L41): TSS = a / (a + c) - b / (b + d); HSS = 2 (a d - b c) / ((a + c)(c + d) + (a + b)(b + d)).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from astro_dl.metrics.intervals import resampled


def contingency(
    yes: np.ndarray, positive: np.ndarray, weights: np.ndarray | None = None
) -> tuple[float, float, float, float]:
    """Return hits, false alarms, misses and correct rejections, (weighted) numbers."""
    weights = np.ones(len(yes)) if weights is None else weights
    return tuple(
        float(weights[mask].sum())
        for mask in (yes & positive, yes & ~positive, ~yes & positive, ~yes & ~positive)
    )  # type: ignore[return-value]


def true_skill(hits: float, alarms: float, misses: float, rejections: float) -> float:
    """Return the true skill statistic (Hanssen & Kuipers), whatever the class ratio."""
    return _ratio(hits, hits + misses) - _ratio(alarms, alarms + rejections)


def heidke_skill(hits: float, alarms: float, misses: float, rejections: float) -> float:
    """Return the Heidke skill score: accuracy against that of chance."""
    chance = (hits + misses) * (misses + rejections) + (hits + alarms) * (alarms + rejections)
    return _ratio(2 * (hits * rejections - alarms * misses), chance)


def f1(hits: float, alarms: float, misses: float, rejections: float) -> float:
    """Return the harmonic mean of precision and recall."""
    return _ratio(2 * hits, 2 * hits + alarms + misses)


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
        ``brier_skill`` (against always saying the prevalence), with bootstrap intervals.
    """
    positive = np.asarray(y) > 0.5
    threshold = np.log(prevalence / (1 - prevalence))
    return {
        name: {
            measure: resampled(
                statistic,
                len(positive),
                bootstrap,
                confidence,
                n=len(positive),
                positives=int(positive.sum()),
            )
            for measure, statistic in _measures(
                np.asarray(scores, float), positive, threshold, prevalence
            ).items()
        }
        for name, scores in methods.items()
    }


def _measures(
    scores: np.ndarray, positive: np.ndarray, threshold: float, prevalence: float
) -> dict[str, Callable[[np.ndarray], float]]:
    """Return the scores by name, each a function of the weights of examples."""
    squared = (expit(scores) - positive) ** 2
    climate = (prevalence - positive) ** 2

    def at(level: float, score: Callable[..., float]) -> Callable[[np.ndarray], float]:
        return lambda weights: score(*contingency(scores > level, positive, weights))

    return {
        "tss": at(threshold, true_skill),
        "hss": at(threshold, heidke_skill),
        "f1": at(threshold, f1),
        "f1_at_half": at(0.0, f1),
        "tss_best_threshold": lambda weights: best_true_skill(scores, positive, weights),
        "brier": lambda weights: _ratio(weights @ squared, weights.sum()),
        "brier_skill": lambda weights: 1 - _ratio(weights @ squared, weights @ climate),
    }


def _ratio(part: Any, whole: Any) -> float:
    return float(part / whole) if whole else float("nan")
