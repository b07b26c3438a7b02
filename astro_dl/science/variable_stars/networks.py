"""Networks that look at one variable star.

variable_iresnet  folded curve ─ [cyclic residual block × m ─ cyclic pool] × n ─ + features at every
                  phase ─ pointwise × 2 ─ mean over phase ─ embedding ─ logits

variable_gru      points in time ─ [GRU] × n ─ mean over points ─┐
                  features ─ standardisation ────────────────────┴ dense × m ─ embedding ─ logits

Inputs are a dict of ``folded`` (bins, 2) or ``sequence`` (steps, 5), and ``features`` (k,), see
`astro_dl.science.variable_stars.inputs`; or the first alone, as a plain array.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.attention.layers import Channels, Known
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Style,
    convolve,
    dense_stack,
    drop,
    normalize,
)
from astro_dl.science.variable_stars.inputs import ERROR, KNOWN, LOG_STEP, MAGNITUDE
from astro_dl.science.variable_stars.layers import (
    CyclicJoin,
    CyclicPadding,
    CyclicPooling,
    MeanOfKnown,
)

Tensors = dict[str, keras.KerasTensor]


def variable_iresnet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: int = 32,
    levels: int = 4,
    blocks: int = 2,
    kernel_size: int = 5,
    units: int = 64,
    activation: str = "relu",
    normalization: Normalization = "batch",
    dropout: float = 0.1,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return the invariant residual network of Zhang & Bloom (2021) for folded light curves.

    The answer does not depend on the phase at which the curve begins. Theirs has six levels, weight
    normalisation, and pools that keep one step of two.

    Parameters
    ----------
    input_spec : InputSpec
        Folded curves (bins, channels), and features where the input is a dict.
    head : AnswerKind
        Any kind.
    filters : int
        Of every convolution.
    levels, blocks : int
        Levels, each half as fine as the last, and residual blocks of two convolutions in each.
    kernel_size : int
        Bins that a convolution spans, an odd number.
    units : int
        Width of the two pointwise layers after them.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each layer and its activation.
    dropout : float
        Rate in every block, and before the embedding.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the inputs are others, the bins cannot be halved so often, or a hyper-parameter is out of
        range.
    """
    inputs = _named_inputs(input_spec, "folded", "variable_iresnet")
    style = Style(activation, normalization, initializer, l1, l2)
    x = inputs["folded"]
    bins = x.shape[1]
    if levels < 1 or bins % 2 ** (levels - 1):
        raise UsageError(
            f"levels is {levels} for {bins} bins; accepted: 1, and one more for each time that the "
            "bins can be halved"
        )
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise UsageError(f"kernel_size is {kernel_size}; accepted: odd numbers from 1")
    x = _cyclic(x, filters, kernel_size, style, "stem")
    for level in range(1, levels + 1):
        for block in range(1, blocks + 1):
            x = _residual(x, filters, kernel_size, style, dropout, f"level_{level}_block_{block}")
        if level < levels:
            x = CyclicPooling(name=f"level_{level}_pool")(x)
    x = activate(x, activation, "levels")
    x = CyclicJoin(bins, name="phases")(x)
    if "features" in inputs:
        known = keras.layers.RepeatVector(bins, name="features_at_phases")(
            _standardized(inputs["features"])
        )
        x = keras.layers.Concatenate(name="with_features")([x, known])
    for number in (1, 2):
        x = keras.layers.Dense(
            units, use_bias=style.bias, name=f"pointwise_{number}", **style.kernel_options
        )(x)
        x = activate(
            normalize(x, normalization, f"pointwise_{number}"), activation, f"pointwise_{number}"
        )
    x = keras.layers.Identity(name="features_of_phase")(x)
    x = drop(keras.layers.GlobalAveragePooling1D(name="mean_over_phase")(x), dropout, "mean")
    outputs = attach_head(x, head, **style.penalty)
    return keras.Model(_as_given(inputs, input_spec), outputs, name="variable_iresnet")


def variable_gru(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    recurrent_units: Sequence[int] = (48, 48),
    units: Sequence[int] = (64,),
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float = 0.2,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return gated recurrent units on steps of time, magnitudes and errors (Becker et al. 2020).

    No period is needed; the points after the last of a star change nothing.

    Parameters
    ----------
    input_spec : InputSpec
        Sequences (steps, channels), and features where the input is a dict.
    head : AnswerKind
        Any kind.
    recurrent_units : sequence of int
        Width of each recurrent layer.
    units : sequence of int
        Width of each dense layer after the mean over all points.
    activation : str
        Keras name of the activation of the dense layers.
    normalization : {"none", "batch", "layer", "group"}
        Between dense layers and their activations.
    dropout : float
        Rate after every dense layer.
    l1, l2 : float
        Penalties on kernels (recurrent kernels excepted).
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the inputs are others, or a hyper-parameter is out of range.
    """
    inputs = _named_inputs(input_spec, "sequence", "variable_gru")
    style = Style(activation, normalization, initializer, l1, l2)
    points = inputs["sequence"]
    known = Known(name="known")(Channels([KNOWN], name="marks")(points))
    x = Channels([LOG_STEP, MAGNITUDE, ERROR], name="told")(points)
    for number, width in enumerate(recurrent_units, start=1):
        layer = keras.layers.GRU(
            width, return_sequences=True, name=f"gru_{number}", **style.kernel_options
        )
        x = layer(x, mask=known)
    x = MeanOfKnown(name="mean_over_points")([x, known])
    if "features" in inputs:
        x = keras.layers.Concatenate(name="with_features")([x, _standardized(inputs["features"])])
    x = dense_stack(x, units, dropout, style)
    outputs = attach_head(x, head, **style.penalty)
    return keras.Model(_as_given(inputs, input_spec), outputs, name="variable_gru")


def _named_inputs(input_spec: InputSpec, name: str, family: str) -> Tensors:
    shapes = input_spec.shape
    if not isinstance(shapes, dict):
        shapes = {name: shapes}
    if name not in shapes or len(shapes[name]) != 2 or set(shapes) - {name, "features"}:
        raise UsageError(
            f"{family} takes the input {name!r}, and 'features' with it; given: "
            f"{', '.join(f'{key} {shape}' for key, shape in shapes.items())}"
        )
    return {key: keras.Input(shape, name=key) for key, shape in shapes.items()}


def _as_given(inputs: Tensors, input_spec: InputSpec) -> Tensors | keras.KerasTensor:
    return inputs if isinstance(input_spec.shape, dict) else next(iter(inputs.values()))


def _cyclic(
    x: keras.KerasTensor, filters: int, kernel_size: int, style: Style, name: str
) -> keras.KerasTensor:
    x = CyclicPadding(kernel_size // 2, name=f"{name}_padding")(x)
    return convolve(x, filters, kernel_size, style, name, padding="valid", bias=style.bias)


def _residual(
    x: keras.KerasTensor, filters: int, kernel_size: int, style: Style, dropout: float, name: str
) -> keras.KerasTensor:
    y = x
    for number in (1, 2):
        part = f"{name}_{number}"
        y = activate(normalize(y, style.normalization, part), style.activation, part)
        y = _cyclic(drop(y, dropout, part), filters, kernel_size, style, part)
    return keras.layers.Add(name=f"{name}_sum")([x, y])


def _standardized(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return features with each brought to mean zero and unit variance."""
    layer = keras.layers.BatchNormalization(
        center=False, scale=False, name="features_standardization"
    )
    return layer(x)
