"""Networks that read a light curve night by night.

supernova_gru  nights ─ [gated recurrent units, both ways] × n ─ mean over the nights
               ─ dense × m ─ embedding ─ logits

supernova_tcn  nights ─ [causal convolution × 2, beside what it is given] × n ─ last night
               ─ dense × m ─ embedding ─ logits

Both look at the nights that are, and at nothing after them: a light curve that ends today gets
today's answer.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Style,
    dense_stack,
    drop,
    input_tensor,
    listed,
    normalize,
)


@keras.saving.register_keras_serializable(package="astro_dl")
class LastNight(keras.layers.Layer):
    """What a series (batch, nights, channels) holds on its last night that is no padding.

    Parameters
    ----------
    **options
        Arguments of every Keras layer.
    """

    def call(self, series: Any, nights: Any) -> Any:
        """Return (batch, channels); ``nights`` are the inputs, zero where they are padding."""
        known = ops.any(nights != 0, axis=-1)
        count = known.shape[1]
        last = ops.max(ops.where(known, ops.arange(count), 0), axis=1)
        chosen = ops.cast(ops.one_hot(last, count), series.dtype)
        return ops.einsum("bt,btc->bc", chosen, series)

    def compute_output_shape(self, series_shape: Any, nights_shape: Any) -> Any:
        """Return the shape of the output."""
        return (series_shape[0], series_shape[2])


def supernova_gru(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    recurrent_units: Sequence[int] = (32, 32),
    bidirectional: bool = True,
    units: Sequence[int] = (),
    activation: str = "relu",
    recurrent_dropout: float = 0.05,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return the recurrent network of SuperNNova (Möller & de Boissière 2020, section 3.1).

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (nights, channels), zero where there is no night.
    head : AnswerKind
        Any kind.
    recurrent_units : sequence of int
        Width of each recurrent layer, in each direction.
    bidirectional : bool
        Whether layers read from the last night to the first, too.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation of dense layers.
    recurrent_dropout : float
        Dropout of the inputs of each recurrent layer.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels (recurrent kernels excepted).
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 2, "supernova_gru")
    style = Style(activation, "none", initializer, l1, l2)
    x = keras.layers.Masking(name="features")(inputs)
    for number, width in enumerate(listed(recurrent_units), start=1):
        x = drop(x, recurrent_dropout, f"gru_{number}")
        name = f"gru_{number}"
        cell = keras.layers.GRU(
            width,
            return_sequences=True,
            name=f"{name}_cell" if bidirectional else name,
            **style.kernel_options,
        )
        x = keras.layers.Bidirectional(cell, name=name)(x) if bidirectional else cell(x)
    x = keras.layers.GlobalAveragePooling1D(name="mean")(x)
    x = dense_stack(x, units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="supernova_gru")


def supernova_tcn(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: int = 64,
    kernel_size: int = 3,
    dilations: Sequence[int] = (1, 2, 4, 8),
    units: Sequence[int] = (64,),
    activation: str = "relu",
    normalization: Normalization = "none",
    block_dropout: float = 0.1,
    dropout: float | Sequence[float] = 0.2,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a temporal convolutional network: RAPID (Muthukrishna et al. 2019) with convolutions.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (nights, channels), zero where there is no night.
    head : AnswerKind
        Any kind.
    filters, kernel_size : int
        Of all convolutions, which see no later night.
    dilations : sequence of int
        Nights from one element of the kernel to the next, one for each block.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "layer", "group"}
        Before each activation of a block; over the channels alone if it is to be causal.
    block_dropout : float
        Rate after each convolution.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 2, "supernova_tcn")
    style = Style(activation, normalization, initializer, l1, l2)
    x = keras.layers.Dense(filters, name="stem", **style.kernel_options)(inputs)
    for block, dilation in enumerate(dilations, start=1):
        y = x
        for layer in (1, 2):
            name = f"block_{block}_{layer}"
            convolution = keras.layers.Conv1D(
                filters,
                kernel_size,
                dilation_rate=dilation,
                padding="causal",
                name=name,
                **style.kernel_options,
            )
            y = activate(normalize(convolution(y), normalization, name), activation, name)
            y = drop(y, block_dropout, name)
        x = keras.layers.Add(name=f"block_{block}_sum")([x, y])
    x = keras.layers.Identity(name="features")(x)
    x = LastNight(name="last_night")(x, inputs)
    x = dense_stack(x, units, dropout, Style(activation, "none", initializer, l1, l2))
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="supernova_tcn")
