"""Metrics of models without labels: reconstruction, anomalies, clusters of codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astro_dl.metrics.binary import binary_metrics
from astro_dl.metrics.checks import check_finite
from astro_dl.metrics.clusters import cluster_metrics
from astro_dl.metrics.intervals import bootstrap_means, estimate, percentile_interval

Array = np.ndarray


@dataclass(frozen=True)
class Unsupervised:
    """What methods without labels made of a set of examples, besides their anomaly scores.

    Parameters
    ----------
    errors : mapping of str to ndarray, (n, k)
        By method, the squared errors of the reconstructed quantities.
    codes : mapping of str to ndarray, (n, m)
        By method, what it describes each example by.
    clusters : mapping of str to ndarray of int, (n,)
        By method, clusters of its codes.
    classes : tuple of str
        Names of the true classes; empty if there are none.
    anomalous : ndarray of bool, (n,), optional
        Which examples are truly odd.
    color : tuple of str and ndarray (n,), optional
        Name and values of a column by which codes are coloured.
    """

    errors: Mapping[str, Array] = field(default_factory=dict)
    codes: Mapping[str, Array] = field(default_factory=dict)
    clusters: Mapping[str, Array] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    anomalous: Array | None = None
    color: tuple[str, Array] | None = None


def unsupervised_metrics(
    method: str,
    score: Array,
    y: Array,
    names: Sequence[str],
    found: Unsupervised,
    false_alarm_probabilities: Sequence[float] = (),
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return every metric of one method without labels.

    Parameters
    ----------
    method : str
        Key in the mappings of `found`.
    score : ndarray, (n,)
        Its anomaly scores.
    y : ndarray, (n,)
        Class numbers, where there are classes.
    names : sequence of str, (k,)
        Of the reconstructed quantities.
    found : Unsupervised
        What it made of the examples.
    false_alarm_probabilities : sequence of float
        Shares of ordinary examples above the thresholds at which anomalies are counted.
    confidence : float, default 0.95
        Of all intervals.
    bootstrap : int, default 200
        Replicas of percentile intervals.
    rng : numpy.random.Generator, optional
        Source of the resampling; default seed 0.

    Returns
    -------
    dict
        JSON-able, where it applies: ``error`` (mean squared error, in the units of the inputs) and
        ``quantities`` (the same by name); ``anomaly`` as of `binary_metrics`, anomalies against
        the rest; ``clusters`` as of `cluster_metrics`.

    Raises
    ------
    UsageError
        If a score is not finite.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    score = check_finite("anomaly scores", score, len(y))
    metrics: dict[str, Any] = {"kind": "reconstruction", "n": len(score), "confidence": confidence}
    if method in found.errors:
        errors = np.asarray(found.errors[method], np.float64)
        columns = np.concatenate([errors.mean(axis=1, keepdims=True), errors], axis=1)
        low, high = percentile_interval(bootstrap_means(columns, bootstrap, rng), confidence)
        estimates = [estimate(*one) for one in zip(columns.mean(axis=0), low, high, strict=True)]
        metrics["error"] = estimates[0]
        metrics["quantities"] = dict(zip(names, estimates[1:], strict=True))
    anomalous = found.anomalous
    if anomalous is not None and 0 < anomalous.sum() < len(anomalous):
        metrics["anomaly"] = binary_metrics(
            score,
            anomalous.astype(np.float32),
            false_alarm_probabilities,
            confidence=confidence,
            bootstrap=bootstrap,
            rng=rng,
        )
    if method in found.clusters:
        truth = y if found.classes else np.zeros(len(y), int)
        agreement = cluster_metrics(
            found.codes[method], found.clusters[method], truth, confidence, bootstrap, rng
        )
        told = agreement if found.classes else {"silhouette": agreement["silhouette"]}
        metrics["clusters"] = told
    return metrics


def unsupervised_headline(metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the estimates to print of one method by name."""
    lines = {"reconstruction_error": metrics["error"]} if "error" in metrics else {}
    if anomaly := metrics.get("anomaly"):
        lines |= {f"anomaly_{key}": anomaly[key] for key in ("auc", "average_precision")}
        lines |= {f"tpr_{one['false_alarm_probability']:g}": one for one in anomaly["tpr"]}
    if clusters := metrics.get("clusters"):
        lines |= {key: clusters[key] for key in ("silhouette", "ari", "nmi") if key in clusters}
    return lines
