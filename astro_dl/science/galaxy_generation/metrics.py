"""Whether drawn galaxies have the structure of those of the test set, and what was asked for."""

from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.generation.two_samples import accuracy
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.generation import centred
from astro_dl.metrics.intervals import repeated, resampled
from astro_dl.science.galaxy_generation.statistics import structure_statistics

Array = np.ndarray
DIRECTIONS = 64
"""Along which the sliced Wasserstein distance is taken."""

NORMAL_MAD = 1.4826
ASKED = {"magnitude": "magnitude", "ln_re": "re_arcsec"}


def generation_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return how far structure and what was asked for are kept, by method.

    Parameters
    ----------
    outcome : Outcome
        Drawn images, those of the test set, and in ``info`` what was known of these.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method: ``structure_accuracy`` of a boosted forest that was taught to tell statistics of
        drawn galaxies from those of the test set, on the half that it was not taught;
        ``sliced_wasserstein``, the mean distance of order 1 of both sets of statistics along 64
        directions, in standard deviations of the test set; and ``asked``: ``bias`` and ``scatter``
        of magnitudes [mag] and ln R_e as a forest, taught on half of the test set, tells them from
        the statistics of the other half, less what was asked.
    """
    # Drawn galaxies without noise have another zero point of asymmetry; here all have noise.
    real = structure_statistics(outcome.y, 0.0)
    asked = np.stack([
        np.asarray(outcome.info["magnitude"], float),
        np.log(np.asarray(outcome.info["re_arcsec"], float)),
    ], axis=1)  # fmt: skip
    taught = np.arange(len(real)) % 2 == 0
    rules = [_rule(real[taught], target[taught]) for target in asked.T]
    found = {}
    for name, images in outcome.scores.items():
        drawn = structure_statistics(images, 0.0)
        wrong = [
            rule.predict(drawn[~taught]) - target[~taught]
            for rule, target in zip(rules, asked.T, strict=True)
        ]
        found[name] = {
            "structure_accuracy": _told_apart(real, drawn, taught, settings.confidence),
            "sliced_wasserstein": _wasserstein(real, drawn, settings),
            "asked": {title: _off(one, settings) for title, one in zip(ASKED, wrong, strict=True)},
        }
    return found


def _rule(statistics: Array, target: Array) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    few = max(5, min(20, len(target) // 20))
    return HistGradientBoostingRegressor(max_iter=150, min_samples_leaf=few, random_state=0).fit(
        statistics, target
    )


def _told_apart(real: Array, drawn: Array, taught: Array, confidence: float) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    few = max(5, min(20, len(real) // 20))
    x, y = np.concatenate([real, drawn]), np.repeat([0, 1], len(real))
    some = np.tile(taught, 2)
    forest = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.05, min_samples_leaf=few, random_state=0
    ).fit(x[some], y[some])
    return accuracy(forest.predict(x[~some]) == y[~some], confidence)


def _wasserstein(real: Array, drawn: Array, settings: EvaluationConfig) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((real.shape[1], DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    one, other = ((s - real.mean(0)) / real.std(0) @ directions for s in (real, drawn))

    def distance(weights: Array) -> float:
        drawn_again = np.repeat(np.arange(len(weights)), weights)
        a, b = (np.sort(s[drawn_again], axis=0) for s in (one, other))
        return float(np.abs(a - b).mean())

    return centred(distance, len(real), min(settings.bootstrap, 50), settings.confidence)


def _off(wrong: Array, settings: EvaluationConfig) -> dict[str, Any]:
    def scatter(values: Array) -> Any:
        return NORMAL_MAD * np.median(np.abs(values - np.median(values)))

    return {
        name: resampled(
            repeated(statistic, wrong), len(wrong), settings.bootstrap, settings.confidence
        )
        for name, statistic in (("bias", np.median), ("scatter", scatter))
    }
