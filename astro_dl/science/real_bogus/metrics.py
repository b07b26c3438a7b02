"""What vetting costs: real sources missed at few false positives, by brightness and host."""

from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.detection import detection_threshold, measurable
from astro_dl.metrics.intervals import binomial_interval, estimate

FALSE_POSITIVE_RATES = (0.025, 0.01, 0.001)
"""The first is the one of Goldstein et al. (2015, AJ 150, 82)."""

HOST_DISTANCE_EDGES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, np.inf)
MAGNITUDE_STEP = 1.0


def missed_reals(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the real sources that each method misses at fixed rates of false positives.

    Parameters
    ----------
    outcome : Outcome
        Of 0 and 1; ``info`` with ``magnitude``, ``host_distance`` ["] and ``kind``, where known.
    settings : EvaluationConfig
        Confidence of the intervals, of the missed alone: the threshold is that of this set.

    Returns
    -------
    dict
        By method ``missed``, one entry for each rate: the fraction of real sources at or below the
        threshold, its interval, n, and the same by ``magnitude``, ``host_distance_arcsec`` and
        ``kind``; ``false_positives_by_kind`` of artefact.
    """
    real = np.asarray(outcome.y) == 1
    if real.all() or not real.any():
        return {}
    return {
        name: {
            "missed": [
                _at(rate, np.asarray(score, float), real, outcome.info, settings.confidence)
                for rate in FALSE_POSITIVE_RATES
            ]
        }
        for name, score in outcome.scores.items()
    }


def _at(
    rate: float, scores: np.ndarray, real: np.ndarray, info: Any, confidence: float
) -> dict[str, Any]:
    about: dict[str, Any] = {"false_positive_rate": rate}
    why = measurable(int((~real).sum()), rate)
    if why is not None:
        return about | {"why": why}
    threshold = detection_threshold(scores[~real], rate)
    missed = scores[real] <= threshold
    result = about | {"all": _rate(missed, confidence)}
    bins = {}
    if "magnitude" in info.colnames:
        values = np.asarray(info["magnitude"], float)[real]
        low, high = np.floor(values.min()), np.ceil(values.max())
        bins["magnitude"] = (values, np.arange(low, high + MAGNITUDE_STEP, MAGNITUDE_STEP))
    if "host_distance" in info.colnames:
        values = np.asarray(info["host_distance"], float)[real]
        bins["host_distance_arcsec"] = (values, np.array(HOST_DISTANCE_EDGES))
    for name, (values, edges) in bins.items():
        result[name] = [
            {"from": float(low), "to": float(high) if np.isfinite(high) else None}
            | _rate(missed[(values >= low) & (values < high)], confidence)
            for low, high in pairwise(edges)
        ]
    if "kind" in info.colnames:
        kinds = np.asarray(info["kind"]).astype(str)
        alarm = scores[~real] > threshold
        for key, rows, values in (
            ("kind", missed, kinds[real]),
            ("false_positives_by_kind", alarm, kinds[~real]),
        ):
            result[key] = {
                str(kind): _rate(rows[values == kind], confidence) for kind in np.unique(values)
            }
    return result


def _rate(chosen: np.ndarray, confidence: float) -> dict[str, Any]:
    count, n = int(np.sum(chosen)), len(chosen)
    return estimate(count / n if n else np.nan, *binomial_interval(count, n, confidence), n=n)
