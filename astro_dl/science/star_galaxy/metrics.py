"""How well stars and galaxies are told apart, by how bright they are."""

from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import resampled

Array = np.ndarray
SNR_EDGES = (5.0, 8.0, 12.0, 20.0, 35.0, 60.0, 100.0)
SIZE_EDGES = (0.15, 0.25, 0.5, 1.0, 2.0)
FEWEST = 20


def area_by_brightness(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return areas under the ROC curve of sources of alike brightness, and of galaxies' sizes.

    Parameters
    ----------
    outcome : Outcome
        Of simulated sources: ``info`` with ``snr`` and ``radius_fwhm``.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method: ``auc by signal-to-noise ratio``, which is the magnitude above that of the sky's
        noise; ``auc by size`` of the galaxies [FWHM], against all stars. Bins with fewer than
        twenty of either are left out; empty for sets without these columns.
    """
    columns = outcome.info.colnames
    if "snr" not in columns or "radius_fwhm" not in columns:
        return {}
    snr, size = (np.asarray(outcome.info[name], float) for name in ("snr", "radius_fwhm"))
    label = np.asarray(outcome.y) == 1
    bright = [(pair, (snr >= pair[0]) & (snr < pair[1])) for pair in pairwise(SNR_EDGES)]
    large = [
        (pair, ~label | ((size >= pair[0]) & (size < pair[1]))) for pair in pairwise(SIZE_EDGES)
    ]
    return {
        name: {
            "auc by signal-to-noise ratio": _by_bin(scores, label, bright, settings),
            "auc by size": _by_bin(scores, label, large, settings),
        }
        for name, scores in outcome.scores.items()
    }


def _by_bin(
    scores: Array,
    label: Array,
    bins: list[tuple[tuple[float, float], Array]],
    settings: EvaluationConfig,
) -> list[dict[str, Any]]:
    found = []
    for (low, high), inside in bins:
        own, truth = scores[inside], label[inside]
        if min(truth.sum(), (~truth).sum()) < FEWEST:
            continue

        def area(weights: Array, own: Array = own, truth: Array = truth) -> float:
            return float(roc_auc_score(truth, own, sample_weight=weights))

        one = resampled(area, len(own), settings.bootstrap, settings.confidence)
        found.append({**one, "from": low, "to": high, "n": len(own)})
    return found
