"""Detection at a fixed false-alarm probability: thresholds, rates, and what can be measured."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.metrics.checks import check_binary, check_finite
from astro_dl.metrics.intervals import binomial_interval, estimate

Array = np.ndarray
FALSE_ALARM_PROBABILITIES = (1e-1, 1e-2, 1e-3, 1e-4)
FEWEST_FALSE_ALARMS = 10


def detection_threshold(negatives: Array, false_alarm_probability: float) -> float:
    """Return the threshold above which at most this fraction of the negatives lies.

    An example is detected where its score is *greater* than the threshold, so that equal scores
    never raise the empirical false-alarm probability above the one asked for.

    Parameters
    ----------
    negatives : ndarray, (n,)
        Scores of the negative class, in any order.
    false_alarm_probability : float
        Within (0, 1).

    Raises
    ------
    UsageError
        If there are no negatives or the probability is out of range.
    """
    if not 0 < false_alarm_probability < 1:
        raise UsageError(
            f"false-alarm probability {false_alarm_probability!r}; give a number between 0 and 1"
        )
    values = check_finite("scores of negatives", negatives)
    return _nth_highest(values, allowed_false_alarms(len(values), false_alarm_probability))


def allowed_false_alarms(negatives: float, false_alarm_probability: float) -> int:
    """Return the largest whole number of false alarms within the probability."""
    return int(np.floor(negatives * false_alarm_probability + 1e-9))


def measurable(negatives: int, false_alarm_probability: float) -> str | None:
    """Return None where the set has enough negatives for this probability, else why it has not."""
    expected = negatives * false_alarm_probability
    if expected >= FEWEST_FALSE_ALARMS - 1e-9:
        return None
    needed = int(np.ceil(FEWEST_FALSE_ALARMS / false_alarm_probability - 1e-6))
    return (
        f"not measurable: {negatives:,} negatives give {expected:.3g} false alarms; "
        f"{needed:,} negatives are needed"
    )


def efficiency_at(
    false_alarm_probability: float,
    negatives: Array,
    detections: Callable[[float], Array],
    trials: Array,
    confidence: float = 0.95,
) -> tuple[Array, Array, Array]:
    """Return efficiencies at a false-alarm probability, with their intervals.

    Parameters
    ----------
    false_alarm_probability : float
        Within (0, 1), measurable with these negatives.
    negatives : ndarray, (n,)
        Scores of the negative class.
    detections : callable
        From a threshold to the numbers of positives above it, in the shape of ``trials``.
    trials : ndarray of int
        Numbers of positives; one total, or one per bin.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    efficiency, low, high : ndarray of float64
        NaN without positives.

    Notes
    -----
    The interval joins, in quadrature, two independent ones: the Clopper–Pearson interval of the
    positives above the threshold, and the change of efficiency between the thresholds that could
    be right, since that false-alarm probability is itself known from a finite number of alarms
    only (its own Clopper–Pearson interval).
    """
    total = len(negatives)
    allowed = allowed_false_alarms(total, false_alarm_probability)
    rarest, commonest = binomial_interval(allowed, total, confidence)
    ratio = allowed / total
    strict = int(np.floor(allowed * ratio / commonest))
    loose = int(np.ceil(allowed * ratio / max(float(rarest), 1 / total)))
    with np.errstate(divide="ignore", invalid="ignore"):
        least, efficiency, most = (
            detections(_nth_highest(negatives, count)) / trials
            for count in (strict, allowed, min(loose, total - 1))
        )
    detected = np.where(trials > 0, np.round(efficiency * trials), 0)
    low, high = binomial_interval(detected, trials, confidence)
    low = efficiency - np.hypot(efficiency - low, efficiency - least)
    high = efficiency + np.hypot(high - efficiency, most - efficiency)
    return efficiency, np.maximum(low, 0), np.minimum(high, 1)


def true_positive_rates(
    scores: Array,
    y: Array,
    false_alarm_probabilities: Iterable[float] = FALSE_ALARM_PROBABILITIES,
    confidence: float = 0.95,
) -> list[dict[str, Any]]:
    """Return the true-positive rate at each false-alarm probability.

    Parameters
    ----------
    scores, y : ndarray, (n,)
        Ranking statistic and 0/1 labels.
    false_alarm_probabilities : iterable of float
        Each within (0, 1).
    confidence : float, default 0.95
        Of the intervals; see `efficiency_at`.

    Returns
    -------
    list of dict
        ``false_alarm_probability``, ``value``, ``low``, ``high``, ``threshold``, ``false_alarms``
        (how many negatives lie above it) and ``realised`` (the false-alarm probability that this
        number implies, with its Clopper–Pearson interval); value None and ``why`` where fewer than
        ten false alarms are expected.
    """
    score, label = check_binary(scores, y)
    positives, negatives = score[label], score[~label]
    rates = []
    for probability in false_alarm_probabilities:
        threshold = detection_threshold(negatives, probability)
        entry: dict[str, Any] = {"false_alarm_probability": float(probability)}
        why = measurable(len(negatives), probability)
        if why:
            rates.append(entry | estimate(np.nan, why=why))
            continue
        rate = efficiency_at(
            probability,
            negatives,
            lambda level: np.sum(positives > level),
            np.asarray(len(positives)),
            confidence,
        )
        alarms = int(np.sum(negatives > threshold))
        realised = binomial_interval(alarms, len(negatives), confidence)
        about = {
            "threshold": threshold,
            "false_alarms": alarms,
            "realised": estimate(alarms / len(negatives), *realised),
        }
        rates.append(entry | estimate(*rate) | about)
    return rates


def _nth_highest(values: Array, above: int) -> float:
    """Return the value that exactly this many lie above, were there no ties."""
    position = len(values) - 1 - above
    return float(np.partition(values, position)[position])
