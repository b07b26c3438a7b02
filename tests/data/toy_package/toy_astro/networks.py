"""The network of pulses."""

from typing import Any

import keras

from astro_dl import AnswerKind, InputSpec
from astro_dl.models.heads import attach_head


def toy_net(
    input_spec: InputSpec, head: AnswerKind, *, units: int = 16, dropout: float = 0.0
) -> Any:
    """Return one hidden layer on the flattened series."""
    inputs = keras.Input(input_spec.shape, name="input")
    x = keras.layers.Flatten(name="flatten")(inputs)
    x = keras.layers.Dense(units, "relu", name="hidden")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(inputs, attach_head(x, head), name="toy_net")
