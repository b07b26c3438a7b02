"""Residual networks with pre-activation (He et al. 2016, arXiv:1603.05027) for series and images.

input ─ stem convolution ─ [pool] ─ stages of residual blocks ─ normalisation ─ activation
      ─ features ─ global pool ─ [dense ─ activation ─ dropout] × m ─ embedding ─ logits

block: x ─┬─ normalisation ─ activation ─ convolution ─ normalisation ─ activation ─ [dropout]
          │                                                             ─ convolution ─┐
          └─ [convolution of width 1 where shape or stride changes] ───────────────────+─
"""

from collections.abc import Callable, Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    GlobalPooling,
    Normalization,
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


def resnet1d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    stem_filters: int = 16,
    stem_kernel_size: int = 16,
    stem_stride: int = 2,
    stem_pool_size: int = 1,
    filters: Sequence[int] = (16, 32, 64),
    blocks: int | Sequence[int] = 2,
    kernel_sizes: int | Sequence[int] = 8,
    strides: int | Sequence[int] = 2,
    global_pooling: GlobalPooling = "average",
    units: Sequence[int] = (),
    activation: str = "relu",
    normalization: Normalization = "batch",
    block_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a residual network for series.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (steps, channels).
    head : AnswerKind
        Any kind.
    stem_filters, stem_kernel_size, stem_stride, stem_pool_size : int
        The convolution before the blocks, and the max pool after it (1 for none).
    filters : sequence of int
        Filters of each stage.
    blocks : int or sequence of int
        Residual blocks in each stage: one number, or one each.
    kernel_sizes : int or sequence of int
        Kernels of each stage: one number, or one each.
    strides : int or sequence of int
        Stride of the first block of each stage: one number, or one each.
    global_pooling : {"flatten", "average", "max", "attention"}
        How the last feature map becomes a vector.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Before each activation.
    block_dropout : float or sequence of float
        Rate between the two convolutions of a block, or one rate for each stage.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank, a pool is longer than what it is applied to, or a
        hyper-parameter is out of range.
    """
    return _resnet(**locals(), rank=2, family="resnet1d")


def resnet2d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    stem_filters: int = 16,
    stem_kernel_size: Size = 3,
    stem_stride: Size = 1,
    stem_pool_size: Size = 1,
    filters: Sequence[int] = (16, 32, 64),
    blocks: int | Sequence[int] = 2,
    kernel_sizes: int | Sequence[Size] = 3,
    strides: int | Sequence[Size] = 2,
    global_pooling: GlobalPooling = "average",
    units: Sequence[int] = (),
    activation: str = "relu",
    normalization: Normalization = "batch",
    block_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a residual network for images.

    As `resnet1d`, for inputs of shape (height, width, channels); each kernel size, stride and
    pool size is one number [pixels] or a pair (height, width).

    Raises
    ------
    UsageError
        If the input has another rank, a pool is longer than what it is applied to, or a
        hyper-parameter is out of range.
    """
    return _resnet(**locals(), rank=3, family="resnet2d")


def residual_block(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: Size,
    style: Style,
    name: str,
    *,
    stride: Size = 1,
    dropout: float = 0.0,
    convolution: Callable[..., keras.KerasTensor] = convolve,
) -> keras.KerasTensor:
    """Return the sum of the input and its two pre-activated convolutions.

    Where the stride or the number of filters changes the shape, the shortcut is a convolution of
    width 1 (He et al. 2016, sec. 4). The others can be any with the arguments of `convolve`.
    """
    first, second = f"{name}_convolution_1", f"{name}_convolution_2"
    y = activate(normalize(x, style.normalization, first), style.activation, first)
    y = convolution(y, filters, kernel_size, style, first, stride=stride, bias=style.bias)
    y = activate(normalize(y, style.normalization, second), style.activation, second)
    y = convolution(drop(y, dropout, second), filters, kernel_size, style, second)
    if y.shape != x.shape:
        x = convolve(x, filters, 1, style, f"{name}_shortcut", stride=stride, bias=False)
    return keras.layers.Add(name=f"{name}_sum")([x, y])


def residual_stages(
    x: keras.KerasTensor,
    style: Style,
    *,
    filters: Sequence[int],
    blocks: int | Sequence[int],
    kernel_sizes: int | Sequence[Size],
    strides: int | Sequence[Size],
    dropout: float | Sequence[float] = 0.0,
    prefix: str = "",
) -> keras.KerasTensor:
    """Return the activated feature map after all stages.

    Parameters are those of `resnet1d`, and the beginning of the layers' names.
    """
    widths = listed(filters)
    n = len(widths)
    stages = zip(
        widths,
        per_layer(blocks, n, "blocks"),
        per_layer(kernel_sizes, n, "kernel_sizes"),
        per_layer(strides, n, "strides"),
        per_layer(dropout, n, "block_dropout"),
        strict=True,
    )
    for stage, (width, depth, kernel, stride, rate) in enumerate(stages, start=1):
        for block in range(1, depth + 1):
            name = f"{prefix}stage_{stage}_block_{block}"
            step = stride if block == 1 else 1
            x = residual_block(x, width, kernel, style, name, stride=step, dropout=rate)
    last = f"{prefix}last"
    return activate(normalize(x, style.normalization, last), style.activation, last)


def _resnet(
    *,
    input_spec: InputSpec,
    head: AnswerKind,
    rank: int,
    family: str,
    stem_filters: int,
    stem_kernel_size: Size,
    stem_stride: Size,
    stem_pool_size: Size,
    filters: Sequence[int],
    blocks: int | Sequence[int],
    kernel_sizes: int | Sequence[Size],
    strides: int | Sequence[Size],
    global_pooling: GlobalPooling,
    units: Sequence[int],
    activation: str,
    normalization: Normalization,
    block_dropout: float | Sequence[float],
    dropout: float | Sequence[float],
    l1: float,
    l2: float,
    initializer: str,
) -> keras.Model:
    inputs = input_tensor(input_spec, rank, family)
    style = Style(activation, normalization, initializer, l1, l2)
    x = after_first_layer(inputs, input_spec)
    x = convolve(x, stem_filters, stem_kernel_size, style, "stem", stride=stem_stride)
    x = residual_stages(
        pool(x, stem_pool_size, "max", "stem"),
        style,
        filters=filters,
        blocks=blocks,
        kernel_sizes=kernel_sizes,
        strides=strides,
        dropout=block_dropout,
    )
    x = dense_stack(global_pool(x, global_pooling), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name=family)
