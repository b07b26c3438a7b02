"""The scale on which a network sees a table: learnt from the data, stored with the weights."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from astropy.stats import sigma_clipped_stats
from keras import ops

SMALLEST_DEVIATION = 0.1
"""Of inputs that hardly vary, such as marks of what is rarely missing, which would become huge."""

FARTHEST = 10.0
"""Standard deviations from the mean at which inputs end: beyond, a network makes things up."""


@keras.saving.register_keras_serializable(package="astro_dl")
class Standardization(keras.layers.Layer):
    """Reduces each input by its mean, divides it by its standard deviation, and bounds it.

    Both are weights that are not trained: 0 and 1 until `standardize_inputs` sets them.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights."""
        shape = input_shape[-1:]
        self.mean = self.add_weight(name="mean", shape=shape, initializer="zeros", trainable=False)
        self.deviation = self.add_weight(
            name="deviation", shape=shape, initializer="ones", trainable=False
        )

    def call(self, inputs: Any) -> Any:
        """Return standardised inputs, from -10 to 10."""
        mean, deviation = (ops.cast(one, inputs.dtype) for one in (self.mean, self.deviation))
        return ops.clip((inputs - mean) / deviation, -FARTHEST, FARTHEST)


def standardize_inputs(model: keras.Model, x: Any) -> None:
    """Set every `Standardization` of a model, and of models within it, by examples (n, features).

    Values that it would bound do not count. Models without one are left as they are.
    """
    for layer in _standardizations(model):
        mean, _, deviation = sigma_clipped_stats(
            np.asarray(x, np.float64), sigma=FARTHEST, cenfunc="mean", maxiters=None, axis=0
        )
        layer.set_weights([mean, np.maximum(deviation, SMALLEST_DEVIATION)])


def _standardizations(model: keras.Model) -> Iterator[Standardization]:
    for layer in model.layers:
        if isinstance(layer, Standardization):
            yield layer
        elif isinstance(layer, keras.Model):
            yield from _standardizations(layer)
