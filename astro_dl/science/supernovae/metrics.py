"""What classifiers of supernovae are judged by: type Ia against all others."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binary import area_under_curve
from astro_dl.metrics.intervals import binomial_interval, estimate, resampled

Array = np.ndarray

ONE_CLASS = "all examples are of one class"
FALSE_PENALTY = 3.0
"""Weight of wrong ones in the figure of merit of the challenge: Kessler et al. (2010), eq. 1."""


def supernova_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return how well each method tells type Ia from all other classes.

    Parameters
    ----------
    outcome : Outcome
        Class numbers, and probabilities (n, classes), one class named ``Ia``.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method ``ia_auc``, and for the sample that `chosen_by_merit` takes by the method's own
        probabilities: ``ia_efficiency`` (share of the Ia that is in it), ``ia_purity`` (share of
        it that is Ia) and ``ia_merit`` (efficiency × N_Ia / (N_Ia + 3 N_other)); empty without a
        class Ia. All with intervals.
    """
    if "Ia" not in outcome.head.names:
        return {}
    number = outcome.head.names.index("Ia")
    truth = np.asarray(outcome.y) == number
    return {
        name: _of_method(np.asarray(values, float)[:, number], truth, settings)
        for name, values in outcome.scores.items()
    }


def chosen_by_merit(probability: Array) -> Array:
    """Return the sample (n,) whose figure of merit is the largest by the probabilities alone.

    No truth is looked at: the numbers of right and wrong ones are what the probabilities promise.
    """
    order = np.argsort(-probability, kind="stable")
    right = np.cumsum(probability[order])
    wrong = np.cumsum(1 - probability[order])
    merit = right**2 / np.maximum(right + FALSE_PENALTY * wrong, 1e-12)
    chosen = np.zeros(len(probability), bool)
    chosen[order[: int(merit.argmax()) + 1]] = True
    return chosen


def _of_method(probability: Array, truth: Array, settings: EvaluationConfig) -> dict[str, Any]:
    chosen = chosen_by_merit(probability)
    both, n, taken = int((chosen & truth).sum()), int(truth.sum()), int(chosen.sum())
    return {
        "ia_auc": _area(probability, truth, settings),
        "ia_efficiency": _share(both, n, settings),
        "ia_purity": estimate(np.nan, why=ONE_CLASS, n=taken)
        if truth.all()
        else _share(both, taken, settings),
        "ia_merit": _merit(chosen, truth, settings),
    }


def _area(probability: Array, truth: Array, settings: EvaluationConfig) -> dict[str, Any]:
    about = {"n": len(truth), "positives": int(truth.sum())}
    if truth.all() or not truth.any():
        return estimate(np.nan, why=ONE_CLASS, **about)
    return area_under_curve(probability, truth, settings.confidence) | about


def _share(part: int, whole: int, settings: EvaluationConfig) -> dict[str, Any]:
    if not whole:
        return estimate(np.nan, why="there are none", n=0)
    return estimate(part / whole, *binomial_interval(part, whole, settings.confidence), n=whole)


def _merit(chosen: Array, truth: Array, settings: EvaluationConfig) -> dict[str, Any]:
    if not truth.any():
        return estimate(np.nan, why="there is no type Ia", n=len(truth))

    def merit(weights: Array) -> float:
        right, wrong = weights @ (chosen & truth), weights @ (chosen & ~truth)
        whole = max(weights @ truth, 1)
        return float(right**2 / max(right + FALSE_PENALTY * wrong, 1) / whole)

    return resampled(merit, len(truth), settings.bootstrap, settings.confidence, n=len(truth))
