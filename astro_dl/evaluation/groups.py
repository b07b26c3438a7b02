"""Intervals over whole groups: examples of one star, region or frame are no independent ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.distributions.binned import Quantiles
from astro_dl.distributions.distribution import Distribution
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import percentile_interval, resampling_weights

Array = np.ndarray
LEVELS = (np.arange(100) + 0.5) / 100


def with_group_intervals(
    found: dict[str, Any],
    measure: Callable[[Outcome], Mapping[str, Any]],
    outcome: Outcome,
    replicas: int,
    confidence: float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return metrics whose intervals come from resampled groups, where examples have groups.

    The percentile bootstrap draws as many groups as there are, each whole (Field & Welsh 2007,
    J. R. Stat. Soc. B 69, 369). What the replicas do not tell, as the interval of a share that is 0
    in all of them, stays as it was.

    Parameters
    ----------
    found : dict
        Metrics of the outcome: nested mappings and lists of estimates, see
        `astro_dl.metrics.intervals.estimate`.
    measure : callable
        From an outcome to such metrics; without intervals of its own, for speed.
    outcome : Outcome
        With ``groups``; without any, or with one example in each, ``found`` stays as it is.
    replicas : int
        Resamplings.
    confidence : float
        Of the intervals.
    rng : numpy.random.Generator
        Source of the resampling.
    """
    # Metrics of pixels resample whole images themselves, at a cost that none pays twice.
    if outcome.groups is None or not replicas or np.ndim(outcome.y) > 2:
        return found
    numbers = np.unique(outcome.groups, return_inverse=True)[1]
    if numbers.max() + 1 == len(numbers):
        return found
    tables: dict[str, Distribution] = {
        name: one if isinstance(one, Quantiles) else Quantiles(LEVELS, one.quantile(LEVELS))
        for name, one in outcome.distributions.items()
    }
    sliced = replace(outcome, distributions=tables)
    drawn = []
    for weights in resampling_weights(len(numbers), replicas, rng, numbers):
        try:
            drawn.append(measure(_rows(sliced, np.repeat(np.arange(len(weights)), weights))))
        except UsageError:
            # A draw of one class only has no ranking.
            continue
    return _replaced(found, drawn, confidence)


def _rows(outcome: Outcome, rows: Array) -> Outcome:
    """Return the outcome of some rows; its distributions are quantiles."""
    p = outcome.probabilities
    return replace(
        outcome,
        y=outcome.y[rows],
        scores={name: one[rows] for name, one in outcome.scores.items()},
        probabilities=None if p is None else p[rows],
        distributions={
            name: Quantiles(one.levels, one.values[rows])
            for name, one in outcome.distributions.items()
            if isinstance(one, Quantiles)
        },
        info=outcome.info[rows] if outcome.info.colnames else outcome.info,
        ways={},
    )


def _replaced(found: Any, drawn: Sequence[Any], confidence: float) -> Any:
    """Return metrics with the intervals of their replicas."""
    if isinstance(found, Mapping) and "value" in found:
        values = [one["value"] for one in drawn if isinstance(one, Mapping) and "value" in one]
        known = np.array([value for value in values if value is not None], float)
        if found["value"] is None or len(known) < 2 or np.ptp(known) == 0:
            return found
        low, high = percentile_interval(known, confidence)
        ends = min(float(low), found["value"]), max(float(high), found["value"])
        return {**found, "low": ends[0], "high": ends[1]}
    if isinstance(found, Mapping):
        return {
            key: _replaced(
                one,
                [each[key] for each in drawn if isinstance(each, Mapping) and key in each],
                confidence,
            )
            for key, one in found.items()
        }
    if isinstance(found, list):
        same = [each for each in drawn if isinstance(each, list) and len(each) == len(found)]
        return [
            _replaced(one, [each[k] for each in same], confidence) for k, one in enumerate(found)
        ]
    return found
