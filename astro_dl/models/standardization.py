"""The scale on which a network sees a table: learnt from the data, stored with the weights.

It is applied in full precision: of a magnitude of 24 half of it holds no more than a tenth.
"""

from typing import Any

import keras
import numpy as np
from astropy.stats import sigma_clipped_stats
from keras import ops

from astro_dl.core.errors import UsageError

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

    def measure(self, x: np.ndarray) -> None:
        """Set the weights by examples (n, features); values that it would bound do not count."""
        mean, _, deviation = sigma_clipped_stats(
            np.asarray(x, np.float64), sigma=FARTHEST, cenfunc="mean", maxiters=None, axis=0
        )
        self.set_weights([mean, np.maximum(deviation, SMALLEST_DEVIATION)])


@keras.saving.register_keras_serializable(package="astro_dl")
class PrincipalComponents(keras.layers.Layer):
    """Projects inputs on the directions in which they vary most, each to unit variance.

    Mean and directions are weights that are not trained: until `standardize_inputs` sets them, the
    first inputs are passed on.

    Parameters
    ----------
    components : int
        How many.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, components: int, **options: Any) -> None:
        super().__init__(**options)
        self.components = components

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights."""
        features = input_shape[-1]
        self.mean = self.add_weight(
            name="mean", shape=(features,), initializer="zeros", trainable=False
        )
        self.directions = self.add_weight(
            name="directions",
            shape=(features, self.components),
            initializer=lambda shape, dtype=None: ops.eye(*shape, dtype=dtype),
            trainable=False,
        )

    def call(self, inputs: Any) -> Any:
        """Return (batch, components)."""
        mean, directions = (ops.cast(one, inputs.dtype) for one in (self.mean, self.directions))
        return ops.matmul(inputs - mean, directions)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return (*input_shape[:-1], self.components)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "components": self.components}

    def measure(self, x: np.ndarray) -> None:
        """Set the weights by examples (n, features).

        Raises
        ------
        UsageError
            If there are fewer examples than components.
        """
        values = np.asarray(x, np.float64)
        if len(values) <= self.components:
            raise UsageError(
                f"pca is {self.components}, but the validation set, by which the components are "
                f"measured, has {len(values)} examples; accepted: fewer components than examples"
            )
        mean = values.mean(axis=0)
        _, singular, directions = np.linalg.svd(values - mean, full_matrices=False)
        deviations = singular[: self.components] / np.sqrt(len(values))
        # Of inputs that lie in a plane, what sticks out of it is noise of rounding.
        least = np.finfo(np.float32).eps * max(deviations.max(), np.finfo(np.float32).tiny)
        kept = directions[: self.components].T / np.where(deviations > least, deviations, np.inf)
        self.set_weights([mean, kept])


def principal_components(x: keras.KerasTensor, components: int) -> keras.KerasTensor:
    """Return the principal components of inputs (batch, features); 0 returns them as they are.

    Raises
    ------
    UsageError
        If there are more components than features.
    """
    if not 0 <= components <= x.shape[-1]:
        raise UsageError(f"pca is {components}; accepted: 0 to {x.shape[-1]}")
    if not components:
        return x
    return PrincipalComponents(components, name="input_pca", dtype="float32")(x)


def standardize_inputs(model: keras.Model, x: Any) -> None:
    """Set what a model, and models within it, measure of their inputs, by examples (n, …).

    These are `Standardization` and `PrincipalComponents`, one after the other where both are there.
    Models without are left as they are.
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            standardize_inputs(layer, x)
        elif isinstance(layer, Standardization | PrincipalComponents):
            x = np.reshape(x, (len(x), -1))
            layer.measure(x)
            x = np.asarray(layer(x))
