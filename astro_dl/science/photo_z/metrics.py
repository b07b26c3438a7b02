"""What photometric redshifts are judged by, against redshift and magnitude."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.distributions.distribution import Distribution
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.distribution_scores import COVERAGES, pit_metrics, proper_scores
from astro_dl.metrics.intervals import binomial_interval, estimate, repeated, resampled
from astro_dl.metrics.regression import nmad

Array = np.ndarray
OUTLIER, CATASTROPHIC = 0.05, 0.15
"""|Δz| / (1 + z) above which an estimate is an outlier, and a catastrophic one."""

BINS = 6
FEWEST = 30


def photo_z_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return errors of photometric redshifts, and whether their distributions hold.

    Parameters
    ----------
    outcome : Outcome
        Redshifts (n, 1), and what methods say of them; ``info`` with ``magnitude`` [mag] where it
        is known.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method, of Δ = (estimate − z) / (1 + z): ``bias`` (mean), ``nmad`` (1.4826 ×
        median |Δ − median Δ|), ``outliers_0.15`` and ``outliers_0.05`` (share of |Δ| above); where
        the method gives distributions ``crps``, ``cde_loss``, ``pit_ks`` (Kolmogorov–Smirnov
        distance of the probability integral transform from uniform), ``coverage_68`` and
        ``coverage_95``. All of them again in bins ``by redshift`` and ``by magnitude``, of equally
        many galaxies; those with fewer than 30 are left out. All with intervals.
    """
    z = np.asarray(outcome.y, np.float64).ravel()
    info = outcome.info
    magnitude = np.asarray(info["magnitude"], float) if "magnitude" in info.colnames else None
    axes = {"by redshift": z} | ({} if magnitude is None else {"by magnitude": magnitude})
    parts = {name: _bins(values) for name, values in axes.items()}
    found = {}
    for name, estimates in outcome.scores.items():
        error = (np.asarray(estimates, np.float64).ravel() - z) / (1 + z)
        measures = _errors(error, settings)
        if name in outcome.distributions:
            measures |= _coverage(outcome.distributions[name], z, settings)
        found[name] = _described(measures, np.arange(len(z))) | {
            axis: _by_measure(measures, bins) for axis, bins in parts.items()
        }
    return found


Measure = Callable[[Array], dict[str, Any]]


def _errors(error: Array, settings: EvaluationConfig) -> dict[str, Measure]:
    """Return, by name, functions from row numbers to an estimate with its interval."""
    return {
        "bias": partial(_resampled, np.mean, error, settings),
        "nmad": partial(_resampled, nmad, error, settings),
        "outliers_0.15": partial(_share_of, np.abs(error) > CATASTROPHIC, settings),
        "outliers_0.05": partial(_share_of, np.abs(error) > OUTLIER, settings),
    }


def _coverage(
    distribution: Distribution, z: Array, settings: EvaluationConfig
) -> dict[str, Measure]:
    """Return the same for what the predicted distributions are worth."""
    pit = distribution.cdf(z[:, None])[:, 0]
    measures: dict[str, Measure] = {
        key: partial(_resampled, np.mean, scores[:, 0], settings)
        for key, scores in proper_scores(distribution, z).items()
    }
    measures["pit_ks"] = lambda rows: pit_metrics(pit[rows], settings.confidence)["pit_ks"]
    for percent, nominal in (("68", COVERAGES[1]), ("95", COVERAGES[3])):
        inside = np.abs(pit - 0.5) <= nominal / 2
        measures[f"coverage_{percent}"] = partial(_share_of, inside, settings)
    return measures


def _described(measures: dict[str, Measure], rows: Array) -> dict[str, Any]:
    return {key: measure(rows) | {"n": len(rows)} for key, measure in measures.items()}


def _by_measure(
    measures: dict[str, Measure], bins: list[tuple[float, float, Array]]
) -> dict[str, Any]:
    return {
        key: [
            {"from": low, "to": high, **measure(rows), "n": len(rows)} for low, high, rows in bins
        ]
        for key, measure in measures.items()
    }


def _bins(values: Array) -> list[tuple[float, float, Array]]:
    """Return ends and row numbers of bins of equally many finite values."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    edges = np.unique(np.round(np.quantile(known, np.linspace(0, 1, BINS + 1)), 3))
    edges[0], edges[-1] = min(edges[0], known.min()), max(edges[-1], known.max())
    bins = []
    for low, high in pairwise(edges):
        inside = (values >= low) & ((values < high) | (high == edges[-1]) & (values <= high))
        if inside.sum() >= FEWEST:
            bins.append((float(low), float(high), np.flatnonzero(inside)))
    return bins


def _share_of(hits: Array, settings: EvaluationConfig, rows: Array) -> dict[str, Any]:
    count = int(hits[rows].sum())
    interval = binomial_interval(count, len(rows), settings.confidence)
    return estimate(count / len(rows), *interval)


def _resampled(
    statistic: Callable[[Array], Any], values: Array, settings: EvaluationConfig, rows: Array
) -> dict[str, Any]:
    drawn = repeated(statistic, values[rows])
    return resampled(drawn, len(rows), settings.bootstrap, settings.confidence)
