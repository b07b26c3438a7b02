"""How metallicities go wrong: towards the mean, and with the star formation."""

from collections.abc import Callable
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import resampled

Array = np.ndarray


def metallicity_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the errors of metallicities, and on what they depend.

    Parameters
    ----------
    outcome : Outcome
        Metallicities (n, 1) of simulated galaxies, of which ``info`` tells all.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method, of Δ = estimate - Z: ``rmse`` [dex]; ``bias``, its mean [dex];
        ``residual_slope`` of Δ against Z, -1 for an answer that is always the mean;
        ``sfr_correlation`` of Δ with lg SFR at one mass, both freed of a parabola in lg M. Empty
        where ``info`` does not tell the star formation.
    """
    if "lg_sfr" not in outcome.info.colnames:
        return {}
    z = np.asarray(outcome.y, float).ravel()
    mass, sfr = (np.asarray(outcome.info[name], float) for name in ("lg_mass", "lg_sfr"))
    return {
        name: described(np.ravel(values) - z, z, mass, sfr, settings)
        for name, values in outcome.scores.items()
    }


def described(
    error: Array, z: Array, lg_mass: Array, lg_sfr: Array, settings: EvaluationConfig
) -> dict[str, Any]:
    """Return the metrics of errors [dex] of galaxies, all (n,), with intervals."""
    measures: dict[str, Callable[[Array], float]] = {
        "rmse": lambda w: float(np.sqrt(np.average(error**2, weights=w))),
        "bias": lambda w: float(np.average(error, weights=w)),
        "residual_slope": lambda w: slope(z, error, w),
        "sfr_correlation": lambda w: partial_correlation(error, lg_sfr, lg_mass, w),
    }
    return {
        name: resampled(measure, len(z), settings.bootstrap, settings.confidence, n=len(z))
        for name, measure in measures.items()
    }


def slope(x: Array, y: Array, weights: Array | None = None) -> float:
    """Return that of the line of least squares of y (n,) against x (n,); NaN for a single x."""
    w = np.ones(len(x)) if weights is None else np.asarray(weights, float)
    away = x - np.average(x, weights=w)
    spread = float(np.sum(w * away**2))
    return float(np.sum(w * away * y)) / spread if spread > 0 else np.nan


def partial_correlation(x: Array, y: Array, at: Array, weights: Array | None = None) -> float:
    """Return the correlation of x and y (n,) where parabolas in ``at`` are taken from both."""
    w = np.ones(len(x)) if weights is None else np.asarray(weights, float)
    root = np.sqrt(w)[:, None]
    powers = np.stack([np.ones(len(x)), at - at.mean(), (at - at.mean()) ** 2], axis=1) * root
    both = np.stack([x, y], axis=1) * root
    left = both - powers @ np.linalg.lstsq(powers, both, rcond=None)[0]
    norms = np.sqrt(np.sum(left**2, axis=0))
    return float(left[:, 0] @ left[:, 1] / np.prod(norms)) if norms.all() else np.nan
