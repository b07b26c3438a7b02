"""Metrics of binary tasks: ranking, detection at fixed false-alarm probability, calibration."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy
from scipy.special import expit, logit

from astro_dl.metrics.checks import check_binary, check_probabilities
from astro_dl.metrics.detection import (
    FALSE_ALARM_PROBABILITIES,
    true_positive_rates,
)
from astro_dl.metrics.intervals import (
    binomial_interval,
    estimate,
    percentile_interval,
    resampled,
    resampling_weights,
)
from astro_dl.metrics.reliability import (
    class_weights,
    expected_calibration_error,
    reliability_table,
)

Array = np.ndarray
PROBABILITY_BINS = 15


def binary_metrics(
    scores: Array,
    y: Array,
    false_alarm_probabilities: Sequence[float] = FALSE_ALARM_PROBABILITIES,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
    probabilities: Array | None = None,
    prevalence: float | None = None,
) -> dict[str, Any]:
    """Return every metric of a binary ranking statistic.

    Parameters
    ----------
    scores : ndarray, (n,)
        Ranking statistic, higher for the positive class; logits rather than probabilities, which
        saturate.
    y : ndarray, (n,)
        0 and 1, both present.
    false_alarm_probabilities : sequence of float
        At which the true-positive rate is measured.
    confidence : float, default 0.95
        Of all intervals.
    bootstrap : int, default 200
        Replicas for the intervals that have no closed form.
    rng : numpy.random.Generator, optional
        Source of the resampling; default seed 0.
    probabilities : ndarray, (n,), optional
        Calibrated probabilities; with them `probability_metrics` are included.
    prevalence : float, optional
        The fraction of positives for which the probabilities hold, if not that of the set.

    Returns
    -------
    dict
        JSON-able: counts, ``auc`` (DeLong interval), ``average_precision`` (bootstrap, at the
        set's own class ratio), ``tpr`` (a list, one per false-alarm probability), and with
        probabilities ``brier``, ``log_loss``, ``ece``. Every estimate is
        ``{"value", "low", "high"}``; what cannot be measured has value None and a ``why``.

    Raises
    ------
    UsageError
        If a score is not finite, lengths differ, or one class is missing.
    """
    score, label = check_binary(scores, y)
    rng = np.random.default_rng(0) if rng is None else rng
    metrics: dict[str, Any] = {
        "n": len(label),
        "n_positive": int(label.sum()),
        "n_negative": int((~label).sum()),
        "confidence": confidence,
        "auc": area_under_curve(score, label, confidence),
        "average_precision": average_precision(score, label, confidence, bootstrap, rng),
        "tpr": true_positive_rates(score, label, false_alarm_probabilities, confidence),
    }
    if probabilities is not None:
        metrics |= probability_metrics(probabilities, label, prevalence, confidence, bootstrap, rng)
    return metrics


def area_under_curve(scores: Array, y: Array, confidence: float = 0.95) -> dict[str, Any]:
    """Return the area under the ROC curve; ties count one half.

    Parameters
    ----------
    scores, y : ndarray, (n,)
        Ranking statistic and 0/1 labels.
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    dict
        ``{"value", "low", "high"}``.

    Notes
    -----
    Variance by DeLong et al. (1988) from midranks as Sun & Xu (2014), interval on the logit scale.
    Where every positive outranks every negative that variance is zero; the interval is then that
    of min(n₊, n₋) independent pairs, all ordered rightly.
    """
    score, label = check_binary(scores, y)
    positives, negatives = score[label], score[~label]
    m, n = len(positives), len(negatives)
    joint = scipy.stats.rankdata(score)
    above = (joint[label] - scipy.stats.rankdata(positives)) / n
    below = 1 - (joint[~label] - scipy.stats.rankdata(negatives)) / m
    value = float(above.mean())
    if value in (0.0, 1.0):
        pairs = min(m, n)
        low, high = binomial_interval(value * pairs, pairs, confidence)
        return estimate(value, low, high)
    variance = _variance(above) / m + _variance(below) / n
    half = scipy.stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance) / (value * (1 - value))
    return estimate(value, expit(logit(value) - half), expit(logit(value) + half))


def average_precision(
    scores: Array,
    y: Array,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return the average precision, Σ (Rₖ − Rₖ₋₁) Pₖ over distinct scores, at the set's own ratio.

    Parameters
    ----------
    scores, y : ndarray, (n,)
        Ranking statistic and 0/1 labels.
    confidence, bootstrap, rng
        Of the percentile interval; where every positive outranks every negative it is that of
        `area_under_curve`.

    Returns
    -------
    dict
        ``{"value", "low", "high"}``.
    """
    score, label = check_binary(scores, y)
    order = np.argsort(-score, kind="stable")
    hits, ends = label[order], _tie_ends(score[order])

    def weighted(weight: Array) -> float:
        detected = np.cumsum(weight * hits, dtype=np.int64)[ends]
        selected = np.cumsum(weight, dtype=np.int64)[ends]
        if detected[-1] == 0:
            return np.nan
        gain = np.diff(detected, prepend=0) / detected[-1]
        return float(np.sum(gain * detected / np.maximum(selected, 1)))

    pairs = min(int(label.sum()), int((~label).sum()))
    return resampled(weighted, len(score), bootstrap, confidence, rng, pairs)


def probability_metrics(
    probabilities: Array,
    y: Array,
    prevalence: float | None = None,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return Brier score, log-loss and expected calibration error.

    Parameters
    ----------
    probabilities, y : ndarray, (n,)
        Predicted probability of the positive class, and 0/1 labels.
    prevalence : float, optional
        The fraction of positives for which the probabilities hold; examples are weighted by class
        to it. Default: the set's own.
    confidence, bootstrap, rng
        Of the bootstrap intervals.

    Returns
    -------
    dict
        ``brier``, ``log_loss`` [nat] and ``ece`` (15 bins of equal width; its interval is
        moved to have its median at the value, which undoes the upward bias of resampling;
        ``noise_floor`` is what a perfectly calibrated forecast would show on average with as many
        examples).
    """
    label = np.asarray(y, bool)
    p = check_probabilities("probabilities", probabilities, len(label))
    rng = np.random.default_rng(0) if rng is None else rng
    weight = class_weights(label, prevalence)
    clipped = np.clip(p, np.finfo(float).eps, 1 - np.finfo(float).eps)
    losses = np.stack([(p - label) ** 2, -np.log(np.where(label, clipped, 1 - clipped))])
    index = np.minimum((p * PROBABILITY_BINS).astype(int), PROBABILITY_BINS - 1)

    def measures(weights: Array) -> Array:
        total = max(weights.sum(), 1e-300)
        gap = np.bincount(index, weights=weights * (p - label), minlength=PROBABILITY_BINS)
        return np.append(losses @ weights, np.abs(gap).sum()) / total

    value = measures(weight)
    value[2] = expected_calibration_error(
        reliability_table(p, label, PROBABILITY_BINS, prevalence, confidence)
    )
    replicas = np.array(
        [measures(drawn * weight) for drawn in resampling_weights(len(label), bootstrap, rng)]
    ).reshape(bootstrap, 3)
    low, high = percentile_interval(replicas, confidence)
    middle = np.median(replicas[:, 2]) if bootstrap else np.nan
    scatter = np.bincount(index, weights=weight**2 * p * (1 - p), minlength=PROBABILITY_BINS)
    floor = float(np.sqrt(2 / np.pi * scatter).sum() / weight.sum())
    return {
        "brier": estimate(value[0], low[0], high[0]),
        "log_loss": estimate(value[1], low[1], high[1]),
        "ece": estimate(
            value[2],
            max(value[2] + low[2] - middle, 0.0),
            value[2] + high[2] - middle,
            noise_floor=floor,
        ),
    }


def roc_points(scores: Array, y: Array) -> tuple[Array, Array]:
    """Return the corners (false-positive rate, true-positive rate) of the ROC curve from (0, 0)."""
    score, label = check_binary(scores, y)
    order = np.argsort(-score, kind="stable")
    hits, ends = label[order], _tie_ends(score[order])
    true = np.append(0, np.cumsum(hits)[ends])
    false = np.append(0, np.cumsum(~hits)[ends])
    return false / false[-1], true / true[-1]


def precision_recall_points(scores: Array, y: Array) -> tuple[Array, Array]:
    """Return recall and precision at each distinct score, the highest score first.

    Precision holds at the set's own ratio of classes; the first point, of no example, is that of
    the highest score at recall 0.
    """
    score, label = check_binary(scores, y)
    order = np.argsort(-score, kind="stable")
    hits, ends = label[order], _tie_ends(score[order])
    true = np.cumsum(hits)[ends]
    precision = true / (ends + 1)
    return np.append(0.0, true / true[-1]), np.append(precision[0], precision)


def _variance(values: Array) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.0


def _tie_ends(ordered: Array) -> Array:
    """Return the last position of each run of equal values."""
    return np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
