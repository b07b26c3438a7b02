"""Whether predicted distributions hold: coverage, uniformity, and proper scores of each example."""

from typing import Any

import numpy as np
import scipy

from astro_dl.distributions.distribution import Distribution, WithDensity
from astro_dl.metrics.checks import check_finite
from astro_dl.metrics.intervals import (
    binomial_interval,
    bootstrap_means,
    estimate,
    percentile_interval,
)

Array = np.ndarray
COVERAGES = (0.5, 0.6827, 0.9, 0.9545)
LEVELS = (np.arange(100) + 0.5) / 100


def pit_metrics(pit: Array, confidence: float = 0.95) -> dict[str, Any]:
    """Return how well predicted distributions cover the truth.

    Parameters
    ----------
    pit : ndarray, (n,)
        Probability integral transforms: the distributions' ``cdf`` at the truth, uniform for honest
        ones.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    dict
        ``coverage``: the share of truths within the central 50, 68, 90 and 95% of the predicted
        distribution (Clopper–Pearson intervals); ``pit_ks``: the Kolmogorov–Smirnov distance from
        uniform, with its p-value and the interval of the true distance by Massart (1990), eq. 1.5.
    """
    values = check_finite("pit", pit)
    return _uniformity(values, 2 * np.abs(values - 0.5), confidence)


def region_metrics(content: Array, confidence: float = 0.95) -> dict[str, Any]:
    """Return how often the truth is within regions of highest density of several targets.

    Parameters
    ----------
    content : ndarray, (n,)
        Probability where the density is higher than at the truth, uniform for honest distributions.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    dict
        ``coverage`` and ``pit_ks`` as of `pit_metrics`, with regions in place of intervals.
    """
    values = check_finite("content", content)
    return _uniformity(values, values, confidence)


def _uniformity(values: Array, content: Array, confidence: float) -> dict[str, Any]:
    coverage = []
    for nominal in COVERAGES:
        inside = int(np.sum(content <= nominal))
        interval = binomial_interval(inside, len(values), confidence)
        coverage.append({"nominal": nominal} | estimate(inside / len(values), *interval))
    test = scipy.stats.kstest(values, "uniform")
    reach = np.sqrt(np.log(2 / (1 - confidence)) / (2 * len(values)))
    ends = max(test.statistic - reach, 0), min(test.statistic + reach, 1)
    return {
        "coverage": coverage,
        "pit_ks": estimate(test.statistic, *ends, p_value=float(test.pvalue)),
    }


def proper_scores(distribution: Distribution, y: Array) -> dict[str, Array]:
    """Return the scores of each example, the less the better.

    Parameters
    ----------
    distribution : Distribution
        Of k targets of n examples.
    y : ndarray, (n,) or (n, k)
        Truth.

    Returns
    -------
    dict of str to ndarray, (n, k)
        ``crps``, the continuous ranked probability score, in the targets' units: twice the mean
        quantile score over all probabilities (Gneiting & Ranjan 2011, eq. 2). Where there is a
        density ``cde_loss``, ∫p² − 2 p(y), per unit of the target (Izbicki & Lee 2017, eq. 7),
        whose integral is the mean density over all quantiles. Means over a hundred probabilities.
    """
    truth = np.asarray(y, np.float64).reshape(distribution.mean.shape)
    quantiles = distribution.quantile(LEVELS)
    below = truth[..., None] < quantiles
    crps = 2 * np.mean((below - LEVELS) * (quantiles - truth[..., None]), axis=-1)
    if not isinstance(distribution, WithDensity):
        return {"crps": crps}
    square = distribution.pdf(quantiles).mean(axis=-1)
    return {"crps": crps, "cde_loss": square - 2 * distribution.pdf(truth)}


def score_metrics(
    scores: dict[str, Array], confidence: float, bootstrap: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Return the means of scores (n,), by name, with bootstrap intervals."""
    return {
        name: estimate(
            values.mean(),
            *percentile_interval(bootstrap_means(values, bootstrap, rng), confidence),
        )
        for name, values in scores.items()
    }
