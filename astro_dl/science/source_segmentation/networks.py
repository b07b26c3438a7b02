"""The published network of morphologies by pixel."""

from collections.abc import Sequence
from functools import partial

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Style,
    after_first_layer,
    convolve,
    drop,
    input_tensor,
    normalize,
)

SCALE = 2


def morpheus(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (8, 16, 32, 16),
    convolutions: int = 4,
    up_convolutions: int = 2,
    kernel_size: int = 3,
    activation: str = "relu",
    dropout: float = 0.5,
) -> keras.Model:
    """Return the U-Net of Morpheus.

    A block normalises by batches, convolves, activates and drops out, in this order. It was
    published with classes weighted by their pixels and an overlap of the background in the loss,
    for images of 40 × 40 pixels in four bands; here the loss is that of the answer.

    Parameters
    ----------
    input_spec : InputSpec
        Shape (height, width, channels); both sides multiples of 2^(levels − 1).
    head : AnswerKind
        What is asked of every pixel.
    filters : sequence of int
        Channels of each level, the finest first. The coarsest has one block.
    convolutions, up_convolutions : int
        Blocks of each other level, on the way down and on the way up.
    kernel_size : int
        Odd.
    activation : str
        See `astro_dl.models.layers.Style`.
    dropout : float
        In all blocks.

    Raises
    ------
    UsageError
        If the input does not fit, or the answer is not one for every pixel.

    References
    ----------
    Hausen & Robertson (2020), arXiv:1906.11248, figure 3 and table 1. Its bicubic enlargement held
    the corners of maps in place, which made a pixel's answer depend on where in a tile it was; here
    it is by the same cubics about the middles of pixels.
    """
    inputs = input_tensor(input_spec, 3, "morpheus")
    if len(filters) < 2 or kernel_size % 2 == 0:
        raise UsageError(
            f"filters {tuple(filters)} and kernel_size {kernel_size}: at least two levels and an "
            "odd kernel are needed"
        )
    coarsest = SCALE ** (len(filters) - 1)
    if any(side % coarsest for side in inputs.shape[1:3]):
        raise UsageError(
            f"morpheus with {len(filters)} levels takes images whose sides are multiples of "
            f"{coarsest}, not {inputs.shape[1]} × {inputs.shape[2]}"
        )
    style = Style(activation, "batch", "he_normal")

    def blocks(x: keras.KerasTensor, count: int, width: int, name: str) -> keras.KerasTensor:
        for number in range(count):
            layer = f"{name}_{number}"
            x = normalize(x, style.normalization, layer)
            x = activate(convolve(x, width, kernel_size, style, layer), style.activation, layer)
            x = drop(x, dropout, layer)
        return x

    x, finer = after_first_layer(inputs, input_spec), []
    for level, width in enumerate(filters[:-1]):
        x = blocks(x, convolutions, width, f"down_{level}")
        finer.append(x)
        x = keras.layers.MaxPooling2D(SCALE, name=f"down_{level}_pool")(x)
    x = blocks(x, 1, filters[-1], "bottom")
    # The way up has the widths of the way down in the same order: 8, 16, 32.
    for number, width in enumerate(filters[:-1]):
        x = keras.layers.UpSampling2D(SCALE, interpolation="bicubic", name=f"up_{number}_grow")(x)
        x = keras.layers.Concatenate(name=f"up_{number}_join")([x, finer[-(number + 1)]])
        x = blocks(x, up_convolutions, width, f"up_{number}")
    layer = partial(keras.layers.Conv2D, kernel_size=kernel_size, padding="same")
    return keras.Model(inputs, attach_head(x, head, layer=layer), name="morpheus")
