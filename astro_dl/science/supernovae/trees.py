"""Boosted trees on fits of light curves, as a model that is given what networks are.

inputs ─ fit of Bazin's function, mean fluxes ─ trees ─ embedding ─ logits
"""

from collections.abc import Mapping
from typing import Annotated, Any

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Inputs
from astro_dl.core.limits import Bounds, Count, Natural, NonNegative, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.fit import fit as fit_method
from astro_dl.models.classical.tree_networks import boosted_trees
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import input_tensor
from astro_dl.science.supernovae.augmentation import augment_light_curves
from astro_dl.science.supernovae.features import ROWS_AT_ONCE, features

Array = np.ndarray
Pair = tuple[Array, Array]

MISSING = -99.0
"""Stands for what was not observed: less than anything that was."""


@keras.saving.register_keras_serializable(package="astro_dl")
class LightCurveFeatures(keras.layers.Layer):
    """Features of light curves, see `astro_dl.science.supernovae.features`.

    Parameters
    ----------
    **options
        Arguments of every Keras layer.
    """

    def call(self, x: Any) -> Any:
        """Return (batch, features) from (batch, nights, channels)."""
        found = features(x, ops)
        return ops.where(ops.isnan(found), MISSING, found)


def supernova_trees(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    max_iter: Count | None = None,
    max_leaf_nodes: Annotated[int, Bounds(2)] | None = None,
    learning_rate: Positive = 0.08,
    l2_regularization: NonNegative | None = None,
    copies: Natural = 2,
    nodes: Count | None = None,
    levels: Natural | None = None,
) -> keras.Model:
    """Return gradient-boosted trees on fits of Bazin's function and mean fluxes.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (nights, channels), zero where there is no night.
    head : AnswerKind
        Classes.
    max_iter, max_leaf_nodes : int, optional
        Rounds of boosting, and leaves of a tree; None for what is best on the validation set.
    learning_rate : float
        Share of each tree that is taken.
    l2_regularization : float, optional
        As of `astro_dl.models.classical.tree_networks.gradient_boosting`.
    copies : int
        How often each light curve is learnt from besides, changed at random as networks have it.
    nodes, levels : int, optional
        Size of the fitted trees; None before they are.

    Raises
    ------
    UsageError
        If the input has another rank.
    """
    inputs = input_tensor(input_spec, 2, "supernova_trees")
    x = LightCurveFeatures(name="light_curve_features", dtype="float32")(inputs)
    x = boosted_trees(head, max_iter, nodes, levels)(x)
    return keras.Model(inputs, attach_head(x, head), name="supernova_trees")


def fit(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    training: Pair,
    validation: Pair,
    seed: int,
    hyperparameters: Mapping[str, Any],
) -> tuple[keras.Model, dict[str, Any]]:
    """Return fitted trees and all their hyper-parameters, as `astro_dl.models.classical.fit` does.

    Parameters
    ----------
    name : str
        That of the model.
    input_spec, head : InputSpec, AnswerKind
        What it takes and gives.
    training, validation : tuple of ndarray
        Light curves (n, nights, channels) and classes; settings that are None are chosen on the
        latter.
    seed : int
        Of what is random.
    hyperparameters : mapping
        Of the model.
    """
    (x, y), rng = training, np.random.default_rng(seed)
    copies = hyperparameters["copies"]
    parts = [x, *(augment_light_curves(x, rng) for _ in range(copies))]
    table = np.concatenate([_features(part) for part in parts]), np.tile(y, copies + 1)
    held_out = _features(validation[0]), validation[1]
    settings = {key: value for key, value in hyperparameters.items() if key != "copies"}
    spec = InputSpec(table[0].shape[1:], {})
    trees, found = fit_method("gradient_boosting", spec, head, table, held_out, seed, settings)
    found = {**found, "copies": copies}
    model = supernova_trees(input_spec, head, **found)
    model.set_weights(trees.get_weights())
    return model, found


def _features(x: Inputs) -> Array:
    """Return what the layer makes of inputs, some at once."""
    assert isinstance(x, np.ndarray)
    layer = LightCurveFeatures(dtype="float32")
    starts = range(0, len(x), ROWS_AT_ONCE)
    blocks = [layer(x[start : start + ROWS_AT_ONCE]) for start in starts]
    return np.concatenate([ops.convert_to_numpy(block) for block in blocks])
