"""What each way of telling the uncertainty is worth, on the same examples."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from astro_dl.core.task import Head
from astro_dl.inference.predictions import Answers
from astro_dl.metrics.binary import area_under_curve, probability_metrics
from astro_dl.metrics.distribution_scores import pit_metrics, proper_scores, score_metrics
from astro_dl.metrics.intervals import estimate

Array = np.ndarray


def uncertainty_metrics(
    head: Head,
    answers: Mapping[str, Answers],
    y: Array,
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return how honest the answers are, by way of telling the uncertainty.

    Parameters
    ----------
    head : Head
        Of the network.
    answers : mapping of str to Answers
        By way: ``head``, ``mc_dropout``, ``ensemble``.
    y : ndarray
        Truth.
    confidence, bootstrap, rng
        Of the intervals.

    Returns
    -------
    dict
        By way and, for regression, by target: ``coverage``, ``pit_ks``, ``crps`` and ``cde_loss``
        where there is a distribution, and ``epistemic_share`` of the variance where members differ.
        For classes, of the predicted class: ``brier``, ``log_loss`` [nat] and ``ece`` of being
        right, and ``error_auc``, how well the entropy tells wrong answers from right ones.
    """
    if head.kind == "regression":
        truth = np.asarray(y, np.float64).reshape(len(y), -1)
        return {
            way: {
                name: _one_target(one, truth, k, confidence, bootstrap, rng)
                for k, name in enumerate(head.names)
            }
            for way, one in answers.items()
        }
    return {
        way: _one_classifier(np.asarray(one.values), np.asarray(y), confidence, bootstrap, rng)
        for way, one in answers.items()
    }


def _one_target(
    answers: Answers,
    truth: Array,
    k: int,
    confidence: float,
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    distribution, found = answers.distribution, {}
    if distribution is not None:
        scores = {key: one[:, k] for key, one in proper_scores(distribution, truth).items()}
        found = score_metrics(scores, confidence, bootstrap, rng)
        found |= pit_metrics(distribution.cdf(truth)[:, k], confidence)
        if "std_epistemic" in answers.parts:
            epistemic = np.mean(answers.parts["std_epistemic"][:, k] ** 2)
            share = epistemic / np.mean(distribution.std[:, k] ** 2)
            found["epistemic_share"] = estimate(share)
    return found


def _one_classifier(
    p: Array, y: Array, confidence: float, bootstrap: int, rng: np.random.Generator
) -> dict[str, Any]:
    p = np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    best, right = p.max(axis=1), p.argmax(axis=1) == y
    found = probability_metrics(best, right, None, confidence, bootstrap, rng)
    if 0 < right.sum() < len(right):
        entropy = -np.sum(p * np.log(np.maximum(p, 1e-300)), axis=1)
        found["error_auc"] = area_under_curve(entropy, ~right, confidence)
    return found
