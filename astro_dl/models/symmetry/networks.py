"""Networks whose answer is exactly the same for all eight orientations of an image.

input ─ kernels in eight orientations, stride 2 ─ pool 2
      ─ [kernels in eight orientations ─ activation ─ pool 2] × n
      ─ largest over orientations ─ features ─ global pool ─ [dense ─ dropout] × m ─ embedding
      ─ logits

A stage of several convolutions adds its input to their result, as in a residual network.
"""

from collections.abc import Sequence
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    GlobalPooling,
    Style,
    dense_stack,
    drop,
    global_pool,
    input_tensor,
    listed,
    pool,
)
from astro_dl.models.symmetry.layers import ORDER, OrientationPooling, SquareGroupConvolution


def symmetric_cnn2d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    fields: Sequence[int] = (4, 6, 8),
    first_kernel: int = 6,
    blocks: int = 0,
    batch_normalization: bool = False,
    global_pooling: GlobalPooling = "average",
    units: Sequence[int] = (64,),
    activation: str = "relu",
    convolution_dropout: float = 0.0,
    dropout: float | Sequence[float] = 0.3,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a convolutional network that no quarter turn and no mirror can deceive.

    Parameters
    ----------
    input_spec : InputSpec
        Square images (size, size, channels), whose size the pools divide evenly.
    head : AnswerKind
        Any kind.
    fields : sequence of int
        Maps of each orientation, by stage: the layers have eight times as many.
    first_kernel : int
        Even width of the first kernel [pixels], which has a stride of two.
    blocks : int
        Residual pairs of convolutions in each stage after its first convolution.
    batch_normalization : bool
        Whether fields are normalised over batch, pixels and orientations.
    global_pooling : {"average", "max", "attention"}
        How the last map becomes a vector; flattened it would know orientations again.
    units : sequence of int
        Of the dense layers.
    activation : str
        Keras name of the activation.
    convolution_dropout, dropout : float
        Rates after stages and after dense layers.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the image is not square or cannot be halved so often, or a hyper-parameter is out of
        range.

    References
    ----------
    Cohen & Welling (2016), arXiv:1602.07576; on radio galaxies Scaife & Porter (2021),
    arXiv:2102.08252.
    """
    inputs = input_tensor(input_spec, 3, "symmetric_cnn2d")
    widths = listed(fields)
    _check(tuple(inputs.shape[1:3]), len(widths), first_kernel, global_pooling)
    style = Style(activation, "batch" if batch_normalization else "none", initializer, l1, l2)
    x: Any = inputs
    for number, width in enumerate(widths, start=1):
        name = f"stage_{number}"
        first = number == 1
        size, step = (first_kernel, 2) if first else (3, 1)
        x = _convolution(x, width, size, style, name, strides=step, from_image=first)
        for block in range(1, blocks + 1):
            inner = _convolution(x, width, 3, style, f"{name}_block_{block}a")
            x = keras.layers.Add(name=f"{name}_block_{block}")(
                [x, _convolution(inner, width, 3, style, f"{name}_block_{block}b")]
            )
        x = drop(pool(x, 2, "max", name), convolution_dropout, name)
    x = global_pool(OrientationPooling(name="orientation_pool")(x), global_pooling)
    x = dense_stack(x, units, dropout, Style(activation, "none", initializer, l1, l2))
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="symmetric_cnn2d")


def _convolution(
    x: Any, fields: int, size: int, style: Style, name: str, **options: Any
) -> keras.KerasTensor:
    """Return a map after a convolution, a normalisation of each field, and the activation."""
    layer = SquareGroupConvolution(
        fields, size, use_bias=style.bias, name=name, **options, **style.kernel_options
    )
    x = layer(x)
    if not style.bias:
        height, width, channels = x.shape[1:]
        apart = keras.layers.Reshape((height, width, ORDER, fields), name=f"{name}_apart")(x)
        normal = keras.layers.BatchNormalization(name=f"{name}_normalization")(apart)
        x = keras.layers.Reshape((height, width, channels), name=f"{name}_together")(normal)
    return activate(x, style.activation, name)


def _check(sides: tuple[int, int], stages: int, first_kernel: int, pooling: GlobalPooling) -> None:
    if pooling == "flatten":
        raise UsageError(
            "global_pooling is 'flatten', which knows orientations; accepted: average, max, "
            "attention"
        )
    if first_kernel % 2:
        raise UsageError(f"first_kernel is {first_kernel}; accepted: an even number")
    if sides[0] != sides[1] or sides[0] % 2 ** (stages + 1):
        raise UsageError(
            f"images of {sides[0]} × {sides[1]} pixels cannot be halved {stages + 1} times with "
            f"all orientations alike; accepted: square ones whose sides are multiples of "
            f"{2 ** (stages + 1)}"
        )
