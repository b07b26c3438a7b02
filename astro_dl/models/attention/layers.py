"""What networks of attention are built of: encodings of place, blocks, pools."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.models.activations import activate
from astro_dl.models.layers import Style, drop

register = keras.saving.register_keras_serializable(package="astro_dl")


@register
class Waves(keras.layers.Layer):
    """Sines and cosines of times (batch, steps, 1), with periods in a geometric row.

    Parameters
    ----------
    width : int
        Numbers for each time, an even one.
    shortest, longest : float
        Periods, in the unit of the times.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, width: int, shortest: float, longest: float, **options: Any) -> None:
        super().__init__(**options)
        self.width, self.shortest, self.longest = width, shortest, longest

    def call(self, times: Any) -> Any:
        """Return (batch, steps, width)."""
        periods = np.geomspace(self.shortest, self.longest, self.width // 2)
        phases = times * ops.cast(2 * math.pi / periods, times.dtype)
        return ops.concatenate([ops.sin(phases), ops.cos(phases)], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return (*input_shape[:-1], self.width)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        own = {"width": self.width, "shortest": self.shortest, "longest": self.longest}
        return {**super().get_config(), **own}


@register
class Places(keras.layers.Layer):
    """Adds to tokens what tells where on a grid they are (Vaswani et al. 2017, section 3.5).

    Of an image half of the numbers tell the row and half the column.

    Parameters
    ----------
    grid : sequence of int
        Tokens along each axis; their product is the number of tokens.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, grid: Sequence[int], **options: Any) -> None:
        super().__init__(**options)
        self.grid = tuple(grid)

    def call(self, tokens: Any) -> Any:
        """Return (batch, tokens, width)."""
        width = tokens.shape[-1] // len(self.grid)
        frequencies = 10_000.0 ** -(np.arange(0, width, 2) / width)
        told = []
        for axis in np.indices(self.grid).reshape(len(self.grid), -1):
            phases = axis[:, None] * frequencies
            told += [np.sin(phases), np.cos(phases)[:, : width // 2]]
        places = np.concatenate(told, axis=1)
        spare = tokens.shape[-1] - places.shape[1]
        return tokens + ops.cast(np.pad(places, ((0, 0), (0, spare))), tokens.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the tokens."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "grid": self.grid}


@register
class Channels(keras.layers.Layer):
    """Some channels of a series (batch, steps, channels).

    Parameters
    ----------
    chosen : sequence of int
        Their numbers, from 0.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, chosen: Sequence[int], **options: Any) -> None:
        super().__init__(**options)
        self.chosen = tuple(chosen)

    def call(self, inputs: Any) -> Any:
        """Return (batch, steps, chosen)."""
        return ops.take(inputs, self.chosen, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return (*input_shape[:-1], len(self.chosen))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "chosen": self.chosen}


@register
class Known(keras.layers.Layer):
    """Whether each step (batch, steps) of marks (batch, steps, 1) was observed: 1 or above ½."""

    def call(self, marks: Any) -> Any:
        """Return booleans."""
        return marks[..., 0] > 0.5

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, steps)."""
        return input_shape[:-1]

    def compute_output_spec(self, marks: Any) -> Any:
        """Return the shape and that the values are booleans."""
        return keras.KerasTensor(marks.shape[:-1], dtype="bool")


def attention_block(
    x: keras.KerasTensor,
    style: Style,
    *,
    heads: int,
    units: int,
    dropout: float,
    known: keras.KerasTensor | None,
    name: str,
) -> keras.KerasTensor:
    """Return tokens after attention and two dense layers, each beside what it is given.

    Normalised before, not after (Xiong et al. 2020, arXiv:2002.04745).

    Parameters
    ----------
    x : KerasTensor
        Tokens (batch, tokens, width).
    style : Style
        Activation, initialiser and penalties.
    heads : int
        How many attend; the width is divided among them.
    units : int
        Width of the first dense layer.
    dropout : float
        Rate after both parts.
    known : KerasTensor or None
        Which tokens (batch, tokens) may be looked at; None for all.
    name : str
        Beginning of the layers' names.
    """
    width = x.shape[-1]
    attention = keras.layers.MultiHeadAttention(
        heads, width // heads, name=f"{name}_attention", **style.kernel_options
    )
    y = keras.layers.LayerNormalization(name=f"{name}_normalization_1")(x)
    mask = None if known is None else keras.layers.Reshape((1, -1), name=f"{name}_mask")(known)
    y = drop(attention(y, y, attention_mask=mask), dropout, f"{name}_attention")
    x = keras.layers.Add(name=f"{name}_sum_1")([x, y])
    y = keras.layers.LayerNormalization(name=f"{name}_normalization_2")(x)
    y = keras.layers.Dense(units, name=f"{name}_dense_1", **style.kernel_options)(y)
    y = activate(y, style.activation, f"{name}_dense_1")
    y = keras.layers.Dense(width, name=f"{name}_dense_2", **style.kernel_options)(y)
    return keras.layers.Add(name=f"{name}_sum_2")([x, drop(y, dropout, f"{name}_dense_2")])


def gated_pool(
    x: keras.KerasTensor, style: Style, known: keras.KerasTensor | None = None
) -> keras.KerasTensor:
    """Return the mean of tokens weighted by gated attention (Ilse et al. 2018, eq. 9).

    Tokens that are not known weigh nothing; where none is, the pool means nothing.
    """
    x = keras.layers.Identity(name="features")(x)
    width = x.shape[-1]
    seen, gate = (
        keras.layers.Dense(width, activation, name=f"pool_{part}", **style.kernel_options)(x)
        for activation, part in (("tanh", "content"), ("sigmoid", "gate"))
    )
    both = keras.layers.Multiply(name="pool_gated")([seen, gate])
    scores = keras.layers.Dense(1, use_bias=False, name="pool_scores")(both)
    if known is not None:
        known = keras.layers.Reshape((-1, 1), name="pool_mask")(known)
    weights = keras.layers.Softmax(axis=1, name="pool_weights")(scores, mask=known)
    return keras.layers.Flatten(name="flatten")(keras.layers.Dot(axes=1, name="pool")([weights, x]))
