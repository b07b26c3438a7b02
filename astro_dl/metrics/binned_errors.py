"""Errors of values, all together and by the bins of what makes them hard to tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.metrics.intervals import (
    binomial_interval,
    estimate,
    percentile_interval,
    resampling_weights,
)

Array = np.ndarray


@dataclass(frozen=True)
class BinnedErrors:
    """How errors are told, all together and by the bins of one column.

    Parameters
    ----------
    column : ndarray, (n,)
        Whole numbers of each example, such as its stars.
    edges : sequence of int
        Each bin holds its lower edge and not its upper one.
    confidence : float
        Of intervals.
    bootstrap : int
        Replicas of each.
    rng : numpy.random.Generator
        Of the replicas.
    """

    column: Array
    edges: Sequence[int]
    confidence: float
    bootstrap: int
    rng: np.random.Generator

    def scatter(self, errors: Array) -> dict[str, Any]:
        """Return the root mean square; errors that are not known don't count."""
        return self._scored(errors, _root_mean_square)

    def bias(self, errors: Array) -> dict[str, Any]:
        """Return the mean; errors that are not known don't count."""
        return self._scored(errors, _mean)

    def share(self, held: Array) -> dict[str, Any]:
        """Return how often something is true."""
        count = int(held.sum())
        interval = binomial_interval(count, len(held), self.confidence)
        return estimate(count / len(held), *interval)

    def binned(
        self, told: Callable[[Array], dict[str, Any]], values: Array
    ) -> list[dict[str, Any]]:
        """Return what is told of the values of each bin that holds any, with its ends and n.

        Values that are not known don't count.
        """
        found = []
        known = np.isfinite(values)
        for low, high in pairwise(self.edges):
            inside = values[known & (self.column >= low) & (self.column < high)]
            if len(inside):
                found.append({"from": low, "to": high - 1, "n": len(inside)} | told(inside))
        return found

    def of_errors(self, errors: Array, name: str, by: str) -> dict[str, Any]:
        """Return ``<name>_scatter`` and ``<name>_bias``, of all and as lists ``…_by_<by>``."""
        found: dict[str, Any] = {}
        for what, told in (("scatter", self.scatter), ("bias", self.bias)):
            found[f"{name}_{what}"] = told(errors)
            found[f"{name}_{what}_by_{by}"] = self.binned(told, errors)
        return found

    def _scored(self, errors: Array, statistic: Callable[[Array, Array], float]) -> dict[str, Any]:
        known = errors[np.isfinite(errors)]
        if not len(known):
            return estimate(np.nan, np.nan, np.nan)
        weights = resampling_weights(len(known), self.bootstrap, self.rng)
        replicas = np.array([statistic(known, w) for w in weights])
        value = statistic(known, np.ones(len(known)))
        return estimate(value, *percentile_interval(replicas, self.confidence))


def _root_mean_square(errors: Array, weights: Array) -> float:
    return float(np.sqrt(np.average(errors**2, weights=weights)))


def _mean(errors: Array, weights: Array) -> float:
    return float(np.average(errors, weights=weights))
