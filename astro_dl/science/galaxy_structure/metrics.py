"""Errors of the structure of galaxies in units of the least that there can be."""

from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import estimate, resampled
from astro_dl.science.galaxy_structure.bound import bounds_of
from astro_dl.science.galaxy_structure.inputs import TARGETS

Array = np.ndarray
LEAST_SNR = 50.0
"""Below, priors tell as much as the image, and estimates that use them are not unbiased."""

SNR_EDGES = (50.0, 75.0, 100.0, 150.0, 200.0, 300.0)
MOST_GALAXIES = 1500


def structure_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return errors over the Cramér–Rao bound of each galaxy.

    Parameters
    ----------
    outcome : Outcome
        Of simulated galaxies, of which ``info`` tells all.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method, of the first 1,500 galaxies with a signal-to-noise ratio of at least 50:
        ``error_over_bound``, the root of the mean square of (estimate − truth) / bound, and
        ``bias_over_bound``, the largest modulus among the targets of its mean; both also ``by
        target``, the former also ``by signal-to-noise ratio``. Empty for real galaxies.
    """
    if "moffat_beta" not in outcome.info.colnames:
        return {}
    snr = np.asarray(outcome.info["snr"], float)
    chosen = np.flatnonzero(snr >= LEAST_SNR)[:MOST_GALAXIES]
    if len(chosen) < 2:
        return {}
    bound = bounds_of(outcome.info[chosen])
    found = {}
    for name, values in outcome.scores.items():
        relative = (np.reshape(values, outcome.y.shape)[chosen] - outcome.y[chosen]) / bound
        found[name] = over_bound(relative, snr[chosen], settings)
    return found


def over_bound(relative: Array, snr: Array, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the metrics of errors over bounds (n, targets) of galaxies of these ratios (n,)."""

    def spread(weights: Array, some: Array) -> float:
        return float(np.sqrt(np.average(np.mean(some**2, axis=1), weights=weights)))

    def mean(weights: Array, some: Array) -> float:
        return float(np.average(some[:, 0], weights=weights))

    def measured(statistic: Any, some: Array) -> dict[str, Any]:
        return resampled(
            lambda weights: statistic(weights, some),
            len(some),
            settings.bootstrap,
            settings.confidence,
        )

    bias = {t: measured(mean, relative[:, [k]]) for k, t in enumerate(TARGETS)}
    worst = max(bias.values(), key=lambda one: abs(one["value"]))
    ends = sorted(abs(worst[end]) for end in ("low", "high"))
    bins = []
    for low, high in pairwise(SNR_EDGES):
        inside = (snr >= low) & (snr < high)
        if inside.sum() > 1:
            n = int(inside.sum())
            bins.append({**measured(spread, relative[inside]), "from": low, "to": high, "n": n})
    return {
        "error_over_bound": measured(spread, relative),
        "bias_over_bound": estimate(abs(worst["value"]), *ends),
        "by target": {
            "error_over_bound": {
                t: measured(spread, relative[:, [k]]) for k, t in enumerate(TARGETS)
            },
            "bias_over_bound": bias,
        },
        "error_over_bound by signal-to-noise ratio": bins,
    }
