"""Confidence intervals: binomial, order-statistic and bootstrap."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy

from astro_dl.core.errors import UsageError

Array = np.ndarray


def binomial_interval(
    successes: Array | float,
    trials: Array | float,
    confidence: float = 0.95,
    method: str = "clopper_pearson",
) -> tuple[Array, Array]:
    """Return the two-sided interval of a proportion.

    Parameters
    ----------
    successes, trials : array_like of int
        Counts, broadcast against each other.
    confidence : float, default 0.95
        Central probability.
    method : {"clopper_pearson", "wilson"}
        Clopper & Pearson (1934) never covers less than ``confidence``; Wilson (1927) covers it on
        average and is narrower.

    Returns
    -------
    low, high : ndarray of float64
        NaN where there were no trials.

    Raises
    ------
    UsageError
        If the method is unknown or the confidence is not within (0, 1).
    """
    if not 0 < confidence < 1:
        raise UsageError(f"confidence is {confidence!r}; give a number between 0 and 1, as 0.95")
    k, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    tail = (1 - confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "clopper_pearson":
            low = np.where(k > 0, scipy.stats.beta.ppf(tail, k, n - k + 1), 0.0)
            high = np.where(k < n, scipy.stats.beta.ppf(1 - tail, k + 1, n - k), 1.0)
        elif method == "wilson":
            z = scipy.stats.norm.ppf(1 - tail)
            centre = (k + z**2 / 2) / (n + z**2)
            half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
            low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
        else:
            raise UsageError(f"unknown interval {method!r}; accepted: clopper_pearson, wilson")
    empty = n == 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def resampling_weights(
    n: int, replicas: int, rng: np.random.Generator, groups: Array | None = None
) -> Iterator[Array]:
    """Yield, replica by replica, how often each of n examples is drawn with replacement, (n,).

    Parameters
    ----------
    n, replicas : int
        Examples, and how often they are drawn.
    rng : numpy.random.Generator
        Source of the draws.
    groups : ndarray of int, (n,), optional
        Number of the group of each example, from 0: groups are drawn then, each whole.
    """
    drawn = n if groups is None else int(np.max(groups)) + 1
    for _ in range(replicas):
        times = np.bincount(rng.integers(0, drawn, drawn), minlength=drawn)
        yield times if groups is None else times[groups]


def percentile_interval(replicas: Array, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return the percentile interval over the first axis; NaN replicas don't count.

    NaN where no replica is left, as with a bootstrap of none.
    """
    replicas = np.asarray(replicas, float)
    shape = replicas.shape[1:]
    tails = [50 * (1 - confidence), 50 * (1 + confidence)]
    flat = replicas.reshape(len(replicas), int(np.prod(shape)))
    result = np.full((2, flat.shape[1]), np.nan)
    known = np.isfinite(flat).any(axis=0)
    if known.any():
        result[:, known] = np.nanpercentile(flat[:, known], tails, axis=0)
    return result[0].reshape(shape), result[1].reshape(shape)


def bootstrap_means(
    values: Array, replicas: int, rng: np.random.Generator, weights: Array | None = None
) -> Array:
    """Return bootstrap replicas of the (weighted) mean.

    Parameters
    ----------
    values : ndarray, (n,) or (n, k)
        What is averaged over examples.
    replicas : int
        Number of replicas.
    rng : numpy.random.Generator
        Source of the resampling.
    weights : ndarray, (n,), optional
        Weight of each example.

    Returns
    -------
    ndarray, (replicas,) or (replicas, k)
    """
    values = np.asarray(values, float)
    own = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    rows = []
    for drawn in resampling_weights(len(values), replicas, rng):
        weight = drawn * own
        rows.append(weight @ values / max(weight.sum(), 1e-300))
    return np.array(rows).reshape(replicas, *values.shape[1:])


def resampled(
    statistic: Callable[[Array], Any],
    size: int,
    replicas: int = 200,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
    trials: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a statistic with its bootstrap interval.

    Parameters
    ----------
    statistic : callable
        ``(weights) -> float``, of how often each example counts, (size,) int.
    size : int
        Number of examples.
    replicas : int, default 200
        Resamplings; 0 for no interval.
    confidence : float, default 0.95
        Of the percentile interval.
    rng : numpy.random.Generator, optional
        Source of the resampling. Default: seed 0, so that statistics of the same examples are
        resampled alike.
    trials : int, optional
        Of a statistic that is a share: where it is 0 or 1 a bootstrap has no width, and the
        interval is that of as many trials that all went the same way.
    **more
        Further plain values of the estimate.

    Returns
    -------
    dict
        As `estimate`.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    drawn = [statistic(weights) for weights in resampling_weights(size, replicas, rng)]
    value = statistic(np.ones(size, np.int64))
    if trials and replicas and value in (0.0, 1.0):
        return estimate(value, *binomial_interval(value * trials, trials, confidence), **more)
    return estimate(value, *percentile_interval(np.array(drawn), confidence), **more)


def repeated(statistic: Callable[[Array], Any], values: Array) -> Callable[[Array], Any]:
    """Return, as `resampled` asks for it, a statistic of values (n,) that takes no weights."""
    return lambda weights: statistic(np.repeat(values, weights))


def estimate(value: Any, low: Any = None, high: Any = None, **more: Any) -> dict[str, Any]:
    """Return ``{"value", "low", "high", …}`` as plain JSON values, None for what is not finite."""

    def plain(number: Any) -> float | None:
        return float(number) if number is not None and np.isfinite(number) else None

    return {"value": plain(value), "low": plain(low), "high": plain(high), **more}
