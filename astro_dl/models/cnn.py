"""Plain convolutional networks for series, images and cubes.

input ─ [convolution ─ normalisation ─ activation ─ pool ─ dropout] × n ─ features
      ─ flatten or global pool ─ [dense ─ activation ─ dropout] × m ─ embedding ─ logits
"""

from collections.abc import Sequence
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    GlobalPooling,
    Normalization,
    Pooling,
    Size,
    Style,
    after_first_layer,
    convolve,
    dense_stack,
    drop,
    global_pool,
    input_tensor,
    listed,
    normalize,
    per_layer,
    pool,
)


def cnn1d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (16, 32),
    kernel_sizes: int | Sequence[int] = (16, 8),
    strides: int | Sequence[int] = 1,
    dilations: int | Sequence[int] = 1,
    pool_sizes: int | Sequence[int] = 4,
    pooling: Pooling = "max",
    padding: str = "valid",
    global_pooling: GlobalPooling = "flatten",
    units: Sequence[int] = (32,),
    activation: str = "relu",
    normalization: Normalization = "none",
    convolution_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.5,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a convolutional network for series.

    Every layer-wise argument is one value for all layers or one value each.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (steps, channels).
    head : AnswerKind
        Any kind.
    filters : sequence of int
        Filters of each convolution.
    kernel_sizes, strides, dilations : int or sequence of int
        Of each convolution [samples of its input].
    pool_sizes : int or sequence of int
        Pool after each convolution; 1 for none.
    pooling : {"max", "average"}
        What pools do.
    padding : {"valid", "same"}
        Of convolutions.
    global_pooling : {"flatten", "average", "max", "attention"}
        How the last feature map becomes a vector.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each hidden layer and its activation.
    convolution_dropout, dropout : float or sequence of float
        Rates after convolution blocks and after dense layers.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank, a kernel or pool is longer than what it is applied to, or a
        hyper-parameter is out of range.
    """
    return _convolutional(**locals(), rank=2, family="cnn1d")


def cnn2d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (32, 64),
    kernel_sizes: int | Sequence[Size] = 3,
    strides: int | Sequence[Size] = 1,
    dilations: int | Sequence[Size] = 1,
    pool_sizes: int | Sequence[Size] = 2,
    pooling: Pooling = "max",
    padding: str = "valid",
    global_pooling: GlobalPooling = "flatten",
    units: Sequence[int] = (128,),
    activation: str = "relu",
    normalization: Normalization = "none",
    convolution_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a convolutional network for images.

    As `cnn1d`, for inputs of shape (height, width, channels); each kernel size, stride, dilation
    and pool size is one number [pixels] or a pair (height, width).

    Raises
    ------
    UsageError
        If the input has another rank, a kernel or pool is longer than what it is applied to, or a
        hyper-parameter is out of range.
    """
    return _convolutional(**locals(), rank=3, family="cnn2d")


def cnn3d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (16, 32),
    kernel_sizes: int | Sequence[Size] = 3,
    strides: int | Sequence[Size] = 1,
    dilations: int | Sequence[Size] = 1,
    pool_sizes: int | Sequence[Size] = 2,
    pooling: Pooling = "max",
    padding: str = "same",
    global_pooling: GlobalPooling = "flatten",
    units: Sequence[int] = (64,),
    activation: str = "relu",
    normalization: Normalization = "none",
    convolution_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a convolutional network for cubes.

    As `cnn1d`, for inputs of shape (depth, height, width, channels), such as a spectrum in every
    pixel; each kernel size, stride, dilation and pool size is one number or three (depth, height,
    width).

    Raises
    ------
    UsageError
        If the input has another rank, a kernel or pool is longer than what it is applied to, or a
        hyper-parameter is out of range.
    """
    return _convolutional(**locals(), rank=4, family="cnn3d")


def _convolutional(
    *,
    input_spec: InputSpec,
    head: AnswerKind,
    rank: int,
    family: str,
    global_pooling: GlobalPooling,
    units: Sequence[int],
    activation: str,
    normalization: Normalization,
    convolution_dropout: float | Sequence[float],
    dropout: float | Sequence[float],
    l1: float,
    l2: float,
    initializer: str,
    **stack: Any,
) -> keras.Model:
    inputs = input_tensor(input_spec, rank, family)
    style = Style(activation, normalization, initializer, l1, l2)
    x = convolution_stack(
        after_first_layer(inputs, input_spec), style, dropout=convolution_dropout, **stack
    )
    x = dense_stack(global_pool(x, global_pooling), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name=family)


def convolution_stack(
    x: keras.KerasTensor,
    style: Style,
    *,
    filters: Sequence[int],
    kernel_sizes: int | Sequence[Size],
    strides: int | Sequence[Size] = 1,
    dilations: int | Sequence[Size] = 1,
    pool_sizes: int | Sequence[Size] = 1,
    pooling: Pooling = "max",
    padding: str = "same",
    dropout: float | Sequence[float] = 0.0,
) -> keras.KerasTensor:
    """Return the feature map after the blocks ``convolution_1``, ``convolution_2`` …

    Parameters are those of `cnn1d`; the number of dimensions is that of ``x``.
    """
    widths = listed(filters)
    n = len(widths)
    blocks = zip(
        widths,
        per_layer(kernel_sizes, n, "kernel_sizes"),
        per_layer(strides, n, "strides"),
        per_layer(dilations, n, "dilations"),
        per_layer(pool_sizes, n, "pool_sizes"),
        per_layer(dropout, n, "convolution_dropout"),
        strict=True,
    )
    for number, (width, kernel, stride, dilation, pool_size, rate) in enumerate(blocks, start=1):
        name = f"convolution_{number}"
        x = convolve(
            x,
            width,
            kernel,
            style,
            name,
            stride=stride,
            dilation=dilation,
            padding=padding,
            bias=style.bias,
        )
        x = activate(normalize(x, style.normalization, name), style.activation, name)
        x = drop(pool(x, pool_size, pooling, name), rate, name)
    return x
