"""Metrics of regression tasks: errors, outliers, and whether stated uncertainties hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.distributions.distribution import Distribution
from astro_dl.distributions.joint import JointMixture
from astro_dl.metrics.checks import check_finite, check_targets
from astro_dl.metrics.distribution_scores import (
    pit_metrics,
    proper_scores,
    region_metrics,
    score_metrics,
)
from astro_dl.metrics.intervals import binomial_interval, estimate, percentile_interval

Array = np.ndarray
OUTLIER_NMADS = 5.0


def regression_metrics(
    predicted: Array,
    y: Array,
    names: Sequence[str],
    units: Sequence[str] = (),
    distribution: Distribution | None = None,
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
    distribution : Distribution, optional
        Of the targets; with it `pit_metrics`, ``crps`` and ``cde_loss`` are included, see
        `proper_scores`.
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
        ``outlier_fraction`` (Clopper–Pearson), ``r2``. Of joint distributions also ``joint``: the
        metrics of `pit_metrics` of the probability where all targets together are more likely than
        the truth, whose ``coverage`` is that of regions, not of intervals.

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
    pit = None if distribution is None else distribution.cdf(truth)
    scores = {} if distribution is None else proper_scores(distribution, truth)
    targets = {}
    for k, name in enumerate(names):
        entry = _one_target(residual[:, k], values[:, k], truth[:, k], confidence, bootstrap, rng)
        entry["outlier_fraction"] = _outliers(residual[:, k], outlier, confidence)
        entry["unit"] = units[k] if units else ""
        own = {key: one[:, k] for key, one in scores.items()}
        entry |= score_metrics(own, confidence, bootstrap, rng)
        if pit is not None:
            entry |= pit_metrics(pit[:, k], confidence)
        targets[name] = entry
    found = {"n": len(truth), "confidence": confidence, "targets": targets}
    if isinstance(distribution, JointMixture):
        found["joint"] = region_metrics(distribution.content(truth, rng), confidence)
    return found


def nmad(residual: Array) -> float:
    """Return the normalised median absolute deviation, σ for Gaussian residuals."""
    return float(1.4826 * np.median(np.abs(residual - np.median(residual))))


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
