"""What finders of pulses are compared by."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import binomial_interval, estimate


def clean_detections(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return by method the share of pulses that rank above all noise, with its interval."""
    positive = outcome.y == 1
    return {
        method: {
            "clean_detections": _share(
                scores[positive] > scores[~positive].max(), settings.confidence
            )
        }
        for method, scores in outcome.scores.items()
    }


def _share(found: np.ndarray, confidence: float) -> dict[str, Any]:
    n = len(found)
    return estimate(found.mean(), *binomial_interval(found.sum(), n, confidence), n=n)
