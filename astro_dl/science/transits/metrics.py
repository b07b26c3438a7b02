"""Triage and vetting, and planets found beside the bound: what finders are compared by."""

from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binary import average_precision
from astro_dl.metrics.detection import detection_threshold, measurable
from astro_dl.metrics.intervals import binomial_interval, estimate
from astro_dl.science.transits.bound import PHOTON_BOUND, detection_efficiency, threshold_at

CLASSES = ("planet_candidate", "eclipsing_binary", "other")
PHOTON_SNR = "photon_snr"
FALSE_ALARMS = 0.01
SNR_EDGES = (0.0, 8.0, 10.0, 14.0, 20.0, 40.0, np.inf)


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
        number of positives and prevalence: the average precision of chance. Where the ratio of
        planets to photon noise is known, also ``planets_found``, see `planets_found`, and the same
        of a further method, the bound.
    """
    y = np.asarray(outcome.y)
    questions = {
        "triage_ap": (y != 2, lambda p: p[:, 0] + p[:, 1]),
        "vetting_ap": (y == 0, lambda p: p[:, 0]),
    }
    found: dict[str, dict[str, Any]] = {
        name: {
            key: _average_precision(statistic(np.asarray(values, float)), positive, settings)
            for key, (positive, statistic) in questions.items()
        }
        for name, values in outcome.scores.items()
    }
    if PHOTON_SNR not in outcome.info.colnames or measurable(int(np.sum(y == 2)), FALSE_ALARMS):
        return found
    snr = np.asarray(outcome.info[PHOTON_SNR], float)
    for name, values in outcome.scores.items():
        told = 1 - np.asarray(values, float)[:, 2]
        above = told > detection_threshold(told[y == 2], FALSE_ALARMS)
        found[name]["planets_found"] = planets_found(above[y == 0], snr[y == 0], settings)
    limit = detection_efficiency(snr[y == 0], threshold_at(FALSE_ALARMS))
    found[PHOTON_BOUND] = {"planets_found": planets_found(limit, snr[y == 0], None)}
    return found


def planets_found(
    share: np.ndarray, snr: np.ndarray, settings: EvaluationConfig | None
) -> list[dict[str, Any]]:
    """Return which share of planets is found, by their signal-to-noise ratio in photon noise.

    Of methods, at the threshold of triage that 1% of the others exceed. Of the bound, where 1% of
    pure noise does: others are no noise but chosen for their dips, so that none can reach it.

    Parameters
    ----------
    share : ndarray, (n,)
        Whether each planet is found, or how likely.
    snr : ndarray, (n,)
        Its ratio.
    settings : EvaluationConfig, optional
        Confidence of the binomial intervals; none without.
    """
    bins = []
    for low, high in pairwise(SNR_EDGES):
        inside = (snr >= low) & (snr < high)
        n = int(inside.sum())
        edges = {"from": low, "to": high if np.isfinite(high) else None, "n": n}
        if not n:
            bins.append(estimate(np.nan, why="no planets of this ratio", **edges))
            continue
        ends: tuple[Any, Any] = (None, None)
        if settings is not None:
            ends = binomial_interval(share[inside].sum(), n, settings.confidence)
        bins.append(estimate(share[inside].mean(), *ends, **edges))
    return bins


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
