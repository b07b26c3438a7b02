"""From fitted estimators to the arrays of models that are no trees."""

from typing import Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.models.classical.estimators import Fitted

Arrays = dict[str, np.ndarray]
Sizes = dict[str, int]
UNSEEN = -20.0
"""Logit of a class of which the training set has no example."""

NEVER = -1e30
"""Logarithm of the density of such a class."""


def in_two_parts(values: np.ndarray) -> np.ndarray:
    """Return the single-precision value and the rest (2, …) of values in double precision."""
    rounded = values.astype(np.float32)
    return np.stack([rounded, (values - rounded).astype(np.float32)])


def columns_of(fitted: Fitted) -> np.ndarray:
    """Return the numbers of the logits that the estimators give: those of the classes they saw."""
    head = fitted.head
    return fitted.seen if head.classes and not head.ranks else np.arange(head.outputs)


def read_off(head: AnswerKind, bias: np.ndarray) -> Arrays:
    """Return the last layer that turns one number per class (or target) into logits."""
    if head.ranks:
        return {"logits/kernel": np.array([[-1.0], [1.0]]), "logits/bias": np.zeros(1)}
    return {"logits/kernel": np.eye(len(bias)), "logits/bias": bias}


def knn(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays of nearest neighbours: all training examples."""
    head = fitted.head
    scale = 1 / fitted.estimators[0][-2].scale_
    answers = np.eye(len(head.names))[np.asarray(y, int)] if head.classes else y
    arrays = {
        "neighbours/scale": scale,
        "neighbours/points": x * scale,
        "neighbours/answers": np.asarray(answers),
    }
    return arrays | read_off(head, np.zeros(len(head.names))), {"examples": len(x)}


def linear(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays of a linear or logistic regression, the scaling of features folded in."""
    head, columns = fitted.head, columns_of(fitted)
    models = [_last_step(one) for one in fitted.estimators]
    coefficients = np.concatenate([scale * np.atleast_2d(one.coef_) for one, scale, _ in models])
    intercepts = np.concatenate(
        [scale * np.ravel(one.intercept_) + shift for one, scale, shift in models]
    )
    if len(columns) == 2 and head.classes:
        coefficients, intercepts = (
            np.stack([-one[0], one[0]]) / 2 for one in (coefficients, intercepts)
        )
    scaler = fitted.estimators[0][-2]
    kernel = np.zeros((x.shape[1], head.outputs))
    kernel[:, columns] = (coefficients / scaler.scale_).T
    bias = np.full(head.outputs, UNSEEN)
    bias[columns] = intercepts - coefficients @ (scaler.mean_ / scaler.scale_)
    return {"logits/kernel": kernel, "logits/bias": bias}, {}


def support_vectors(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays of support-vector machines: of their vectors, each once."""
    pipelines = [getattr(one, "pipeline", one) for one in fitted.estimators]
    models = [_last_step(one) for one in pipelines]
    machines = [
        (machine, scale, shift)
        for model, scale, shift in models
        for machine in getattr(model, "estimators_", [model])
    ]
    known = np.unique(np.concatenate([one.support_ for one, _, _ in machines]))
    scaled = np.zeros((len(known), x.shape[1]))
    kernel = np.zeros((len(known), len(machines)))
    for column, (machine, scale, _) in enumerate(machines):
        rows = np.searchsorted(known, machine.support_)
        scaled[rows] = machine.support_vectors_
        kernel[rows, column] = scale * machine.dual_coef_[0]
    start = np.array([scale * one.intercept_[0] + shift for one, scale, shift in machines])
    sharpness = np.array([one._gamma for one, _, _ in machines])
    return _kernels(fitted, pipelines[0][-2], scaled, kernel, sharpness, start)


def gaussian_process(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays of Gaussian processes."""
    scaler = fitted.estimators[0][-2]
    if fitted.head.classes:
        return _laplace(fitted, scaler)
    models = [one[-1] for one in fitted.estimators]
    parts = [model.kernel_.k1 for model in models]
    kernel = np.stack(
        [
            part.k1.constant_value * np.ravel(model.alpha_) * model._y_train_std
            for model, part in zip(models, parts, strict=True)
        ],
        axis=1,
    )
    start = np.array([float(model._y_train_mean) for model in models])
    sharpness = np.array([0.5 / part.k2.length_scale**2 for part in parts])
    return _kernels(fitted, scaler, models[0].X_train_, kernel, sharpness, start)


def naive_bayes(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays of one Gaussian per class and feature."""
    head, (pipeline,) = fitted.head, fitted.estimators
    scaler, model = pipeline[-2], pipeline[-1]
    classes, features = len(head.names), x.shape[1]
    centre, precision = np.zeros((classes, features)), np.zeros((classes, features))
    constant = np.full(classes, NEVER)
    centre[fitted.seen] = scaler.mean_ + scaler.scale_ * model.theta_
    precision[fitted.seen] = 1 / (scaler.scale_ * np.sqrt(model.var_))
    constant[fitted.seen] = np.log(model.class_prior_) - 0.5 * np.log(2 * np.pi * model.var_).sum(
        axis=1
    )
    bias = np.full(classes, UNSEEN)
    bias[fitted.seen] = 0
    arrays = {
        "densities/centre": centre,
        "densities/precision": precision,
        "densities/constant": constant,
    } | read_off(head, bias)
    if not head.ranks:
        arrays["logits/kernel"] = np.diag((bias == 0).astype(float))
    return arrays, {}


def _kernels(
    fitted: Fitted,
    scaler: Any,
    scaled: np.ndarray,
    kernel: np.ndarray,
    sharpness: np.ndarray,
    start: np.ndarray,
) -> tuple[Arrays, Sizes]:
    """Return the arrays of sums over Gaussian kernels around scaled points (m, k)."""
    head, columns = fitted.head, columns_of(fitted)
    if kernel.shape[1] < len(columns):
        kernel, start = (np.concatenate([-one, one], -1) / 2 for one in (kernel, start))
        sharpness = np.repeat(sharpness, 2)
    full = np.zeros((len(kernel), head.outputs))
    full[:, columns] = kernel
    bias, width = np.full(head.outputs, UNSEEN), np.ones(head.outputs)
    bias[columns], width[columns] = start, sharpness
    return {
        "kernels/points": scaled * scaler.scale_ + scaler.mean_,
        "kernels/scale": in_two_parts(1 / scaler.scale_),
        "kernels/sharpness": in_two_parts(width),
        "kernels/coefficients": in_two_parts(full),
        "logits/kernel": np.eye(head.outputs),
        "logits/bias": bias,
    }, {"examples": len(kernel)}


def _laplace(fitted: Fitted, scaler: Any) -> tuple[Arrays, Sizes]:
    """Return the arrays of Gaussian processes for classes, each against the rest.

    After Rasmussen & Williams (2006), algorithm 3.2, with the triangular matrix inverted.
    """
    from scipy.linalg import solve_triangular

    head, (pipeline,) = fitted.head, fitted.estimators
    model = pipeline[-1].base_estimator_
    machines = getattr(model, "estimators_", [model])
    n, columns = len(machines[0].X_train_), len(machines)
    width, height = np.ones(columns), np.ones(columns)
    slope, inverse = np.zeros((n, columns)), np.zeros((columns, n, n))
    for number, one in enumerate(machines):
        height[number] = one.kernel_.k1.constant_value
        width[number] = 0.5 / one.kernel_.k2.length_scale**2
        slope[:, number] = one.y_train_ - one.pi_
        inverse[number] = solve_triangular(one.L_, np.diag(one.W_sr_), lower=True)
    names = len(head.names)
    bias = np.full(names, UNSEEN)
    bias[fitted.seen] = 0
    kernel = np.diag((bias == 0).astype(float))
    picked = {"logits/kernel": kernel, "logits/bias": bias}
    if head.ranks:
        picked = read_off(head, bias)
    arrays = {
        "process/points": machines[0].X_train_ * scaler.scale_ + scaler.mean_,
        "process/scale": in_two_parts(1 / scaler.scale_),
        "process/sharpness": in_two_parts(width),
        "process/height": in_two_parts(height),
        "process/slope": in_two_parts(slope),
        "process/inverse": inverse,
        "process/seen": np.eye(names)[fitted.seen],
    }
    return arrays | picked, {"examples": n, "processes": columns}


def _last_step(pipeline: Any) -> tuple[Any, float, float]:
    """Return the last model of a pipeline, and the scale and mean of its target."""
    model = pipeline[-1]
    if not hasattr(model, "transformer_"):
        return model, 1.0, 0.0
    return model.regressor_, model.transformer_.scale_[0], model.transformer_.mean_[0]
