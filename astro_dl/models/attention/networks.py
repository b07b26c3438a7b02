"""Transformers for series and images.

series_transformer  patches of a series, or points with times ─ dense ─ + place or time
                    ─ [attention ─ dense × 2] × n ─ gated pool ─ embedding ─ logits

vit_tiny            image ─ two strided convolutions ─ patches ─ dense ─ + place
                    ─ [attention ─ dense × 2] × n ─ gated pool ─ embedding ─ logits
"""

import math
from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.attention.layers import (
    Channels,
    Known,
    Places,
    Waves,
    attention_block,
    gated_pool,
)
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Style,
    after_first_layer,
    convolve,
    drop,
    input_tensor,
)


def series_transformer(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    patch_size: int = 1,
    time_channel: int | None = None,
    mask_channel: int | None = None,
    shortest_period: float = 2.0,
    longest_period: float = 1000.0,
    width: int = 64,
    depth: int = 3,
    heads: int = 4,
    units: int = 128,
    activation: str = "gelu",
    dropout: float = 0.1,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a transformer for series, evenly sampled or not (Vaswani et al. 2017).

    Points with a time of their own may stand in any order, and points that are marked as not
    observed change nothing. Times should count from the first point or the object's own event:
    absolute dates tell the season, and a network would learn it.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (steps, channels).
    head : AnswerKind
        Any kind.
    patch_size : int
        Steps that make one token, of evenly sampled series; what is left over at the end is not
        looked at.
    time_channel : int or None
        Channel that holds the times; None for an evenly sampled series.
    mask_channel : int or None
        Channel that is 1 where a step was observed and 0 where it is padding.
    shortest_period, longest_period : float
        Of the waves by which times are told, in their unit.
    width : int
        Numbers in a token, a multiple of ``heads``.
    depth, heads : int
        Blocks, and how many attend in each.
    units : int
        Width of the dense layer in each block.
    activation : str
        Keras name of the activation.
    dropout : float
        Rate in every block, and before the embedding.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank, a channel is not there, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 2, "series_transformer")
    steps, channels = inputs.shape[1:]
    style = Style(activation, "none", initializer, l1, l2)
    for name, channel in (("time_channel", time_channel), ("mask_channel", mask_channel)):
        if channel is not None and not 0 <= channel < channels:
            raise UsageError(f"{name} is {channel}; accepted: 0 to {channels - 1}, or null")
    told = {channel for channel in (time_channel, mask_channel) if channel is not None}
    if not 1 <= patch_size <= steps or (told and patch_size > 1):
        raise UsageError(
            f"patch_size is {patch_size}; accepted: 1 to {steps}, and 1 where there are times or "
            "marks"
        )
    values = [channel for channel in range(channels) if channel not in told]
    if not values:
        raise UsageError("time_channel and mask_channel leave no channel of values")
    x = inputs if not told else Channels(values, name="value_channels")(inputs)
    if patch_size > 1:
        tokens = steps // patch_size
        cut = keras.layers.Cropping1D((0, steps - tokens * patch_size), name="whole_patches")
        x = keras.layers.Reshape((tokens, patch_size * channels), name="patches")(cut(x))
    known = None
    if mask_channel is not None:
        known = Known(name="known")(Channels([mask_channel], name="marks")(inputs))
    if time_channel is not None:
        # In half precision a day of a long series is rounded off.
        times = Channels([time_channel], name="times", dtype="float32")(inputs)
        waves = Waves(width, shortest_period, longest_period, name="waves", dtype="float32")(times)
        x = keras.layers.Concatenate(name="values_in_time")([x, waves])
    x = keras.layers.Dense(width, name="tokens", **style.kernel_options)(x)
    if time_channel is None:
        x = Places((x.shape[1],), name="places")(x)
    x = _blocks(x, style, depth, heads, units, dropout, known)
    x = drop(gated_pool(x, style, known), dropout, "pool")
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="series_transformer")


def vit_tiny(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    stem_filters: Sequence[int] = (32, 64),
    patch_size: int = 2,
    width: int = 96,
    depth: int = 4,
    heads: int = 4,
    units: int = 192,
    activation: str = "gelu",
    dropout: float = 0.1,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a small transformer for images, after convolutions (Xiao et al. 2021).

    Below some hundred thousand images without such a stem it loses to convolutional networks.

    Parameters
    ----------
    input_spec : InputSpec
        Images of shape (height, width, channels).
    head : AnswerKind
        Any kind.
    stem_filters : sequence of int
        Filters of the convolutions before, each of which halves the sides; empty for none.
    patch_size : int
        Side of the patches of the stem's map that make one token.
    width, depth, heads, units, activation, dropout, l1, l2, initializer
        As those of `series_transformer`.

    Raises
    ------
    UsageError
        If the input has another rank, is smaller than a patch, or a hyper-parameter is out of
        range.
    """
    inputs = input_tensor(input_spec, 3, "vit_tiny")
    style = Style(activation, "none", initializer, l1, l2)
    x = after_first_layer(inputs, input_spec)
    for number, filters in enumerate(stem_filters, start=1):
        x = convolve(x, filters, 3, style, f"stem_{number}", stride=2)
        x = activate(x, activation, f"stem_{number}")
    if not 1 <= patch_size <= min(x.shape[1:3]):
        raise UsageError(f"patch_size is {patch_size}; accepted: 1 to {min(x.shape[1:3])}")
    x = convolve(x, width, patch_size, style, "tokens", stride=patch_size, padding="valid")
    grid = x.shape[1:3]
    x = keras.layers.Reshape((math.prod(grid), width), name="positions")(x)
    x = _blocks(Places(grid, name="places")(x), style, depth, heads, units, dropout, None)
    x = drop(gated_pool(x, style), dropout, "pool")
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="vit_tiny")


def _blocks(
    x: keras.KerasTensor,
    style: Style,
    depth: int,
    heads: int,
    units: int,
    dropout: float,
    known: keras.KerasTensor | None,
) -> keras.KerasTensor:
    width = x.shape[-1]
    if heads < 1 or width % heads or width % 2:
        raise UsageError(
            f"width is {width} and heads {heads}; accepted: an even width that is a multiple"
        )
    for number in range(1, depth + 1):
        x = attention_block(
            x,
            style,
            heads=heads,
            units=units,
            dropout=dropout,
            known=known,
            name=f"block_{number}",
        )
    return keras.layers.LayerNormalization(name="normalization")(x)
