"""How far predicted probabilities are from observed frequencies."""

import numpy as np
from astropy.table import Table

from astro_dl.metrics.checks import check_probabilities
from astro_dl.metrics.intervals import binomial_interval

Array = np.ndarray


def class_weights(y: Array, prevalence: float | None) -> Array:
    """Return weights (n,) of mean one that give the positives the stated prevalence."""
    label = np.asarray(y, bool)
    if prevalence is None:
        return np.ones(len(label))
    observed = label.mean()
    return np.where(label, prevalence / observed, (1 - prevalence) / (1 - observed))


def reliability_table(
    probabilities: Array,
    y: Array,
    bins: int = 15,
    prevalence: float | None = None,
    confidence: float = 0.95,
) -> Table:
    """Return predicted against observed frequency in bins of equal width.

    Parameters
    ----------
    probabilities : ndarray, (n,)
        Predicted probability of the positive class.
    y : ndarray, (n,)
        0 and 1.
    bins : int, default 15
        Number of bins on [0, 1].
    prevalence : float, optional
        The fraction of positives for which the probabilities hold, where the set at hand has
        another one; examples are then weighted by class.
    confidence : float, default 0.95
        Of the Wilson intervals.

    Returns
    -------
    astropy.table.Table
        Columns low_edge, high_edge, n, weight, predicted, observed, low, high; empty bins are NaN.
    """
    p = check_probabilities("probabilities", probabilities, len(y))
    label = np.asarray(y, bool)
    weight = class_weights(label, prevalence)
    index = np.minimum((p * bins).astype(int), bins - 1)
    count, total, hits, predicted, observed = (
        np.bincount(index, weights=w, minlength=bins)
        for w in (np.ones(len(p)), weight, label * 1.0, weight * p, weight * label)
    )
    low, high = binomial_interval(hits, count, confidence, "wilson")
    ratio = _positive_weight_ratio(label, prevalence)
    edges = np.linspace(0, 1, bins + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "low_edge": edges[:-1],
            "high_edge": edges[1:],
            "n": count.astype(int),
            "weight": total / total.sum(),
            "predicted": predicted / total,
            "observed": observed / total,
            "low": _reweighted(low, ratio),
            "high": _reweighted(high, ratio),
        }
    return Table(columns)


def expected_calibration_error(table: Table) -> float:
    """Return the expected calibration error of a reliability table: Guo et al. (2017), eq. 3."""
    used = table["n"] > 0
    gap = np.abs(table["predicted"] - table["observed"])[used]
    return float(np.sum(np.asarray(table["weight"][used]) * gap))


def _positive_weight_ratio(label: Array, prevalence: float | None) -> float:
    if prevalence is None:
        return 1.0
    observed = label.mean()
    return prevalence * (1 - observed) / ((1 - prevalence) * observed)


def _reweighted(fraction: Array, ratio: float) -> Array:
    """Return the proportion after weighting positives by ``ratio`` relative to negatives."""
    return ratio * fraction / (ratio * fraction + 1 - fraction)
