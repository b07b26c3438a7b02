"""Blocks that the families share: a tensor in, a tensor out, every layer named.

A block named ``x`` holds ``x`` (the layer with weights), ``x_normalization``, ``x_activation``,
``x_pool`` and ``x_dropout``, in this order and only where they do something.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate, initializer

Normalization = Literal["none", "batch", "layer", "group"]
Pooling = Literal["max", "average"]
GlobalPooling = Literal["flatten", "average", "max", "attention"]
Size = int | Sequence[int]

NORMALIZATIONS = {
    "batch": keras.layers.BatchNormalization,
    "layer": keras.layers.LayerNormalization,
    "group": keras.layers.GroupNormalization,
}
CONVOLUTIONS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}
POOLS = {
    ("max", 1): keras.layers.MaxPooling1D,
    ("max", 2): keras.layers.MaxPooling2D,
    ("max", 3): keras.layers.MaxPooling3D,
    ("average", 1): keras.layers.AveragePooling1D,
    ("average", 2): keras.layers.AveragePooling2D,
    ("average", 3): keras.layers.AveragePooling3D,
}
GLOBAL_POOLS = {
    ("max", 1): keras.layers.GlobalMaxPooling1D,
    ("max", 2): keras.layers.GlobalMaxPooling2D,
    ("max", 3): keras.layers.GlobalMaxPooling3D,
    ("average", 1): keras.layers.GlobalAveragePooling1D,
    ("average", 2): keras.layers.GlobalAveragePooling2D,
    ("average", 3): keras.layers.GlobalAveragePooling3D,
}
SHAPES = {
    1: "(features,)",
    2: "(steps, channels)",
    3: "(height, width, channels)",
    4: "(depth, height, width, channels)",
}
"""What the axes of one example are, by their number."""


@dataclass(frozen=True)
class Style:
    """What the layers of one model have in common.

    Parameters
    ----------
    activation : str
        Keras name of the activation after each hidden layer, or with its settings, see
        `astro_dl.models.activations`.
    normalization : {"none", "batch", "layer", "group"}
        What stands between a hidden layer and its activation.
    initializer : str
        Keras name of the initialiser of kernels, or with its settings.
    l1, l2 : float
        Penalties on kernels.
    """

    activation: str = "relu"
    normalization: Normalization = "none"
    initializer: str = "glorot_uniform"
    l1: float = 0.0
    l2: float = 0.0

    @property
    def kernel_options(self) -> dict[str, Any]:
        """Arguments of every layer with a kernel."""
        return {"kernel_initializer": initializer(self.initializer), **self.penalty}

    @property
    def penalty(self) -> dict[str, Any]:
        """The regulariser argument; a fresh one for each layer."""
        if min(self.l1, self.l2) < 0:
            raise UsageError(f"l1 and l2 must not be negative, not {self.l1:g} and {self.l2:g}")
        if self.l1 == self.l2 == 0:
            return {}
        return {"kernel_regularizer": keras.regularizers.L1L2(l1=self.l1, l2=self.l2)}

    @property
    def bias(self) -> bool:
        """Whether layers need a bias: a normalisation would subtract it again."""
        return self.normalization == "none"


def input_tensor(input_spec: InputSpec, rank: int, family: str) -> keras.KerasTensor:
    """Return the input of a model that takes one array of this rank.

    Parameters
    ----------
    input_spec : InputSpec
        The task's input.
    rank : int
        Number of axes of one example.
    family : str
        Whose input it is, for the error.

    Raises
    ------
    UsageError
        If the task gives several arrays or one of another rank.
    """
    shape = input_spec.shape
    if isinstance(shape, dict):
        names = ", ".join(shape)
        raise UsageError(f"{family} takes one input array; the task gives several: {names}")
    if len(shape) != rank or min(shape) < 1:
        raise UsageError(f"{family} takes inputs of shape {SHAPES[rank]}, not {tuple(shape)}")
    return keras.Input(shape, name="input")


def input_layers(input_spec: InputSpec) -> Any:
    """Return the inputs of a model that takes what a task gives: one, or several by name."""
    shapes = input_spec.shape
    if isinstance(shapes, dict):
        return {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    return keras.Input(shapes, name="input")


def after_first_layer(x: keras.KerasTensor, input_spec: InputSpec) -> keras.KerasTensor:
    """Return an input as the builder wants it seen, see `astro_dl.core.task.InputSpec`."""
    return x if input_spec.first_layer is None else input_spec.first_layer(x)


def listed(value: int | Sequence[int]) -> tuple[int, ...]:
    """Return one width or several as a tuple."""
    return (value,) if isinstance(value, int) else tuple(value)


def per_layer(value: Any, n: int, what: str) -> tuple[Any, ...]:
    """Return one value per layer from a single value or a sequence of n.

    Raises
    ------
    UsageError
        If the sequence has another length.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        return (value,) * n
    if len(value) != n:
        raise UsageError(f"{what} has {len(value)} values for {n} layers: give one, or one each")
    return tuple(value)


def normalize(x: keras.KerasTensor, kind: Normalization, name: str) -> keras.KerasTensor:
    """Return normalised features; ``"none"`` returns them as they are."""
    if kind == "none":
        return x
    if kind not in NORMALIZATIONS:
        raise unknown_name("normalization", kind, ("none", *NORMALIZATIONS))
    # as many groups as divide the channels, 8 at most
    options = {"groups": math.gcd(8, x.shape[-1])} if kind == "group" else {}
    return NORMALIZATIONS[kind](name=f"{name}_normalization", **options)(x)


def drop(x: keras.KerasTensor, rate: float, name: str) -> keras.KerasTensor:
    """Return features with dropout; a rate of zero returns them as they are."""
    if not 0 <= rate < 1:
        raise UsageError(f"dropout must lie in [0, 1), not {rate!r}")
    return keras.layers.Dropout(rate, name=f"{name}_dropout")(x) if rate else x


def convolve(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: Size,
    style: Style,
    name: str,
    *,
    stride: Size = 1,
    dilation: Size = 1,
    padding: str = "same",
    bias: bool = True,
) -> keras.KerasTensor:
    """Return a convolution (no normalisation, no activation), in as many dimensions as ``x`` has.

    Raises
    ------
    UsageError
        If the kernel is longer than what it convolves, or the padding is unknown.
    """
    dimensions = len(x.shape) - 2
    if padding not in ("same", "valid"):
        raise unknown_name("padding", padding, ("same", "valid"))
    kernels, dilations = (per_layer(value, dimensions, name) for value in (kernel_size, dilation))
    for length, kernel, step in zip(x.shape[1:-1], kernels, dilations, strict=True):
        reach = (kernel - 1) * step + 1
        if padding == "valid" and reach > length:
            raise UsageError(
                f"the kernel of {name} spans {reach} samples, its input has {length}: use "
                "padding 'same', or smaller kernels, pools and strides before it"
            )
    layer = CONVOLUTIONS[dimensions](
        filters,
        kernel_size,
        strides=stride,
        dilation_rate=dilation,
        padding=padding,
        use_bias=bias,
        name=name,
        **style.kernel_options,
    )
    return layer(x)


def pool(
    x: keras.KerasTensor, size: Size, kind: Pooling, name: str, stride: Size | None = None
) -> keras.KerasTensor:
    """Return pooled features; a size of 1 returns them as they are.

    Pools follow one another without overlap unless a stride is given.

    Raises
    ------
    UsageError
        If less than one pool fits, or the kind is unknown.
    """
    dimensions = len(x.shape) - 2
    if kind not in ("max", "average"):
        raise unknown_name("pooling", kind, ("max", "average"))
    sizes = per_layer(size, dimensions, name)
    if all(width == 1 for width in sizes):
        return x
    for length, width in zip(x.shape[1:-1], sizes, strict=True):
        if width > length:
            raise UsageError(
                f"the pool of {name} takes {width} samples, its input has {length}: use fewer or "
                "smaller pools, or padding 'same'"
            )
    return POOLS[kind, dimensions](sizes, stride, name=f"{name}_pool")(x)


def global_pool(x: keras.KerasTensor, kind: GlobalPooling) -> keras.KerasTensor:
    """Return one vector per example from a feature map.

    ``"attention"`` is the mean over positions weighted by a softmax of one learned score each.
    The map itself is the output of the layer ``"features"``, which Grad-CAM explains.
    """
    x = keras.layers.Identity(name="features")(x)
    dimensions = len(x.shape) - 2
    if kind == "flatten":
        return keras.layers.Flatten(name="flatten")(x)
    if kind == "attention":
        if dimensions > 1:
            x = keras.layers.Reshape((-1, x.shape[-1]), name="positions")(x)
        scores = keras.layers.Dense(1, use_bias=False, name="attention_scores")(x)
        weights = keras.layers.Softmax(axis=1, name="attention_weights")(scores)
        mean = keras.layers.Dot(axes=1, name="attention")([weights, x])
        return keras.layers.Flatten(name="flatten")(mean)
    if kind not in ("max", "average"):
        raise unknown_name("global_pooling", kind, ("flatten", "average", "max", "attention"))
    return GLOBAL_POOLS[kind, dimensions](name="global_pool")(x)


def dense_stack(
    x: keras.KerasTensor,
    units: Size,
    dropout: float | Sequence[float],
    style: Style,
    prefix: str = "",
) -> keras.KerasTensor:
    """Return the output of dense layers ``dense_1``, ``dense_2`` …, each followed by dropout.

    Parameters
    ----------
    x : KerasTensor
        Shape (batch, width).
    units : int or sequence of int
        Width of each layer; empty for none.
    dropout : float or sequence of float
        Rate after every layer, or one rate each.
    style : Style
        Activation, normalisation, initialiser and penalties.
    prefix : str
        Beginning of the layers' names.
    """
    widths = listed(units)
    rates = per_layer(dropout, len(widths), "dropout")
    for number, (width, rate) in enumerate(zip(widths, rates, strict=True), start=1):
        name = f"{prefix}dense_{number}"
        dense = keras.layers.Dense(width, use_bias=style.bias, name=name, **style.kernel_options)
        x = normalize(dense(x), style.normalization, name)
        x = drop(activate(x, style.activation, name), rate, name)
    return x
