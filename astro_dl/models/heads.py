"""The last layers of every model: embedding, logits, and what people read."""

import keras

from astro_dl.tasks.base import Head

__all__ = ["attach_head"]


def attach_head(features: keras.KerasTensor, head: Head, **options: object) -> keras.KerasTensor:
    """Return the output of a model whose last hidden vector is given.

    Adds the layers ``"embedding"`` (the vector itself), ``"logits"`` (dense) and
    ``"probabilities"`` (sigmoid or softmax) or, for regression, ``"values"`` (linear). The last two
    compute in float32 whatever the precision of the rest.

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
    name, activation = {
        "binary": ("probabilities", "sigmoid"),
        "multiclass": ("probabilities", "softmax"),
        "regression": ("values", "linear"),
    }[head.kind]
    return keras.layers.Activation(activation, dtype="float32", name=name)(logits)
