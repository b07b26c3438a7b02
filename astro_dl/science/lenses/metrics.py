"""What lens finders are compared by: detections without false alarms, and completeness."""

from itertools import pairwise
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.detection import detection_threshold, measurable, true_positive_rates
from astro_dl.metrics.intervals import binomial_interval, estimate

FALSE_ALARM_PROBABILITIES = (1e-2, 1e-3)
REJECTION = 0.99
EINSTEIN_RADIUS_EDGES = (0.5, 0.8, 1.1, 1.4, 1.7, 2.0, 2.5, 3.0)
ARC_SNR_EDGES = (0.0, 10.0, 20.0, 40.0, 80.0, 160.0, np.inf)
MAGNIFICATION_EDGES = (1.0, 2.0, 3.0, 5.0, 10.0, np.inf)
LARGE_EINSTEIN_RADIUS_ARCSEC, LARGE_ARC_SNR = 1.4, 20.0


def lens_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the metrics of lens finding for every method.

    Parameters
    ----------
    outcome : Outcome
        Of 0 and 1; ``info`` with ``einstein_radius`` ["], ``arc_snr``, ``exposure_arc_snr_g``,
        ``magnification`` and ``kind``, where they are known.
    settings : EvaluationConfig
        Confidence of the intervals.

    Returns
    -------
    dict
        By method: ``tpr0`` and ``tpr10``, the fraction of lenses above all non-lenses, and with
        fewer than ten non-lenses above (Metcalf et al. 2019, A&A 625, A119); ``tpr`` at
        false-positive rates 1e-2 and 1e-3; ``completeness`` at 99% rejection against Einstein
        radius, arc signal-to-noise ratio and total magnification, and for radius > 1.4″ and ratio
        > 20, the latter once more with the ratio of a single exposure in g, for which Lanusse et
        al. (2018, arXiv:1703.02642) report 0.90;
        ``false_alarms_by_kind`` at 99% rejection. Every rate has its interval and n.
    """
    return {
        name: _method(np.asarray(one, float), outcome.y, outcome.info, settings.confidence)
        for name, one in outcome.scores.items()
    }


def rate_with_few_alarms(
    scores: np.ndarray, y: np.ndarray, fewer_than: int, confidence: float = 0.95
) -> dict[str, Any]:
    """Return the largest true-positive rate with fewer false positives than this.

    Parameters
    ----------
    scores, y : ndarray, (n,)
        Ranking statistic and 0/1 labels.
    fewer_than : int
        1 for none, 10 for TPR10.
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    dict
        ``{"value", "low", "high", "n", "negatives"}`` with a Clopper–Pearson interval of the
        lenses alone; value None where there are not as many non-lenses.
    """
    positive = np.asarray(y) == 1
    negatives = np.sort(scores[~positive])[::-1]
    about = {"n": int(positive.sum()), "negatives": len(negatives)}
    if len(negatives) < fewer_than or not positive.any():
        return estimate(np.nan, **about, why=f"not measurable with {len(negatives)} non-lenses")
    return _rate(scores[positive] > negatives[fewer_than - 1], confidence) | about


def completeness(
    detected: np.ndarray, values: np.ndarray, edges: tuple[float, ...], confidence: float = 0.95
) -> list[dict[str, Any]]:
    """Return the fraction detected in bins of a parameter, with intervals.

    Parameters
    ----------
    detected : ndarray of bool, (n,)
        Whether each lens is found.
    values : ndarray, (n,)
        Its parameter; NaN is in no bin.
    edges : tuple of float
        A bin holds its lower edge.
    confidence : float, default 0.95
        Of the intervals.
    """
    return [
        {"from": low, "to": high if np.isfinite(high) else None}
        | _rate(detected[(values >= low) & (values < high)], confidence)
        for low, high in pairwise(edges)
    ]


def _method(scores: np.ndarray, y: np.ndarray, info: Table, confidence: float) -> dict[str, Any]:
    positive = np.asarray(y) == 1
    result: dict[str, Any] = {
        "tpr0": rate_with_few_alarms(scores, y, 1, confidence),
        "tpr10": rate_with_few_alarms(scores, y, 10, confidence),
    }
    if not positive.any() or positive.all():
        return result
    result["tpr"] = true_positive_rates(scores, y, FALSE_ALARM_PROBABILITIES, confidence)
    why = measurable(int(np.sum(~positive)), 1 - REJECTION)
    if why is not None:
        return result | {"completeness": {"why": why}}
    found = scores > detection_threshold(scores[~positive], 1 - REJECTION)
    result["completeness"] = _completeness(found[positive], info[positive], confidence)
    if "kind" in info.colnames:
        kinds = np.asarray(info["kind"])
        result["false_alarms_by_kind"] = {
            str(kind): _rate(found[~positive & (kinds == kind)], confidence)
            for kind in np.unique(kinds[~positive])
        }
    return result


def _completeness(found: np.ndarray, lenses: Table, confidence: float) -> dict[str, Any]:
    """Return the completeness against what is known of the lenses."""
    radius, snr, exposure_snr, magnification = (
        np.asarray(lenses[name], float) if name in lenses.colnames else np.full(len(found), np.nan)
        for name in ("einstein_radius", "arc_snr", "exposure_arc_snr_g", "magnification")
    )
    large = radius > LARGE_EINSTEIN_RADIUS_ARCSEC
    words = f"radius > {LARGE_EINSTEIN_RADIUS_ARCSEC} arcsec and {{}} > {LARGE_ARC_SNR:g}"
    return {
        "rejection": REJECTION,
        "all": _rate(found, confidence),
        "einstein_radius_arcsec": completeness(found, radius, EINSTEIN_RADIUS_EDGES, confidence),
        "arc_snr": completeness(found, snr, ARC_SNR_EDGES, confidence),
        "magnification": completeness(found, magnification, MAGNIFICATION_EDGES, confidence),
        words.format("arc_snr"): _rate(found[large & (snr > LARGE_ARC_SNR)], confidence),
        words.format("exposure_arc_snr_g"): _rate(
            found[large & (exposure_snr > LARGE_ARC_SNR)], confidence
        ),
    }


def _rate(detected: np.ndarray, confidence: float) -> dict[str, Any]:
    count, n = int(np.sum(detected)), len(detected)
    return estimate(count / n if n else np.nan, *binomial_interval(count, n, confidence), n=n)
