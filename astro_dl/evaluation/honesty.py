"""How honest the distributions of a target are."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.inference.predictions import Answers
from astro_dl.metrics.distribution_scores import pit_metrics, proper_scores, score_metrics
from astro_dl.metrics.intervals import estimate


def target_uncertainty(
    answers: Answers,
    truth: np.ndarray,
    k: int,
    settings: EvaluationConfig,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return coverage and scores of one target, and what of the variance members differ in.

    Parameters
    ----------
    answers : Answers
        Of n examples.
    truth : ndarray, (n, targets)
        In the units of the targets.
    k : int
        Number of the target.
    settings : EvaluationConfig
        Replicas and confidence of the intervals.
    rng : numpy.random.Generator
        Source of the resampling.

    Returns
    -------
    dict
        Empty where there is no distribution.
    """
    distribution = answers.distribution
    if distribution is None:
        return {}
    scores = {key: one[:, k] for key, one in proper_scores(distribution, truth).items()}
    found = score_metrics(scores, settings.confidence, settings.bootstrap, rng)
    found |= pit_metrics(distribution.cdf(truth)[:, k], settings.confidence)
    if "std_epistemic" in answers.parts:
        epistemic = np.mean(answers.parts["std_epistemic"][:, k] ** 2)
        found["epistemic_share"] = estimate(epistemic / np.mean(distribution.std[:, k] ** 2))
    return found
