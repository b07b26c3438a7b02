"""What photometric redshifts are judged by, against redshift and magnitude."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.distribution_scores import COVERAGES, pit_metrics, proper_scores
from astro_dl.metrics.intervals import binomial_interval, estimate, percentile_interval
from astro_dl.metrics.regression import nmad

Array = np.ndarray
OUTLIER, CATASTROPHIC = 0.05, 0.15
"""|Δz| / (1 + z) above which an estimate is an outlier, and a catastrophic one."""

BINS = 6
FEWEST = 30
REPLICAS = 200
CONFIDENCE = 0.95


def photo_z_metrics(outcome: Outcome) -> dict[str, Any]:
    """Return errors of photometric redshifts, and whether their distributions hold.

    Parameters
    ----------
    outcome : Outcome
        Redshifts (n, 1), and what methods say of them; ``info`` with ``magnitude`` [mag] where it
        is known.

    Returns
    -------
    dict
        By method, of Δ = (estimate − z) / (1 + z): ``bias`` (mean), ``nmad`` (1.4826 ×
        median |Δ − median Δ|), ``outliers_0.15`` and ``outliers_0.05`` (share of |Δ| above); where
        the method gives distributions ``crps``, ``cde_loss``, ``pit_ks`` (Kolmogorov–Smirnov
        distance of the probability integral transform from uniform), ``coverage_68`` and
        ``coverage_95``. All of them again in bins ``by redshift`` and ``by magnitude``, of equally
        many galaxies; those with fewer than 30 are left out. 95% intervals.
    """
    z = np.asarray(outcome.y, np.float64).ravel()
    info = outcome.info
    magnitude = np.asarray(info["magnitude"], float) if "magnitude" in info.colnames else None
    axes = {"by redshift": z} | ({} if magnitude is None else {"by magnitude": magnitude})
    parts = {name: _bins(values) for name, values in axes.items()}
    found = {}
    for name, estimates in outcome.scores.items():
        measures = _measures(outcome, name, np.asarray(estimates, np.float64).ravel(), z)
        found[name] = _described(measures, np.arange(len(z))) | {
            axis: _by_measure(measures, bins) for axis, bins in parts.items()
        }
    return found


Measure = Callable[[Array], dict[str, Any]]


def _measures(outcome: Outcome, name: str, estimates: Array, z: Array) -> dict[str, Measure]:
    """Return, by name, functions from row numbers to an estimate with its interval."""
    error = (estimates - z) / (1 + z)
    measures: dict[str, Measure] = {
        "bias": partial(_mean, error),
        "nmad": lambda rows: _resampled(error[rows], nmad),
        "outliers_0.15": partial(_share_of, np.abs(error) > CATASTROPHIC),
        "outliers_0.05": partial(_share_of, np.abs(error) > OUTLIER),
    }
    distribution = outcome.distributions.get(name)
    if distribution is None:
        return measures
    pit = distribution.cdf(z[:, None])[:, 0]
    for key, scores in proper_scores(distribution, z).items():
        measures[key] = partial(_mean, scores[:, 0])
    measures["pit_ks"] = lambda rows: pit_metrics(pit[rows], CONFIDENCE)["pit_ks"]
    for percent, nominal in (("68", COVERAGES[1]), ("95", COVERAGES[3])):
        measures[f"coverage_{percent}"] = partial(_share_of, np.abs(pit - 0.5) <= nominal / 2)
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


def _share_of(hits: Array, rows: Array) -> dict[str, Any]:
    count = int(hits[rows].sum())
    return estimate(count / len(rows), *binomial_interval(count, len(rows), CONFIDENCE))


def _mean(values: Array, rows: Array) -> dict[str, Any]:
    return _resampled(values[rows], np.mean)


def _resampled(values: Array, statistic: Callable[[Array], Any]) -> dict[str, Any]:
    """Return a statistic with its bootstrap interval."""
    rng = np.random.default_rng(0)
    drawn = [statistic(values[rng.integers(0, len(values), len(values))]) for _ in range(REPLICAS)]
    return estimate(statistic(values), *percentile_interval(np.array(drawn), CONFIDENCE))
