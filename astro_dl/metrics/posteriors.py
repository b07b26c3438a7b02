"""Whether joint posteriors hold: expected coverage, and distance from a reference."""

from typing import Any

import numpy as np
import scipy

from astro_dl.core.errors import UsageError
from astro_dl.metrics.checks import check_finite
from astro_dl.metrics.intervals import binomial_interval, estimate

Array = np.ndarray
CREDIBILITIES = (0.5, 0.6827, 0.9, 0.9545)
FOLDS = 5
LONGEST_TRAINING = 1000


def random_region_shares(draws: Array, truth: Array, rng: np.random.Generator) -> Array:
    """Return of each posterior the share that is nearer to a random place than the truth is.

    Uniform on 0 to 1 for all places if and only if posteriors are right: TARP, "tests of accuracy
    with random points" (Lemos et al. 2023, arXiv:2302.03026, theorem 3).

    Parameters
    ----------
    draws : ndarray, (n, k, m)
        Of n posteriors, on the unit box of the prior.
    truth : ndarray, (n, k)
        Likewise.
    rng : numpy.random.Generator
        Source of the places, uniform on the box.

    Returns
    -------
    ndarray, (n,)
    """
    place = rng.random(truth.shape)
    distance = np.sqrt(np.sum((truth - place) ** 2, axis=1))
    distances = np.sqrt(np.sum((draws - place[..., None]) ** 2, axis=1))
    return np.mean(distances < distance[:, None], axis=1)


def density_region_shares(of_draws: Array, of_truth: Array) -> Array:
    """Return of each posterior the share with a higher density than the truth has.

    Uniform on 0 to 1 for right posteriors (Hermans et al. 2022, arXiv:2110.06581, section 2): the
    truth lies in the region of highest density of some credibility as often.

    Parameters
    ----------
    of_draws : ndarray, (n, m)
        Density, or its logarithm, at draws of n posteriors.
    of_truth : ndarray, (n,)
        At the truths.

    Returns
    -------
    ndarray, (n,)
    """
    return np.mean(of_draws > of_truth[:, None], axis=1)


def expected_coverage(shares: Array, confidence: float = 0.95) -> dict[str, Any]:
    """Return how often regions of some credibility hold the truth.

    Parameters
    ----------
    shares : ndarray, (n,)
        The credibility of the smallest region that holds the truth, see `random_region_shares`.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    dict
        ``coverage`` at 50, 68, 90 and 95% (Clopper–Pearson intervals), and ``ks``: the
        Kolmogorov–Smirnov distance of the shares from uniform, with its p-value and the interval
        of the true distance by Massart (1990), eq. 1.5.
    """
    values = check_finite("shares", shares)
    coverage = []
    for nominal in CREDIBILITIES:
        inside = int(np.sum(values <= nominal))
        interval = binomial_interval(inside, len(values), confidence)
        coverage.append({"nominal": nominal} | estimate(inside / len(values), *interval))
    test = scipy.stats.kstest(values, "uniform")
    reach = np.sqrt(np.log(2 / (1 - confidence)) / (2 * len(values)))
    ends = max(test.statistic - reach, 0), min(test.statistic + reach, 1)
    return {"coverage": coverage, "ks": estimate(test.statistic, *ends, p_value=test.pvalue)}


def classifier_accuracy(
    one: Array, other: Array, seed: int = 0, confidence: float = 0.95
) -> dict[str, Any]:
    """Return how well a classifier tells two samples apart: 0.5 for the same distribution.

    The C2ST (Lopez-Paz & Oquab 2017, arXiv:1610.06545) as Lueckmann et al. (2021,
    arXiv:2101.04653) take it: two hidden layers of ten units per parameter, five folds; parameters
    are standardised by the first sample.

    Parameters
    ----------
    one, other : ndarray, (m, k)
        The samples, of the same size; the first is the reference.
    seed : int, default 0
        Of the folds and the weights.
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    dict
        Mean accuracy on the held-out folds, with its binomial interval.

    Raises
    ------
    UsageError
        If the samples are of different shapes.
    """
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.neural_network import MLPClassifier

    first, second = (check_finite("sample", np.atleast_2d(part)) for part in (one, other))
    if first.shape != second.shape:
        raise UsageError(f"samples of shapes {first.shape} and {second.shape}; equal ones needed")
    first, second = first.reshape(len(first), -1), second.reshape(len(second), -1)
    mean, deviation = first.mean(axis=0), first.std(axis=0)
    rows = (np.concatenate([first, second]) - mean) / np.where(deviation > 0, deviation, 1)
    labels = np.repeat((0, 1), len(first))
    width = 10 * rows.shape[1]
    network = MLPClassifier((width, width), max_iter=LONGEST_TRAINING, random_state=seed)
    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    right = int(np.sum(cross_val_predict(network, rows, labels, cv=folds) == labels))
    return estimate(right / len(rows), *binomial_interval(right, len(rows), confidence))
