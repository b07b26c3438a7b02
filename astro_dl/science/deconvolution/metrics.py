"""Whether sharpened galaxies have the light and the shape of the true ones."""

from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.images import error_ratio, inner
from astro_dl.metrics.intervals import repeated, resampled
from astro_dl.science.deconvolution.baselines import WIENER

Array = np.ndarray
WINDOW_PIXELS = 4.0
"""Standard deviation of the Gaussian in which light and moments are measured."""

SNR_EDGES = (10.0, 30.0, 100.0, 300.0)
LEAST_SNR = 20.0


def deconvolution_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return errors relative to Wiener's filter, and of galaxies those of light and shape.

    Parameters
    ----------
    outcome : Outcome
        Of simulated images; ``info`` with ``snr``, ``x`` and ``y`` where there are galaxies.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals, over images.

    Returns
    -------
    dict
        By method: ``error_over_wiener``, of root mean squares of pixels. Of the galaxies in the
        middle with a signal-to-noise ratio of at least 20, in a round Gaussian window about the
        true place, compared with the truth in the same window: ``shape_error``, the median modulus
        of the difference of e = (Qxx − Qyy + 2i Qxy) / (Qxx + Qyy); ``flux_error``, the median
        modulus of the relative error of the light, and ``flux_bias``, its median; both errors also
        ``by signal-to-noise ratio``.
    """
    border = getattr(outcome.head, "border", 0)
    y = np.asarray(outcome.y, float)
    found: dict[str, Any] = {}
    for name, images in outcome.scores.items():
        own: dict[str, Any] = {}
        if WIENER in outcome.scores:
            ours, theirs, truth = (
                inner(one, border) for one in (images, outcome.scores[WIENER], y)
            )
            own["error_over_wiener"] = error_ratio(
                ours, theirs, truth, settings.confidence, settings.bootstrap
            )
        if "snr" in outcome.info.colnames:
            own |= _of_galaxies(np.asarray(images, float), y, outcome, settings)
        found[name] = own
    return found


def moments(images: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """Return light and complex ellipticities (n,) in a Gaussian window about places.

    Parameters
    ----------
    images : ndarray, (n, size, size)
        Light above the sky.
    x, y : ndarray, (n,)
        From the middle [pixel], x along columns.
    """
    axis = np.arange(images.shape[-1]) - (images.shape[-1] - 1) / 2
    across, down = (axis - one[:, None] for one in (x, y))
    window = np.exp(-(down[:, :, None] ** 2 + across[:, None, :] ** 2) / (2 * WINDOW_PIXELS**2))
    light = window * images
    offset = across[:, None, :] + 1j * down[:, :, None]
    total = light.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = np.sum(light * offset**2, axis=(1, 2)) / np.sum(
            light * np.abs(offset) ** 2, axis=(1, 2)
        )
    return total, shape


def _of_galaxies(
    images: Array, truth: Array, outcome: Outcome, settings: EvaluationConfig
) -> dict[str, Any]:
    snr, x, y = (np.asarray(outcome.info[name], float) for name in ("snr", "x", "y"))
    light, shape = moments(images, x, y)
    true_light, true_shape = moments(truth, x, y)
    relative = light / true_light - 1
    wrong = {"shape_error": np.abs(shape - true_shape), "flux_error": np.abs(relative)}

    def median(values: Array, some: Array, **more: Any) -> dict[str, Any]:
        part = values[some]
        return resampled(
            repeated(np.median, part), len(part), settings.bootstrap, settings.confidence, **more
        )

    clear = snr >= LEAST_SNR
    if not clear.any():
        return {}
    found: dict[str, Any] = {name: median(one, clear) for name, one in wrong.items()}
    found["flux_bias"] = median(relative, clear)
    bins = [(low, high, (snr >= low) & (snr < high)) for low, high in pairwise(SNR_EDGES)]
    found["by signal-to-noise ratio"] = {
        name: [
            median(one, some, **{"from": low, "to": high, "n": int(some.sum())})
            for low, high, some in bins
            if some.any()
        ]
        for name, one in wrong.items()
    }
    return found
