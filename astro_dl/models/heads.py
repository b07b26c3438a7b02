"""The last layers of every model: embedding, logits, and what people read."""

import keras
from keras import ops

from astro_dl.tasks.base import Head

__all__ = ["MeanAndSpread", "attach_head"]


@keras.saving.register_keras_serializable(package="astro_dl")
class MeanAndSpread(keras.layers.Layer):
    """Turns means followed by log-variances into means followed by standard deviations."""

    def call(self, logits: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 2k) values from (batch, 2k) logits."""
        mean, log_variance = ops.split(logits, 2, axis=-1)
        return ops.concatenate([mean, ops.exp(0.5 * log_variance)], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the logits."""
        return input_shape


def attach_head(features: keras.KerasTensor, head: Head, **options: object) -> keras.KerasTensor:
    """Return the output of a model whose last hidden vector is given.

    Adds the layers ``"embedding"`` (the vector itself), ``"logits"`` (dense) and
    ``"probabilities"`` (sigmoid or softmax) or, for regression, ``"values"`` (linear; means
    followed by standard deviations where the head has a spread). The last two compute in float32
    whatever the precision of the rest.

    Parameters
    ----------
    features : KerasTensor
        Shape (batch, width).
    head : Head
        Kind and number of outputs.
    **options
        Further arguments of the dense layer, such as a regulariser.
    """
    embedding = keras.layers.Identity(name="embedding")(features)
    logits = keras.layers.Dense(head.outputs, dtype="float32", name="logits", **options)(embedding)
    if head.spread:
        return MeanAndSpread(dtype="float32", name="values")(logits)
    name, activation = {
        "binary": ("probabilities", "sigmoid"),
        "multiclass": ("probabilities", "softmax"),
        "regression": ("values", "linear"),
    }[head.kind]
    return keras.layers.Activation(activation, dtype="float32", name=name)(logits)
