"""Triage and vetting: what finders of transits are compared by."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binary import average_precision
from astro_dl.metrics.intervals import estimate

CLASSES = ("planet_candidate", "eclipsing_binary", "other")


def triage_and_vetting(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the average precisions of every method.

    Parameters
    ----------
    outcome : Outcome
        Class numbers in the order of `CLASSES`, and probabilities (n, 3).
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method ``triage_ap`` (planets and binaries against others, by the sum of their
        probabilities) and ``vetting_ap`` (planets against all else), with bootstrap intervals,
        number of positives and prevalence: the average precision of chance.
    """
    y = np.asarray(outcome.y)
    questions = {
        "triage_ap": (y != 2, lambda p: p[:, 0] + p[:, 1]),
        "vetting_ap": (y == 0, lambda p: p[:, 0]),
    }
    return {
        name: {
            key: _average_precision(statistic(np.asarray(values, float)), positive, settings)
            for key, (positive, statistic) in questions.items()
        }
        for name, values in outcome.scores.items()
    }


def _average_precision(
    scores: np.ndarray, positive: np.ndarray, settings: EvaluationConfig
) -> dict[str, Any]:
    about = {
        "n": len(scores),
        "positives": int(positive.sum()),
        "prevalence": float(positive.mean()),
    }
    if positive.all() or not positive.any():
        return estimate(np.nan, why="all examples are of one class", **about)
    return average_precision(scores, positive, settings.confidence, settings.bootstrap) | about
