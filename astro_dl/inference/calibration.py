"""Calibration: from logits to probabilities that mean what they say.

Platt scaling for binary heads, temperature scaling for multi-class heads, one factor per target for
predicted widths: fitted on validation logits and kept as plain numbers in a bundle's
card.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import numpy as np
import scipy
from scipy.special import expit, log_softmax, softmax

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.limits import Bounds
from astro_dl.core.schema import checked, read_dataclass
from astro_dl.distributions.mixture import Mixture
from astro_dl.metrics.checks import check_binary, check_finite

Array = np.ndarray
Fit = Callable[[Array, Array, Mapping[str, Any]], dict[str, Any]]
"""From logits and truths of a sample, and the calibration of the card, to another calibration."""

ONE_SIGMA = 0.6827
LEAST_LOG_DENSITY = -50.0
"""So that no single example far from its prediction decides on the calibration."""

Moderate = Bounds(-1e60, 1e60)
"""Numbers with which no logit overflows."""


@checked
class Platt:
    """What `fit_platt` returns.

    Parameters
    ----------
    scale : float
        Of the logit; 0 or more, so that no order changes.
    offset, prior_log_odds : float
        In log-odds.
    """

    kind: Literal["platt"]
    scale: Annotated[float, Bounds(0, 1e60)]
    offset: Annotated[float, Moderate]
    prior_log_odds: Annotated[float, Moderate]


@checked
class Temperature:
    """What `fit_temperature` returns.

    Parameters
    ----------
    temperature : float
        Divides logits.
    """

    kind: Literal["temperature"]
    temperature: Annotated[float, Bounds(1e-4, 1e6)]


@checked
class Vector:
    """What `fit_vector` returns.

    Parameters
    ----------
    scales : tuple of float
        Of the logit of each class.
    offsets : tuple of float
        Added to it, in nats.
    """

    kind: Literal["vector"]
    scales: Annotated[tuple[float, ...], Bounds(1e-6, 1e6)]
    offsets: Annotated[tuple[float, ...], Moderate]


@checked
class Spread:
    """What `fit_spread` and `fit_width` return.

    Parameters
    ----------
    factors : tuple of float
        Of each target's widths.
    """

    kind: Literal["spread"]
    factors: Annotated[tuple[float, ...], Bounds(1e-9, 1e9)]


def check_calibration(calibration: Mapping[str, Any], *accepted: type) -> None:
    """Raise `UsageError` unless a calibration of a card is none, or sound and of these classes.

    Parameters
    ----------
    calibration : mapping
        Plain values.
    *accepted : type
        `Platt`, `Temperature`, `Vector` or `Spread`.
    """
    if "kind" not in calibration:
        raise UsageError("calibration.kind: missing")
    kinds = {one.__name__.lower(): one for one in accepted}
    known = _of_kind(calibration, *kinds)
    if known:
        read_dataclass(kinds[known["kind"]], known, "calibration")


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


def fit_width(widened: Callable[[float], Mixture], y: Array) -> dict[str, Any]:
    """Return the factor of each target's component scales that makes the truth most likely.

    Parameters
    ----------
    widened : callable
        From a factor of all scales to the mixtures of k targets of n examples that the network was
        not trained on.
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
        log_density = widened(float(np.exp(log_factor))).log_pdf(truth)
        return -np.mean(np.maximum(log_density, LEAST_LOG_DENSITY), axis=0)

    before, factors = loss(0.0), []
    for k in range(truth.shape[1]):
        fit = scipy.optimize.minimize_scalar(
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
    fit = scipy.optimize.minimize(
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

    fit = scipy.optimize.minimize_scalar(
        loss, bounds=(np.log(1e-3), np.log(1e5)), method="bounded", options={"xatol": 1e-8}
    )
    return {"kind": "temperature", "temperature": float(np.exp(fit.x))}


def fit_vector(logits: Array, y: Array) -> dict[str, Any]:
    """Return the vector scaling p = softmax(scales · logits + offsets).

    Parameters
    ----------
    logits : ndarray, (n, k)
        Logits on examples that the network was not trained on.
    y : ndarray, (n,)
        Class numbers.

    Returns
    -------
    dict
        ``{"kind": "vector", "scales", "offsets"}``.

    Raises
    ------
    UsageError
        If a logit is not finite or shapes disagree.

    Notes
    -----
    Guo et al. (2017), section 4.2, with a prior as of a hundredth of the examples on the logarithms
    of the scales, about those of one temperature, and on the offsets, about zero: what few examples
    of a class leave open stays as it was.
    """
    score, classes = check_finite("logits", logits, len(y)), np.asarray(y, dtype=np.int64)
    width = 1 / fit_temperature(score, classes)["temperature"]
    k = score.shape[1]
    truth = np.eye(k)[classes]

    def loss(parameters: Array) -> tuple[float, Array]:
        log_scales, offsets = parameters[:k], parameters[k:]
        scaled = score * width * np.exp(log_scales)
        log_p = log_softmax(scaled + offsets, axis=1)
        residual = (np.exp(log_p) - truth) / len(truth)
        slopes = np.concatenate([(residual * scaled).sum(axis=0), residual.sum(axis=0)])
        value = -np.mean(log_p[np.arange(len(classes)), classes])
        return float(value + 0.005 * parameters @ parameters), slopes + 0.01 * parameters

    found = scipy.optimize.minimize(loss, np.zeros(2 * k), jac=True, method="L-BFGS-B").x
    scales, offsets = width * np.exp(found[:k]), found[k:]
    return {"kind": "vector", "scales": scales.tolist(), "offsets": offsets.tolist()}


def class_probabilities(calibration: Mapping[str, Any] | None, logits: Array) -> Array:
    """Return calibrated probabilities of classes, by a temperature or a vector scaling.

    Parameters
    ----------
    calibration : mapping or None
        What `fit_temperature` or `fit_vector` returned; None as for `temperature_probabilities`.
    logits : ndarray, (n, k)
        Logits, of any magnitude.
    """
    known = _of_kind(calibration, "temperature", "vector")
    if known.get("kind") != "vector":
        return temperature_probabilities(calibration, logits)
    scaled = np.asarray(logits, np.float64) * known["scales"] + known["offsets"]
    return softmax(scaled, axis=1)


def platt_probabilities(
    calibration: Mapping[str, Any] | None, logits: Array, prevalence: float | None = None
) -> Array:
    """Return calibrated probabilities of the positive class.

    Parameters
    ----------
    calibration : mapping or None
        What `fit_platt` returned; None, as ``{"kind": "none"}``, leaves logits as they are.
    logits : ndarray, (n,) or (n, 1)
        Logits, of any magnitude.
    prevalence : float, optional
        Realistic fraction of positives: the prior log-odds of the fit are replaced by its own.

    Returns
    -------
    ndarray of float64, (n,)

    Raises
    ------
    UsageError
        If the calibration is of another kind, or the prevalence is not within (0, 1).
    """
    known = _of_kind(calibration, "platt")
    z = np.asarray(logits, dtype=np.float64)
    z = z[:, 0] if z.ndim == 2 else z
    if known:
        z = known["scale"] * z + known["offset"]
    if prevalence is not None:
        if not known or not 0 < prevalence < 1:
            raise UsageError(
                f"prevalence {prevalence!r} needs a Platt calibration and a number within 0 and 1"
            )
        z = z - known["prior_log_odds"] + np.log(prevalence / (1 - prevalence))
    return expit(z)


def temperature_probabilities(calibration: Mapping[str, Any] | None, logits: Array) -> Array:
    """Return calibrated probabilities of classes.

    Parameters
    ----------
    calibration : mapping or None
        What `fit_temperature` returned; None, as ``{"kind": "none"}``, leaves logits as they are.
    logits : ndarray, (n, k)
        Logits, of any magnitude.

    Returns
    -------
    ndarray of float64, (n, k)

    Raises
    ------
    UsageError
        If the calibration is of another kind.
    """
    known = _of_kind(calibration, "temperature")
    return softmax(np.asarray(logits, dtype=np.float64) / known.get("temperature", 1.0), axis=1)


def _of_kind(calibration: Mapping[str, Any] | None, *wanted: str) -> Mapping[str, Any]:
    """Return a calibration of one of these kinds; an empty one for none."""
    kind = (calibration or {}).get("kind", "none")
    if kind not in ("none", *wanted):
        raise unknown_name("calibration", str(kind), ("none", *wanted))
    return {} if kind == "none" else dict(calibration or {})
