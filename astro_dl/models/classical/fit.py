"""From scikit-learn's fitted estimators to the arrays of the models in `classical`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from
from astro_dl.models.classical.estimators import Fitted, fit_estimators, tuned_settings

UNSEEN = -20.0
"""Logit of a class of which the training set has no example."""

Pair = tuple[np.ndarray, np.ndarray]
Arrays = dict[str, np.ndarray]


class Tree(NamedTuple):
    """Node by node: number of the feature, threshold, the two ways, and what leaves hold."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    levels: int


def fit(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    training: Pair,
    validation: Pair,
    seed: int,
    hyperparameters: Mapping[str, Any],
) -> tuple[keras.Model, dict[str, Any]]:
    """Return a fitted model and all its hyper-parameters.

    Parameters
    ----------
    name : str
        A model of `astro_dl.models.classical.networks`.
    input_spec, head : InputSpec, AnswerKind
        What it takes and gives.
    training, validation : tuple of ndarray
        Inputs (n, …) and targets; settings that are None are chosen on the latter.
    seed : int
        Of what is random.
    hyperparameters : mapping
        Of the model.
    """
    (x, y), held_out = ((np.reshape(a, (len(a), -1)), b) for a, b in (training, validation))
    given = {key: hyperparameters[key] for key in hyperparameters if key not in SIZES}
    given = tuned_settings(name, head, (x, y), held_out, seed, given)
    if name == "knn":
        given["n_neighbors"] = min(given["n_neighbors"], len(x))
    fitted = fit_estimators(name, head, x, y, seed, given)
    arrays, sizes = ARRAYS[name](fitted, x, y)
    values = {**given, **sizes}
    model = build_from(name, input_spec, head, values)
    for weight in model.weights:
        weight.assign(np.reshape(arrays[weight.path], weight.shape))
    return model, values


def _random_forest(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, dict[str, int]]:
    head = fitted.head
    rounds = zip(*(one[-1].estimators_ for one in fitted.estimators), strict=True)
    trees = [_tree(one.tree_, fitted) for trees in rounds for one in trees]
    arrays, sizes = _packed(trees)
    return arrays | _read_off(head, np.zeros(len(head.names))), sizes


def _gradient_boosting(
    fitted: Fitted, x: np.ndarray, y: np.ndarray
) -> tuple[Arrays, dict[str, int]]:
    head, columns = fitted.head, _columns(fitted)
    several = len(fitted.estimators) > 1
    rounds: Sequence[Any] = fitted.estimators[0]._predictors
    if several:
        rounds = [
            [one[0] for one in each]
            for each in zip(*(one._predictors for one in fitted.estimators), strict=True)
        ]
    start = np.ravel([one._baseline_prediction for one in fitted.estimators])
    bias = np.full(head.outputs, UNSEEN)
    bias[columns] = start
    leaf = _stump(1)
    trees = []
    for predictors in rounds:
        each = [leaf] * head.outputs
        for column, predictor in zip(columns, predictors, strict=True):
            each[column] = _boosted_tree(predictor.nodes)
        trees += each
    arrays, sizes = _packed(trees)
    return arrays | {"logits/kernel": np.eye(head.outputs), "logits/bias": bias}, sizes


def _adaboost(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, dict[str, int]]:
    head = fitted.head
    boosted = [one[-1] for one in fitted.estimators]
    n = boosted[0].n_estimators
    if not head.classes:
        columns = [_of_all([_tree(tree.tree_, fitted) for tree in one], n) for one in boosted]
        weights = [np.pad(one.estimator_weights_[: len(one)], (0, n - len(one))) for one in boosted]
        arrays, sizes = _packed([tree for each in zip(*columns, strict=True) for tree in each])
        arrays["trees/tree_weight"] = np.stack(weights, axis=1)
        return arrays | _read_off(head, np.zeros(len(head.names))), sizes
    (one,) = boosted
    k = len(one.classes_)
    weights = one.estimator_weights_[: len(one)] / one.estimator_weights_.sum()
    trees = []
    for tree, weight in zip(one, weights, strict=True):
        made = _tree(tree.tree_, fitted)
        seen = made.value[:, _classes(fitted)]
        answers = np.zeros_like(made.value)
        # SAMME (Zhu et al. 2009, eq. 4): 1 for the class that is voted for, else -1 / (k - 1).
        votes = (seen.argmax(axis=1)[:, None] == np.arange(k)) * (1 + 1 / (k - 1)) - 1 / (k - 1)
        answers[:, _classes(fitted)] = weight * votes / (k - 1)
        trees.append(made._replace(value=answers))
    arrays, sizes = _packed(_of_all(trees, n))
    bias = np.full(len(head.names), UNSEEN)
    bias[_classes(fitted)] = 0
    return arrays | _read_off(head, bias), sizes


def _knn(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, dict[str, int]]:
    head = fitted.head
    scale = 1 / fitted.estimators[0][-2].scale_
    answers = np.eye(len(head.names))[np.asarray(y, int)] if head.classes else y
    arrays = {
        "neighbours/scale": scale,
        "neighbours/points": x * scale,
        "neighbours/answers": np.asarray(answers),
    }
    return arrays | _read_off(head, np.zeros(len(head.names))), {"examples": len(x)}


def _logistic_regression(
    fitted: Fitted, x: np.ndarray, y: np.ndarray
) -> tuple[Arrays, dict[str, int]]:
    head, columns = fitted.head, _columns(fitted)
    coefficients = np.concatenate([np.atleast_2d(one[-1].coef_) for one in fitted.estimators])
    intercepts = np.ravel([one[-1].intercept_ for one in fitted.estimators])
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


ARRAYS: Mapping[str, Callable[..., tuple[Arrays, dict[str, int]]]] = {
    "random_forest": _random_forest,
    "gradient_boosting": _gradient_boosting,
    "adaboost": _adaboost,
    "knn": _knn,
    "logistic_regression": _logistic_regression,
}
SIZES = ("nodes", "levels", "examples")
"""Hyper-parameters that a fit finds, whatever was given."""


def _columns(fitted: Fitted) -> np.ndarray:
    """Return the numbers of the logits that the estimators give: those of the classes they saw."""
    head = fitted.head
    return _classes(fitted) if head.classes and not head.ranks else np.arange(head.outputs)


def _classes(fitted: Fitted) -> np.ndarray:
    return np.asarray(fitted.estimators[0].classes_, int)


def _read_off(head: AnswerKind, bias: np.ndarray) -> Arrays:
    """Return the last layer that turns one number per class (or target) into logits."""
    if head.ranks:
        return {"logits/kernel": np.array([[-1.0], [1.0]]), "logits/bias": np.zeros(1)}
    return {"logits/kernel": np.eye(len(bias)), "logits/bias": bias}


def _tree(tree: Any, fitted: Fitted) -> Tree:
    """Return one of scikit-learn's decision trees; leaves of classifiers hold probabilities."""
    place = np.arange(tree.node_count)
    leaf = tree.children_left < 0
    value = tree.value[:, 0]
    if fitted.head.classes:
        full = np.zeros((len(value), len(fitted.head.names)))
        full[:, _classes(fitted)] = value
        value = full
    return Tree(
        np.where(leaf, 0, tree.feature),
        np.where(leaf, 0, tree.threshold),
        np.where(leaf, place, tree.children_left),
        np.where(leaf, place, tree.children_right),
        value,
        tree.max_depth,
    )


def _boosted_tree(nodes: np.ndarray) -> Tree:
    """Return one of scikit-learn's trees on histograms."""
    place, leaf = np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
    return Tree(
        np.where(leaf, 0, nodes["feature_idx"]),
        np.where(leaf, 0, nodes["num_threshold"]),
        np.where(leaf, place, nodes["left"]),
        np.where(leaf, place, nodes["right"]),
        nodes["value"][:, None],
        int(nodes["depth"].max()),
    )


def _of_all(trees: list[Tree], n: int) -> list[Tree]:
    """Return n trees, of which those that a boosting cut short lacks hold zeros."""
    return trees + [_stump(trees[0].value.shape[1])] * (n - len(trees))


def _stump(width: int) -> Tree:
    """Return a tree that is one leaf and holds zeros."""
    none = np.zeros(1, int)
    return Tree(none, none, none, none, np.zeros((1, width)), 0)


def _packed(trees: Sequence[Tree]) -> tuple[Arrays, dict[str, int]]:
    """Return the weights of a `TreeEnsemble` and its sizes."""
    nodes = max(len(tree.feature) for tree in trees)

    def stacked(field: str) -> np.ndarray:
        parts = [np.asarray(getattr(tree, field)) for tree in trees]
        return np.stack(
            [np.pad(one, [(0, nodes - len(one)), *[(0, 0)] * (one.ndim - 1)]) for one in parts]
        )

    arrays = {
        f"trees/{field}": stacked(field) for field in ("feature", "left", "right", "value")
    } | {"trees/threshold": _not_above(stacked("threshold"))}
    return arrays, {"nodes": nodes, "levels": max(tree.levels for tree in trees)}


def _not_above(thresholds: np.ndarray) -> np.ndarray:
    """Return the greatest float32 not above: a float32 is on the same side of both."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)
