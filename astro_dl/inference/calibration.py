"""Calibration: from logits to probabilities that mean what they say.

Platt scaling for binary heads, temperature scaling for multi-class heads, one factor per target for
predicted widths: fitted on validation logits and kept as plain numbers in a bundle's
card.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, softmax

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.task import Head
from astro_dl.distributions.binned import grid_bins
from astro_dl.distributions.distribution import answer_distribution
from astro_dl.distributions.mixture import Mixture
from astro_dl.metrics.checks import check_binary, check_finite

Array = np.ndarray
KINDS = ("none", "platt", "temperature", "spread")
ONE_SIGMA = 0.6827
LEAST_LOG_DENSITY = -50.0
"""So that no single example far from its prediction decides on the calibration."""


def fit_calibration(head: Head, logits: Array, y: Array) -> dict[str, Any]:
    """Return the calibration fitting a head: Platt, temperature, spread, or none.

    Parameters
    ----------
    head : Head
        The head; regression heads that give points need no calibration.
    logits : ndarray, (n,) or (n, k)
        Logits on the validation set.
    y : ndarray, (n,)
        Truth.

    Returns
    -------
    dict
        Plain JSON values for the card; see `fit_platt`, `fit_temperature` (also of the bins of
        grids), `fit_spread` (Gaussians) and `fit_width` (mixtures).
    """
    if head.kind == "binary":
        return fit_platt(logits, y)
    if head.kind == "multiclass":
        return fit_temperature(logits, y)
    if head.distribution == "gaussian":
        return fit_spread(logits, y)
    if head.distribution == "mixture":
        return fit_width(head, logits, y)
    if head.distribution == "grid":
        return fit_temperature(logits, grid_bins(head.grid, np.ravel(y)))
    return {"kind": "none"}


def fit_spread(logits: Array, y: Array) -> dict[str, Any]:
    """Return the factors of the predicted standard deviations that make coverage nominal.

    Parameters
    ----------
    logits : ndarray, (n, 2k)
        Means and log-variances on examples that the network was not trained on.
    y : ndarray, (n, k)
        Truth.

    Returns
    -------
    dict
        ``{"kind": "spread", "factors"}``: with its factor, a target's standard deviation is
        exceeded by 31.73% of the residuals (Levi et al. 2022, section 3, by quantile instead of
        mean, which a few outliers do not move).
    """
    mean, std = np.split(np.asarray(logits, np.float64), 2, axis=1)
    pull = np.abs(np.reshape(y, mean.shape) - mean) / np.exp(0.5 * std)
    factors = np.quantile(pull, ONE_SIGMA, axis=0)
    return {"kind": "spread", "factors": [float(factor) for factor in factors]}


def fit_width(head: Head, logits: Array, y: Array) -> dict[str, Any]:
    """Return the factor of each target's component scales that makes the truth most likely.

    Parameters
    ----------
    head : Head
        With mixtures.
    logits : ndarray, (n, head.outputs)
        On examples that the network was not trained on.
    y : ndarray, (n, k)
        Truth.

    Returns
    -------
    dict
        ``{"kind": "spread", "factors"}``, the factors sought within 1/8 and 8; one where it would
        not raise the likelihood.
    """
    truth = np.asarray(y, np.float64).reshape(len(y), -1)

    def loss(log_factor: float) -> Array:
        calibration = {"factors": [float(np.exp(log_factor))] * len(head.names)}
        distribution = answer_distribution(head, logits, calibration)
        assert isinstance(distribution, Mixture)
        return -np.mean(np.maximum(distribution.log_pdf(truth), LEAST_LOG_DENSITY), axis=0)

    before, factors = loss(0.0), []
    for k in range(len(head.names)):
        fit = minimize_scalar(
            lambda x, k=k: loss(x)[k],
            bounds=(-np.log(8), np.log(8)),
            method="bounded",
            options={"xatol": 1e-4},
        )
        factors.append(float(np.exp(fit.x)) if fit.fun < before[k] else 1.0)
    return {"kind": "spread", "factors": factors}


def fit_platt(logits: Array, y: Array) -> dict[str, Any]:
    """Return the Platt scaling p = sigmoid(scale · logit + offset).

    Parameters
    ----------
    logits : ndarray, (n,)
        Logits on examples that the network was not trained on.
    y : ndarray, (n,)
        0 and 1.

    Returns
    -------
    dict
        ``{"kind": "platt", "scale", "offset", "prior_log_odds"}``; the last is the log-odds of the
        positive class in the data fitted, which `apply_calibration` replaces where another
        prevalence is asked for.

    Raises
    ------
    UsageError
        If one class is missing or a logit is not finite.

    Notes
    -----
    Platt (1999), with his targets (n₊+1)/(n₊+2) and 1/(n₋+2), which keep the fit finite for
    separable data. The scale is held at or above zero: calibration never reorders examples.
    """
    score, label = check_binary(logits, y, "logits")
    positives, negatives = int(label.sum()), int((~label).sum())
    target = np.where(label, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    centre = float(np.median(score))
    unit = max(float(np.std(score)), 1e-12)
    standard = (score - centre) / unit

    def loss(parameters: Array) -> tuple[float, Array]:
        z = parameters[0] * standard + parameters[1]
        residual = (expit(z) - target) / len(z)
        value = np.mean(np.logaddexp(0, z) - target * z)
        return float(value), np.array([residual @ standard, residual.sum()])

    prior = float(np.log(positives / negatives))
    fit = minimize(
        loss,
        [1.0, prior],
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500},
    )
    scale = float(fit.x[0]) / unit
    return {
        "kind": "platt",
        "scale": scale,
        "offset": float(fit.x[1]) - scale * centre,
        "prior_log_odds": prior,
    }


def fit_temperature(logits: Array, y: Array) -> dict[str, Any]:
    """Return the temperature scaling p = softmax(logits / temperature).

    Parameters
    ----------
    logits : ndarray, (n, k)
        Logits on examples that the network was not trained on.
    y : ndarray, (n,)
        Class numbers.

    Returns
    -------
    dict
        ``{"kind": "temperature", "temperature"}``.

    Raises
    ------
    UsageError
        If a logit is not finite or shapes disagree.

    Notes
    -----
    Guo et al. (2017), section 4.2; the temperature is sought within 1e-3 and 1e5.
    """
    score = check_finite("logits", logits, len(y))
    if score.ndim != 2:
        raise UsageError(f"logits: shape {score.shape}; (n, classes) is needed")
    classes = np.asarray(y, dtype=np.int64)

    def loss(log_temperature: float) -> float:
        log_p = log_softmax(score * np.exp(-log_temperature), axis=1)
        return -float(np.mean(log_p[np.arange(len(classes)), classes]))

    fit = minimize_scalar(
        loss, bounds=(np.log(1e-3), np.log(1e5)), method="bounded", options={"xatol": 1e-8}
    )
    return {"kind": "temperature", "temperature": float(np.exp(fit.x))}


def calibrated_probabilities(
    calibration: Mapping[str, Any] | None,
    logits: Array,
    head_kind: str,
    prevalence: float | None = None,
) -> Array:
    """Return calibrated probabilities.

    Parameters
    ----------
    calibration : mapping or None
        What `fit_calibration` returned; None, as ``{"kind": "none"}``, leaves logits as they are.
    logits : ndarray, (n,), (n, 1) or (n, k)
        Logits, of any magnitude.
    head_kind : {"binary", "multiclass"}
        Kind of the head.
    prevalence : float, optional
        Realistic fraction of positives (binary, Platt only): the prior log-odds of the fit are
        replaced by its own.

    Returns
    -------
    ndarray of float64
        (n,) for binary heads, (n, k) otherwise.

    Raises
    ------
    UsageError
        If the calibration doesn't fit the head, or the prevalence is not within (0, 1).
    """
    calibration = calibration or {"kind": "none"}
    kind = calibration.get("kind")
    if kind not in KINDS:
        raise unknown_name("calibration", str(kind), KINDS)
    z = np.asarray(logits, dtype=np.float64)
    fitting = {"binary": "platt", "multiclass": "temperature"}
    if kind not in ("none", fitting.get(head_kind)):
        raise UsageError(f"calibration {kind!r} does not fit a {head_kind} head")
    if head_kind == "multiclass":
        return softmax(z / calibration.get("temperature", 1.0), axis=1)
    z = z[:, 0] if z.ndim == 2 else z
    if kind == "platt":
        z = calibration["scale"] * z + calibration["offset"]
    if prevalence is not None:
        if kind != "platt" or not 0 < prevalence < 1:
            raise UsageError(
                f"prevalence {prevalence!r} needs a Platt calibration and a number within 0 and 1"
            )
        z = z - calibration["prior_log_odds"] + np.log(prevalence / (1 - prevalence))
    return expit(z)
