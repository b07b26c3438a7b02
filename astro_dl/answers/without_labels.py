"""What kinds of answer have in common that are learnt without labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.unsupervised.metrics import unsupervised_metrics


def nothing_to_learn(y: np.ndarray) -> np.ndarray:
    """Return targets (n, 1) for losses that look at none."""
    return np.zeros((len(y), 1), np.float32)


def outcome_metrics(
    outcome: Outcome,
    method: str,
    names: Sequence[str],
    settings: EvaluationConfig,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return those of `astro_dl.evaluation.unsupervised.metrics.unsupervised_metrics`.

    Parameters
    ----------
    outcome : Outcome
        Of a task without labels.
    method : str
        Whose scores.
    names : sequence of str
        Of what is rebuilt; empty where nothing is.
    settings : EvaluationConfig
        Levels, replicas and false-alarm probabilities.
    rng : numpy.random.Generator
        Of the resampling.
    """
    assert outcome.unsupervised is not None
    return unsupervised_metrics(
        method,
        outcome.scores[method],
        outcome.y,
        names,
        outcome.unsupervised,
        settings.false_alarm_probabilities,
        confidence=settings.confidence,
        bootstrap=settings.bootstrap,
        rng=rng,
    )
