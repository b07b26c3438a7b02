"""How often the right period was found, beside what networks are scored by."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import binomial_interval, estimate
from astro_dl.science.variable_stars.periods.score import Verdict, judge_periods

METHOD = "period search"


def period_fractions(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the share of exact, half, double, alias and other periods, where the truth is known.

    The search is the same for all methods, and comes before them.
    """
    columns = outcome.info.colnames
    if "period" not in columns or "found_period" not in columns:
        return {}
    true, found = (np.asarray(outcome.info[name], float) for name in ("period", "found_period"))
    known = np.isfinite(true)
    n = int(known.sum())
    if not n:
        return {}
    verdicts = judge_periods(found[known], true[known])
    counts = {word: int(np.sum(verdicts == word)) for word in Verdict}
    return {
        METHOD: {
            f"{word.value}_period": estimate(
                count / n, *binomial_interval(count, n, settings.confidence), n=n
            )
            for word, count in counts.items()
        }
    }
