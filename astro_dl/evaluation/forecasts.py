"""What yes-or-no forecasts of rare events are compared by."""

from typing import Any

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.skill_scores import skill_scores


def forecast_skill(
    outcome: Outcome, settings: EvaluationConfig, *, prevalence: float
) -> dict[str, Any]:
    """Return `skill_scores` at the prevalence of the validation set.

    Parameters
    ----------
    outcome : Outcome
        Of 0 and 1.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.
    prevalence : float
        Of positives, where that of the validation set is not known.
    """
    return skill_scores(
        outcome.log_odds,
        outcome.y,
        outcome.prevalence or prevalence,
        settings.confidence,
        settings.bootstrap,
    )
