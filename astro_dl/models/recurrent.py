"""Recurrent networks for series, with an optional convolutional front end.

    input ─ [strided convolution ─ normalisation ─ activation ─ pool] × k ─ features
          ─ [LSTM, GRU or simple layer, one or both directions] × n ─ last state or pool over steps
          ─ [dense ─ activation ─ dropout] × m ─ embedding ─ logits

The front end shortens long series: recurrent layers take their steps one after the other, so that
2048 samples would cost 2048 steps in sequence.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import unknown_name
from astro_dl.core.task import InputSpec
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Style,
    dense_stack,
    global_pool,
    input_tensor,
    listed,
    per_layer,
)

StepPooling = Literal["last", "average", "max", "attention"]


def lstm(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    recurrent_units: Sequence[int] = (32,),
    bidirectional: bool = False,
    step_pooling: StepPooling = "last",
    units: Sequence[int] = (16,),
    filters: Sequence[int] = (),
    kernel_sizes: int | Sequence[int] = 8,
    strides: int | Sequence[int] = 4,
    pool_sizes: int | Sequence[int] = 1,
    activation: str = "relu",
    normalization: Normalization = "none",
    recurrent_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a network of long short-term memory layers (Hochreiter & Schmidhuber 1997).

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (steps, channels).
    head : AnswerKind
        Any kind.
    recurrent_units : sequence of int
        Width of each recurrent layer (of each direction).
    bidirectional : bool
        Whether every recurrent layer also runs backwards, both outputs side by side.
    step_pooling : {"last", "average", "max", "attention"}
        What stands for the series: the last state, or a pool over all steps of the last layer.
    units : sequence of int
        Width of each dense hidden layer.
    filters : sequence of int
        Filters of the convolutions in front; empty for none.
    kernel_sizes, strides, pool_sizes : int or sequence of int
        Of these convolutions: one value, or one each; padding is "same".
    activation : str
        Keras name of the activation of convolutions and dense layers.
    normalization : {"none", "batch", "layer", "group"}
        Between convolutions or dense layers and their activations.
    recurrent_dropout : float or sequence of float
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
        If the input has another rank, a pool is longer than what it is applied to, or a
        hyper-parameter is out of range.
    """
    return _recurrent(**locals(), cell=keras.layers.LSTM, family="lstm")


def gru(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    recurrent_units: Sequence[int] = (32,),
    bidirectional: bool = False,
    step_pooling: StepPooling = "last",
    units: Sequence[int] = (16,),
    filters: Sequence[int] = (),
    kernel_sizes: int | Sequence[int] = 8,
    strides: int | Sequence[int] = 4,
    pool_sizes: int | Sequence[int] = 1,
    activation: str = "relu",
    normalization: Normalization = "none",
    recurrent_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a network of gated recurrent units (Cho et al. 2014).

    Parameters and errors are those of `lstm`.
    """
    return _recurrent(**locals(), cell=keras.layers.GRU, family="gru")


def rnn(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    recurrent_units: Sequence[int] = (32,),
    bidirectional: bool = False,
    step_pooling: StepPooling = "last",
    units: Sequence[int] = (16,),
    filters: Sequence[int] = (),
    kernel_sizes: int | Sequence[int] = 8,
    strides: int | Sequence[int] = 4,
    pool_sizes: int | Sequence[int] = 1,
    activation: str = "relu",
    normalization: Normalization = "none",
    recurrent_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a network of simple recurrent layers, which forget within some ten steps (Elman 1990).

    Parameters and errors are those of `lstm`.
    """
    return _recurrent(**locals(), cell=keras.layers.SimpleRNN, family="rnn")


def _recurrent(
    *,
    input_spec: InputSpec,
    head: AnswerKind,
    cell: Callable[..., keras.layers.Layer],
    family: str,
    recurrent_units: Sequence[int],
    bidirectional: bool,
    step_pooling: StepPooling,
    units: Sequence[int],
    filters: Sequence[int],
    kernel_sizes: int | Sequence[int],
    strides: int | Sequence[int],
    pool_sizes: int | Sequence[int],
    activation: str,
    normalization: Normalization,
    recurrent_dropout: float | Sequence[float],
    dropout: float | Sequence[float],
    l1: float,
    l2: float,
    initializer: str,
) -> keras.Model:
    if step_pooling not in ("last", "average", "max", "attention"):
        raise unknown_name("step_pooling", step_pooling, ("last", "average", "max", "attention"))
    inputs = input_tensor(input_spec, 2, family)
    style = Style(activation, normalization, initializer, l1, l2)
    x = convolution_stack(
        inputs,
        style,
        filters=filters,
        kernel_sizes=kernel_sizes,
        strides=strides,
        pool_sizes=pool_sizes,
    )
    widths = listed(recurrent_units)
    rates = per_layer(recurrent_dropout, len(widths), "recurrent_dropout")
    if step_pooling == "last":
        x = keras.layers.Identity(name="features")(x)
    for number, (width, rate) in enumerate(zip(widths, rates, strict=True), start=1):
        options: dict[str, Any] = {
            "dropout": rate,
            "return_sequences": number < len(widths) or step_pooling != "last",
            **style.kernel_options,
        }
        name = f"{family}_{number}"
        layer = cell(width, name=f"{name}_cell" if bidirectional else name, **options)
        x = keras.layers.Bidirectional(layer, name=name)(x) if bidirectional else layer(x)
    if step_pooling != "last":
        x = global_pool(x, step_pooling)
    x = dense_stack(x, units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name=family)
