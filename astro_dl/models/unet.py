"""U-Nets: an answer for every pixel, from what lies around it on several scales.

input ─ block ──────────────────────────── join ─ block ─ embedding ─ logits
        └ pool ─ block ──────── join ─ block ─ up ┘
                 └ pool ─ block ─ up ┘

A block is [convolution ─ normalisation ─ activation] × n; a join puts the channels side by side.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Style,
    after_first_layer,
    convolve,
    drop,
    input_tensor,
    normalize,
)

SCALE = 2
"""By which the sides of the maps differ from one level to the next."""


def unet2d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (16, 32, 64),
    convolutions: int = 2,
    kernel_size: int = 3,
    activation: str = "relu",
    normalization: Normalization = "batch",
    dropout: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a U-Net.

    It holds no layer that looks at a whole image, and a normalisation by batches is fixed after the
    training: what it says of a pixel depends on the pixels within `reach` of it alone.

    Parameters
    ----------
    input_spec : InputSpec
        Shape (height, width, channels); both sides multiples of 2^(levels − 1).
    head : AnswerKind
        What is asked of every pixel.
    filters : sequence of int
        Channels of each level, the finest first.
    convolutions : int
        In each block.
    kernel_size : int
        Odd.
    activation, normalization, l1, l2, initializer
        See `astro_dl.models.layers.Style`.
    dropout : float
        After the block of the coarsest level.

    Raises
    ------
    UsageError
        If the input does not fit, or the answer is not one for every pixel.

    References
    ----------
    Ronneberger, Fischer & Brox (2015), arXiv:1505.04597, with maps that keep their size and nearest
    neighbours in place of transposed convolutions (Odena et al. 2016, doi:10.23915/distill.00003).
    """
    inputs = input_tensor(input_spec, 3, "unet2d")
    style = Style(activation, normalization, initializer, l1, l2)
    x = encoded_decoded(
        after_first_layer(inputs, input_spec), filters, convolutions, kernel_size, style, dropout
    )
    return keras.Model(inputs, attach_head(x, head), name="unet2d")


def encoded_decoded(
    x: keras.KerasTensor,
    filters: Sequence[int],
    convolutions: int,
    kernel_size: int,
    style: Style,
    dropout: float = 0.0,
) -> keras.KerasTensor:
    """Return a map (batch, H, W, filters[0]) of what `unet2d` sees of another one.

    Raises
    ------
    UsageError
        If the map's sides do not fit.
    """
    _check_sizes(x.shape[1:3], filters, kernel_size)
    finer = []
    for level, width in enumerate(filters):
        if level:
            x = keras.layers.MaxPooling2D(SCALE, name=f"down_{level}_pool")(x)
        x = _block(x, width, convolutions, kernel_size, style, f"down_{level}")
        finer.append(x)
    x = drop(finer.pop(), dropout, "bottom")
    for level, width in reversed([*enumerate(filters)][:-1]):
        x = keras.layers.UpSampling2D(SCALE, name=f"up_{level}_grow")(x)
        x = keras.layers.Concatenate(name=f"up_{level}_join")([finer[level], x])
        x = _block(x, width, convolutions, kernel_size, style, f"up_{level}")
    return x


def reach(filters: Sequence[int], convolutions: int, kernel_size: int) -> int:
    """Return how far away a pixel may be, along either axis, to matter for another.

    A multiple of the coarsest level's scale, so that a grid of tiles which overlap by twice as much
    has its pools where those of the whole image are.
    """
    half, levels = kernel_size // 2, range(len(filters))
    one_way = sum(convolutions * half * SCALE**level for level in levels)
    back = sum(convolutions * half * SCALE**level for level in levels[:-1])
    pools = SCALE ** (len(filters) - 1) - 1
    coarsest = SCALE ** (len(filters) - 1)
    return -(-(one_way + back + 2 * pools) // coarsest) * coarsest


def _block(
    x: keras.KerasTensor, width: int, convolutions: int, kernel_size: int, style: Style, name: str
) -> keras.KerasTensor:
    for number in range(convolutions):
        layer = f"{name}_{number}"
        x = convolve(x, width, kernel_size, style, layer, bias=style.bias)
        x = activate(
            normalize(x, style.normalization, layer), style.activation, f"{layer}_activation"
        )
    return x


def _check_sizes(sides: Sequence[int], filters: Sequence[int], kernel_size: int) -> None:
    if len(filters) < 1 or kernel_size % 2 == 0:
        raise UsageError(
            f"filters {tuple(filters)} and kernel_size {kernel_size}: at least one level and an "
            "odd kernel are needed"
        )
    coarsest = SCALE ** (len(filters) - 1)
    if any(side % coarsest for side in sides):
        raise UsageError(
            f"unet2d with {len(filters)} levels takes images whose sides are multiples of "
            f"{coarsest}, not {sides[0]} × {sides[1]}"
        )
