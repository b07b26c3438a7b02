"""Metrics of regression tasks: errors, outliers, and whether stated uncertainties hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr
from scipy.stats import kstest

from astro_dl.errors import UsageError
from astro_dl.evaluation.checks import check_finite, check_targets
from astro_dl.evaluation.intervals import binomial_interval, estimate, percentile_interval

__all__ = ["gaussian_pit", "nmad", "pit_metrics", "quantile_pit", "regression_metrics"]

Array = np.ndarray
COVERAGES = (0.5, 0.6827, 0.9, 0.9545)
OUTLIER_NMADS = 5.0


def regression_metrics(
    predicted: Array,
    y: Array,
    names: Sequence[str],
    units: Sequence[str] = (),
    pit: Array | None = None,
    scale: Array | None = None,
    outlier: float | None = None,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return every metric of predicted values, target by target.

    Parameters
    ----------
    predicted, y : ndarray, (n,) or (n, targets)
        Predictions and truths, in the targets' units.
    names, units : sequence of str
        Target names and units.
    pit : ndarray, (n,) or (n, targets), optional
        Probability integral transforms from `gaussian_pit` or `quantile_pit`; with them
        `pit_metrics` are included.
    scale : ndarray, (n,), optional
        Residuals are divided by it: 1 + z for photometric redshifts.
    outlier : float, optional
        An outlier's smallest absolute (scaled) residual, about zero; default five NMAD about the
        median.
    confidence : float, default 0.95
        Of all intervals.
    bootstrap : int, default 200
        Replicas for percentile intervals.
    rng : numpy.random.Generator, optional
        Source of the resampling; default seed 0.

    Returns
    -------
    dict
        JSON-able: ``n`` and ``targets``, by name: ``bias`` (mean residual, predicted − true),
        ``median_bias``, ``nmad`` (1.4826 × median |Δ − median Δ|), ``rmse``,
        ``outlier_fraction`` (Clopper–Pearson), ``r2``.

    Raises
    ------
    UsageError
        If shapes disagree, a value is not finite, or there are fewer than two examples.
    """
    values, truth = check_targets(predicted, y, names)
    if len(truth) < 2:
        raise UsageError(f"targets: {len(truth)} example; regression metrics need at least two")
    rng = np.random.default_rng(0) if rng is None else rng
    residual = values - truth
    if scale is not None:
        residual = residual / check_finite("scale", scale, len(truth))[:, None]
    columns = None if pit is None else check_finite("pit", pit, len(truth)).reshape(len(truth), -1)
    targets = {}
    for k, name in enumerate(names):
        entry = _one_target(residual[:, k], values[:, k], truth[:, k], confidence, bootstrap, rng)
        entry["outlier_fraction"] = _outliers(residual[:, k], outlier, confidence)
        entry["unit"] = units[k] if units else ""
        if columns is not None:
            entry |= pit_metrics(columns[:, k], confidence)
        targets[name] = entry
    return {"n": len(truth), "confidence": confidence, "targets": targets}


def nmad(residual: Array) -> float:
    """Return the normalised median absolute deviation, σ for Gaussian residuals."""
    return float(1.4826 * np.median(np.abs(residual - np.median(residual))))


def gaussian_pit(y: Array, predicted: Array, std: Array) -> Array:
    """Return the probability integral transform Φ((y − predicted) / std).

    Raises
    ------
    UsageError
        If a standard deviation is not positive.
    """
    sigma = np.asarray(std, float)
    if not (sigma > 0).all():
        raise UsageError("predicted standard deviations must all be positive")
    return ndtr((np.asarray(y, float) - np.asarray(predicted, float)) / sigma)


def quantile_pit(y: Array, levels: Sequence[float], quantiles: Array) -> Array:
    """Return the probability integral transform from predicted quantiles.

    Parameters
    ----------
    y : ndarray, (n,)
        Truths.
    levels : sequence of float, (m,)
        Increasing probabilities within (0, 1).
    quantiles : ndarray, (n, m)
        The predicted values at these levels.

    Returns
    -------
    ndarray of float64, (n,)
        Interpolated linearly between the quantiles; half the outermost probability beyond them.
    """
    level = np.asarray(levels, float)
    values = np.maximum.accumulate(np.asarray(quantiles, float), axis=1)
    truth = np.asarray(y, float)
    if values.shape != (len(truth), len(level)) or not (np.diff(level) > 0).all():
        raise UsageError(
            f"quantiles of shape {values.shape} for {len(truth)} truths and {len(level)} levels; "
            "one column per increasing level is needed"
        )
    below = np.sum(values <= truth[:, None], axis=1)
    left, right = np.clip(below - 1, 0, None), np.clip(below, None, len(level) - 1)
    rows = np.arange(len(truth))
    width = np.maximum(values[rows, right] - values[rows, left], 1e-300)
    inside = level[left] + (level[right] - level[left]) * (truth - values[rows, left]) / width
    outside = np.where(below == 0, level[0] / 2, (1 + level[-1]) / 2)
    return np.where((below == 0) | (below == len(level)), outside, inside)


def pit_metrics(pit: Array, confidence: float = 0.95) -> dict[str, Any]:
    """Return how well predicted distributions cover the truth.

    Parameters
    ----------
    pit : ndarray, (n,)
        Probability integral transforms; uniform for honest distributions.
    confidence : float, default 0.95
        Of the Clopper–Pearson intervals.

    Returns
    -------
    dict
        ``coverage``: the share of truths within the central 50, 68, 90 and 95% of the predicted
        distribution; ``pit_ks``: the Kolmogorov–Smirnov distance from uniform, with its p-value.
    """
    values = check_finite("pit", pit)
    coverage = []
    for nominal in COVERAGES:
        inside = int(np.sum(np.abs(values - 0.5) <= nominal / 2))
        interval = binomial_interval(inside, len(values), confidence)
        coverage.append({"nominal": nominal} | estimate(inside / len(values), *interval))
    test = kstest(values, "uniform")
    return {
        "coverage": coverage,
        "pit_ks": {"value": float(test.statistic), "p_value": float(test.pvalue)},
    }


def _one_target(
    residual: Array,
    predicted: Array,
    truth: Array,
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    def measures(index: Array | slice) -> tuple[float, ...]:
        part, error, true = residual[index], predicted[index] - truth[index], truth[index]
        spread = np.mean((true - true.mean()) ** 2)
        r2 = 1 - np.mean(error**2) / spread if spread > 0 else np.nan
        return (
            part.mean(),
            float(np.median(part)),
            nmad(part),
            float(np.sqrt(np.mean(part**2))),
            r2,
        )

    n = len(truth)
    replicas = np.array([measures(rng.integers(0, n, n)) for _ in range(bootstrap)])
    low, high = percentile_interval(replicas.reshape(bootstrap, 5), confidence)
    keys = ("bias", "median_bias", "nmad", "rmse", "r2")
    return {
        key: estimate(value, low[k], high[k])
        for k, (key, value) in enumerate(zip(keys, measures(slice(None)), strict=True))
    }


def _outliers(residual: Array, outlier: float | None, confidence: float) -> dict[str, Any]:
    limit = OUTLIER_NMADS * nmad(residual) if outlier is None else outlier
    centre = np.median(residual) if outlier is None else 0.0
    count = int(np.sum(np.abs(residual - centre) > limit))
    interval = binomial_interval(count, len(residual), confidence)
    return estimate(count / len(residual), *interval, limit=float(limit))
