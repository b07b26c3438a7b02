"""From fitted estimators to fitted models: arrays into the layers of `classical`."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from
from astro_dl.models.classical import arrays, tree_arrays
from astro_dl.models.classical.estimators import fit_estimators, tuned_settings

Pair = tuple[np.ndarray, np.ndarray]


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

    Raises
    ------
    UsageError
        If several labels are asked for.
    """
    if head.yes_or_no:
        raise UsageError(
            f"{name} is kept for one target of classes, not for several labels; train "
            "a network, beside which it is scored"
        )
    (x, y), held_out = ((np.reshape(a, (len(a), -1)), b) for a, b in (training, validation))
    given = {key: hyperparameters[key] for key in hyperparameters if key not in SIZES}
    given = tuned_settings(name, head, (x, y), held_out, seed, given)
    if name == "knn":
        given["n_neighbors"] = min(given["n_neighbors"], len(x))
    fitted = fit_estimators(name, head, x, y, seed, given)
    found, sizes = ARRAYS[name](fitted, x, y)
    values = {**given, **sizes}
    model = build_from(name, input_spec, head, values)
    for weight in model.weights:
        weight.assign(np.reshape(found[weight.path], weight.shape))
    return model, values


ARRAYS: Mapping[str, Callable[..., tuple[dict[str, np.ndarray], dict[str, int]]]] = {
    "random_forest": tree_arrays.forest,
    "extra_trees": tree_arrays.forest,
    "decision_tree": tree_arrays.forest,
    "gradient_boosting": tree_arrays.gradient_boosting,
    "xgboost": tree_arrays.xgboost,
    "lightgbm": tree_arrays.lightgbm,
    "adaboost": tree_arrays.adaboost,
    "knn": arrays.knn,
    "svm": arrays.support_vectors,
    "gaussian_process": arrays.gaussian_process,
    "naive_bayes": arrays.naive_bayes,
    "logistic_regression": arrays.linear,
    "linear_regression": arrays.linear,
    "lasso": arrays.linear,
    "elastic_net": arrays.linear,
}
SIZES = ("nodes", "levels", "examples", "processes")
"""Hyper-parameters that a fit finds, whatever was given."""
