"""What every method of an outcome decides at the threshold that the config names."""

from typing import Any

import numpy as np
from scipy.special import logit

from astro_dl.core.config import EvaluationConfig
from astro_dl.core.sections.threshold import Threshold
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.decisions import decision_metrics
from astro_dl.metrics.detection import detection_threshold, measurable


def decided(
    outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
) -> dict[str, Any]:
    """Return what a method decides of two classes.

    Parameters
    ----------
    outcome : Outcome
        Of a binary head.
    method : str
        Key of ``outcome.scores``.
    settings : EvaluationConfig
        Threshold, confidence and bootstrap.
    rng : numpy.random.Generator
        Source of the resampling.

    Returns
    -------
    dict
        ``threshold`` in words, the log-odds or ``score`` above which an example is taken for the
        positive class, and the metrics of `astro_dl.metrics.decisions.decision_metrics`; or
        ``why`` in place of these where the method has no such threshold.
    """
    threshold = settings.threshold
    known: dict[str, Any] = {"threshold": str(threshold)}
    scores = outcome.log_odds[method]
    label = np.asarray(outcome.y) == 1
    why = _why_not(outcome, method, threshold, int((~label).sum()))
    if why is not None:
        return {**known, "why": why}
    if threshold.by == "probability":
        least = float(logit(threshold.at))
    else:
        least = detection_threshold(scores[~label], threshold.at)
    names, selected = outcome.head.names, np.asarray(scores) > least
    found = decision_metrics(selected, label, names, settings.confidence, settings.bootstrap, rng)
    return {**known, "score": least, **found}


def _why_not(outcome: Outcome, method: str, threshold: Threshold, negatives: int) -> str | None:
    """Return why a method has no such threshold, None if it has."""
    if threshold.by == "false_alarm_probability":
        return measurable(negatives, threshold.at)
    own = (
        outcome.probabilities is not None if method == outcome.own else method in outcome.calibrated
    )
    return None if own else "its score is no probability"
