"""How far posteriors are from the benchmark's exact ones."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import bootstrap_means, estimate, percentile_interval
from astro_dl.metrics.posteriors import classifier_accuracy
from astro_dl.science.sbi_benchmark.datasets import SAMPLES

Array = np.ndarray
COMPARED = 1000
"""Samples of each posterior."""


def reference_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the C2ST of each method with a joint posterior, where references are known.

    Returns
    -------
    dict
        By method ``c2st``, the mean over observations with its bootstrap interval, and
        ``observations``, see `astro_dl.metrics.posteriors.classifier_accuracy`.
    """
    if SAMPLES not in outcome.info.colnames or outcome.own not in outcome.distributions:
        return {}
    rng = np.random.default_rng(0)
    draws = outcome.distributions[outcome.own].sample(rng, COMPARED)
    references = np.asarray(outcome.info[SAMPLES])[:, :COMPARED]
    return {outcome.own: accuracies(references, np.moveaxis(draws, 1, 2), settings, rng)}


def accuracies(
    references: Array, draws: Array, settings: EvaluationConfig, rng: np.random.Generator
) -> dict[str, Any]:
    """Return the C2ST of posteriors of several observations.

    Parameters
    ----------
    references, draws : ndarray, (n, m, k)
        Samples of the exact posteriors, and of those that are measured by them.
    settings : EvaluationConfig
        Its ``confidence`` and ``bootstrap``.
    rng : numpy.random.Generator
        Source of the resampling of observations.

    Returns
    -------
    dict
        ``c2st`` and ``observations``, see `reference_metrics`.
    """
    found = [
        classifier_accuracy(one, other, confidence=settings.confidence)
        for one, other in zip(references, draws, strict=True)
    ]
    values = np.array([one["value"] for one in found])
    replicas = bootstrap_means(values, settings.bootstrap, rng)
    interval = percentile_interval(replicas, settings.confidence)
    return {"c2st": estimate(values.mean(), *interval), "observations": found}
