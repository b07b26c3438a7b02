"""How near fluxes of deblended sources are to the true ones, against how blended they are."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from astropy.stats import mad_std
from astropy.table import Table

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import repeated, resampled
from astro_dl.science.deblending.shares import windows

Array = np.ndarray
BLENDEDNESS_EDGES = (0.0, 0.02, 0.1, 0.3, 0.6, 1.0)
MEDIAN_OF_ABSOLUTE_NORMAL = 0.6745


def deblending_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return errors of fluxes by method; see `flux_metrics`."""
    return flux_metrics(outcome.scores, outcome.info, settings)


def flux_metrics(
    light: Mapping[str, Array], info: Table, settings: EvaluationConfig
) -> dict[str, Any]:
    """Return errors of fluxes, with intervals over blends.

    Parameters
    ----------
    light : mapping of str to ndarray, (n, size, size)
        By method: light of the sources in the middle, in the unit of the inputs.
    info : Table
        As `astro_dl.science.deblending.simulate.simulate` gives it.
    settings : EvaluationConfig
        Bootstrap replicas and confidence.

    Returns
    -------
    dict
        By method, of the relative error of the flux in a Gaussian window: ``flux_error``, the
        median of its modulus; ``flux_nmad``, its scatter; ``flux_bias``, its median;
        ``error_over_bound``, the median of the modulus over the Cramér–Rao bound, 1 for Gaussian
        errors at the bound; ``total_flux_error`` and ``total_flux_bias``, of all light in the
        stamp; and the first four ``by blendedness``, beside the median ``bound``.
    """
    return {
        name: _of_method(relative_errors(one, info), settings, info) for name, one in light.items()
    }


def relative_errors(light: Array, info: Table) -> dict[str, Array]:
    """Return relative errors (n,) of fluxes in the ``window`` and in ``total``."""
    x, y, fwhm = (np.asarray(info[name], float) for name in ("x", "y", "seeing_fwhm"))
    scaled = np.asarray(light, float) * np.asarray(info["unit"], float)[:, None, None]
    window = windows(x, y, fwhm, scaled.shape[-1])
    return {
        "window": np.sum(window * scaled, axis=(1, 2)) / np.asarray(info["window_flux"]) - 1,
        "total": np.sum(scaled, axis=(1, 2)) / np.asarray(info["flux"]) - 1,
    }


def _of_method(
    relative: Mapping[str, Array], settings: EvaluationConfig, info: Table
) -> dict[str, Any]:
    window, bound = relative["window"], np.asarray(info["flux_bound"], float)

    def told(statistic: Callable[[Array], Any], values: Array, **more: Any) -> dict[str, Any]:
        return resampled(
            repeated(statistic, values),
            len(values),
            settings.bootstrap,
            settings.confidence,
            **more,
        )

    def errors(some: Array, **more: Any) -> dict[str, Any]:
        own, best = window[some], bound[some]
        over = np.abs(own) / best / MEDIAN_OF_ABSOLUTE_NORMAL
        return {
            "flux_error": told(np.median, np.abs(own), **more),
            "flux_nmad": told(mad_std, own, **more),
            "flux_bias": told(np.median, own, **more),
            "error_over_bound": told(np.median, over, **more),
        }

    found = errors(np.ones(len(window), bool))
    found["total_flux_error"] = told(np.median, np.abs(relative["total"]))
    found["total_flux_bias"] = told(np.median, relative["total"])
    blended = np.asarray(info["blendedness"], float)
    bins = [
        errors(some, **{"from": low, "to": high, "n": int(some.sum())})
        | {"bound": float(np.median(bound[some]))}
        for low, high in pairwise(BLENDEDNESS_EDGES)
        if (some := (blended >= low) & (blended < high)).any()
    ]
    found["by blendedness"] = {name: [one[name] for one in bins] for name in bins[0]}
    return found
