"""CMU DeepLens, a network for images of gravitational lenses.

image ─ convolution 7×7 ─ stages of pre-activated bottlenecks ─ features ─ global pool
      ─ embedding ─ logits

bottleneck:    x ─┬─ [normalisation ─ activation ─ convolution] × 3 (1×1, 3×3, 1×1) ─┐
                  └─ [1×1 convolution where shape or stride changes] ────────────────+─
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    GlobalPooling,
    Normalization,
    Style,
    convolve,
    dense_stack,
    global_pool,
    input_tensor,
    listed,
    normalize,
    per_layer,
)


def deeplens(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    stem_filters: int = 32,
    stem_kernel_size: int = 7,
    filters: Sequence[int] = (32, 64, 128, 256, 512),
    blocks: int | Sequence[int] = 3,
    strides: int | Sequence[int] = (1, 2, 2, 2, 2),
    global_pooling: GlobalPooling = "average",
    units: Sequence[int] = (),
    activation: str = "elu",
    normalization: Normalization = "batch",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return the network of Lanusse et al. (2018, arXiv:1703.02642, fig. 4), for any image size.

    Parameters
    ----------
    input_spec : InputSpec
        Images of shape (height, width, bands), in units of the noise.
    head : AnswerKind
        Any kind.
    stem_filters, stem_kernel_size : int
        The convolution before the blocks.
    filters : sequence of int
        Filters that leave the blocks of each stage; inside they have half as many.
    blocks : int or sequence of int
        Bottlenecks in each stage: one number, or one each.
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
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input is no image or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "deeplens")
    style = Style(activation, normalization, initializer, l1, l2)
    x = convolve(inputs, stem_filters, stem_kernel_size, style, "stem")
    widths = listed(filters)
    depths = per_layer(blocks, len(widths), "blocks")
    steps = per_layer(strides, len(widths), "strides")
    for stage, (width, depth, step) in enumerate(zip(widths, depths, steps, strict=True), start=1):
        for block in range(1, depth + 1):
            name = f"stage_{stage}_block_{block}"
            x = bottleneck(x, width, style, name, stride=step if block == 1 else 1)
    x = dense_stack(global_pool(x, global_pooling), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="deeplens")


def bottleneck(
    x: keras.KerasTensor, filters: int, style: Style, name: str, *, stride: int = 1
) -> keras.KerasTensor:
    """Return the sum of the input and three pre-activated convolutions, the middle one narrow.

    Where the stride or the number of filters changes the shape, the shortcut is a convolution of
    width 1 (He et al. 2016, arXiv:1603.05027, sec. 4).
    """
    y = x
    layers = ((filters // 2, 1, stride), (filters // 2, 3, 1), (filters, 1, 1))
    for number, (width, kernel, step) in enumerate(layers, start=1):
        label = f"{name}_convolution_{number}"
        y = activate(normalize(y, style.normalization, label), style.activation, label)
        y = convolve(y, width, kernel, style, label, stride=step, bias=number == 3 or style.bias)
    if y.shape != x.shape:
        x = convolve(x, filters, 1, style, f"{name}_shortcut", stride=stride, bias=False)
    return keras.layers.Add(name=f"{name}_sum")([x, y])
