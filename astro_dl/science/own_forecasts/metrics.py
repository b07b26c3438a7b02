"""How good forecasts are, beside saying the last value again."""

from collections.abc import Callable
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import resampled

ONE_SIGMA = 0.6827
PERSISTENCE = "persistence"


def forecast_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the errors of every method over all steps to come.

    Parameters
    ----------
    outcome : Outcome
        Of windows; ``info`` has their ``group``, of which whole ones are resampled.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method ``rmse`` in standard deviations of each window, over all steps, the first and the
        last; ``skill``, one less the mean squared error over that of persistence; and, where
        distributions are told, ``within_1_sigma``, the share of truths in the central 68.3%.
    """
    truth = np.asarray(outcome.y, np.float64)
    names, group = np.unique(np.asarray(outcome.info["group"]), return_inverse=True)
    squared = {name: (np.asarray(one) - truth) ** 2 for name, one in outcome.scores.items()}

    def estimate(statistic: Callable[[np.ndarray], Any]) -> dict[str, Any]:
        return resampled(
            lambda weights: float(statistic(weights[group])),
            len(names),
            settings.bootstrap,
            settings.confidence,
            groups=len(names),
        )

    def rmse(errors: np.ndarray) -> dict[str, Any]:
        return estimate(lambda weight: np.sqrt(weight @ errors / weight.sum()))

    found: dict[str, Any] = {}
    for name, errors in squared.items():
        mean = errors.mean(axis=1)
        found[name] = {"rmse": rmse(mean)}
        found[name] |= {"rmse_first": rmse(errors[:, 0]), "rmse_last": rmse(errors[:, -1])}
        if PERSISTENCE in squared:
            simple = squared[PERSISTENCE].mean(axis=1)
            found[name]["skill"] = estimate(_skill(mean, simple))
        if name in outcome.distributions:
            central = 2 * np.abs(outcome.distributions[name].cdf(truth) - 0.5)
            inside = (central < ONE_SIGMA).mean(axis=1)
            found[name]["within_1_sigma"] = estimate(_mean(inside))
    return found


def _skill(errors: np.ndarray, simple: np.ndarray) -> Callable[[np.ndarray], Any]:
    return lambda weight: 1 - weight @ errors / (weight @ simple)


def _mean(values: np.ndarray) -> Callable[[np.ndarray], Any]:
    return lambda weight: weight @ values / weight.sum()
