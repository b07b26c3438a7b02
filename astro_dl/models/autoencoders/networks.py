"""Autoencoders, plain and variational, for tables, series and images.

input ─ [convolution ─ pool] × n ─ [dense] × m ─ code = embedding ─ [dense] × m
      ─ [upsampling ─ convolution] × n ─ reconstruction ─ squared errors, cost of the code = logits

Convolutions and pools are for series and images. The encoder's hidden layers bear the names of
those of `astro_dl.models.mlp.mlp`, `cnn1d` and `cnn2d`, which can start from its weights.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.autoencoders.latent import CodeMagnitude, GaussianSample, KullbackLeibler
from astro_dl.models.autoencoders.reconstruction import REBUILT, has_marks
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_reconstruction
from astro_dl.models.layers import (
    Normalization,
    Style,
    convolve,
    dense_stack,
    input_tensor,
    listed,
    normalize,
    per_layer,
)

UPSAMPLINGS = {1: keras.layers.UpSampling1D, 2: keras.layers.UpSampling2D}
CROPPINGS = {1: keras.layers.Cropping1D, 2: keras.layers.Cropping2D}


def autoencoder(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    latent_size: int = 4,
    units: Sequence[int] = (64, 32),
    filters: Sequence[int] = (16, 32),
    kernel_sizes: int | Sequence[int] = 5,
    pool_sizes: int | Sequence[int] = 4,
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    noise: float = 0.0,
    sparsity: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return an autoencoder.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (features,), (steps, channels) or (height, width, channels).
    head : AnswerKind
        Of kind ``"reconstruction"``.
    latent_size : int
        Length of the code.
    units : sequence of int
        Width of each dense hidden layer of the encoder; the decoder has them in reverse.
    filters : sequence of int
        Filters of each convolution of the encoder of series and images; empty for none.
    kernel_sizes, pool_sizes : int or sequence of int
        Of each convolution, and of the pool after it [samples of its input], along each axis.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each hidden layer and its activation.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each (of the encoder).
    noise : float
        Standard deviation of Gaussian noise on inputs in training, which the network learns to
        remove (Vincent et al. 2008).
    sparsity : float
        Weight of the mean absolute value of the code in the loss.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input or the head is of another kind, or a hyper-parameter is out of range.
    """
    shape = _Shape(listed(units), listed(filters), kernel_sizes, pool_sizes, dropout)
    style = Style(activation, normalization, initializer, l1, l2)
    inputs = _input(input_spec, head, latent_size, "autoencoder")
    features = _encoded(inputs, noise, shape, style)
    latent = keras.layers.Dense(latent_size, name="latent", **style.kernel_options)(features)
    code = keras.layers.Identity(name="embedding")(latent)
    cost = CodeMagnitude(sparsity, dtype="float32", name="code_cost")(code)
    rebuilt = _decoded(code, input_spec, shape, style)
    values = attach_reconstruction(inputs, rebuilt, cost, has_marks(input_spec))
    return keras.Model(inputs, values, name="autoencoder")


def vae(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    latent_size: int = 4,
    units: Sequence[int] = (64, 32),
    filters: Sequence[int] = (16, 32),
    kernel_sizes: int | Sequence[int] = 5,
    pool_sizes: int | Sequence[int] = 4,
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    noise: float = 0.0,
    kl_weight: float = 0.1,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a variational autoencoder (Kingma & Welling 2014, arXiv:1312.6114).

    Codes are drawn in training; otherwise they are the means, which are the embedding.

    Parameters
    ----------
    kl_weight : float
        Twice the variance of the Gaussian that the decoder stands for, in the squared unit of the
        inputs: the loss is the mean squared error plus ``kl_weight`` / values × the divergence of
        the code from the unit Gaussian [nat], the evidence lower bound up to scale. Larger values
        give smoother codes, as β of Higgins et al. (2017).
    **others
        As those of `autoencoder`.

    Raises
    ------
    UsageError
        If the input or the head is of another kind, or a hyper-parameter is out of range.
    """
    if kl_weight < 0:
        raise UsageError(f"kl_weight is {kl_weight:g}; accepted: 0 and above")
    shape = _Shape(listed(units), listed(filters), kernel_sizes, pool_sizes, dropout)
    style = Style(activation, normalization, initializer, l1, l2)
    inputs = _input(input_spec, head, latent_size, "vae")
    features = _encoded(inputs, noise, shape, style)
    dense = {"dtype": "float32", **style.kernel_options}
    mean = keras.layers.Dense(latent_size, name="latent", **dense)(features)
    mean = keras.layers.Identity(dtype="float32", name="embedding")(mean)
    log_variance = keras.layers.Dense(
        latent_size, name="latent_log_variance", **{**dense, **style.penalty}
    )(features)
    gaussian = [mean, log_variance]
    weight = kl_weight / math.prod(_rebuilt_shape(input_spec))
    cost = KullbackLeibler(weight, dtype="float32", name="code_cost")(gaussian)
    code = GaussianSample(name="sample")(gaussian)
    rebuilt = _decoded(code, input_spec, shape, style)
    values = attach_reconstruction(inputs, rebuilt, cost, has_marks(input_spec))
    return keras.Model(inputs, values, name="vae")


@dataclass(frozen=True)
class _Shape:
    """Widths of encoder and decoder."""

    units: tuple[int, ...]
    filters: tuple[int, ...]
    kernel_sizes: int | Sequence[int]
    pool_sizes: int | Sequence[int]
    dropout: float | Sequence[float]

    @property
    def decoder_dropout(self) -> tuple[float, ...]:
        """The rates in reverse."""
        return per_layer(self.dropout, len(self.units), "dropout")[::-1]


def _input(
    input_spec: InputSpec, head: AnswerKind, latent_size: int, family: str
) -> keras.KerasTensor:
    if head.labelled:
        raise UsageError(f"{family} rebuilds its input; it gives no {head.kind} answers")
    if REBUILT in input_spec.contract:
        raise UsageError(
            f"{family} rebuilds all of its input, of which {input_spec.contract[REBUILT]} alone is "
            "to be rebuilt; take a model made for it"
        )
    if latent_size < 1:
        raise UsageError(f"latent_size is {latent_size}; accepted: 1 and above")
    rank = 1 if isinstance(input_spec.shape, dict) else len(input_spec.shape)
    return input_tensor(input_spec, rank, family)


def _rebuilt_shape(input_spec: InputSpec) -> tuple[int, ...]:
    assert not isinstance(input_spec.shape, dict)
    *steps, width = input_spec.shape
    return (*steps, width // 2 if has_marks(input_spec) else width)


def _encoded(x: keras.KerasTensor, noise: float, shape: _Shape, style: Style) -> keras.KerasTensor:
    if noise < 0:
        raise UsageError(f"noise is {noise:g}; accepted: 0 and above")
    x = keras.layers.GaussianNoise(noise, name="noise")(x) if noise else x
    if len(x.shape) > 2:
        x = convolution_stack(
            x,
            style,
            filters=shape.filters,
            kernel_sizes=shape.kernel_sizes,
            pool_sizes=shape.pool_sizes,
        )
        x = keras.layers.Flatten(name="flatten")(x)
    return dense_stack(x, shape.units, shape.dropout, style)


def _decoded(
    code: keras.KerasTensor, input_spec: InputSpec, shape: _Shape, style: Style
) -> keras.KerasTensor:
    x = dense_stack(code, shape.units[::-1], shape.decoder_dropout, style, "decoder_")
    target = _rebuilt_shape(input_spec)
    if len(target) == 1:
        return keras.layers.Dense(*target, name="decoder_output", **style.kernel_options)(x)
    return _decoded_map(x, target, shape, style)


def _decoded_map(
    x: keras.KerasTensor, target: tuple[int, ...], shape: _Shape, style: Style
) -> keras.KerasTensor:
    """Return a series or image by the encoder's convolutions in reverse, its surplus cut off."""
    *sizes, channels = target
    dimensions, layers = len(sizes), len(shape.filters)
    pools = per_layer(shape.pool_sizes, layers, "pool_sizes")
    kernels = per_layer(shape.kernel_sizes, layers, "kernel_sizes")
    shrunk = math.prod(pools)
    start = tuple(-(-size // shrunk) for size in sizes)
    widths = (*shape.filters[::-1], channels)
    dense = keras.layers.Dense(
        math.prod(start) * widths[0], name="decoder_start", **style.kernel_options
    )
    x = keras.layers.Reshape((*start, widths[0]), name="decoder_series")(dense(x))
    for number in range(layers):
        name = f"decoder_convolution_{number + 1}"
        x = activate(normalize(x, style.normalization, name), style.activation, name)
        x = UPSAMPLINGS[dimensions](pools[-1 - number], name=f"{name}_upsampling")(x)
        x = convolve(x, widths[number + 1], kernels[-1 - number], style, name)
    surplus = [(0, first * shrunk - size) for first, size in zip(start, sizes, strict=True)]
    if not any(last for _, last in surplus):
        return x
    cut: Any = surplus if dimensions > 1 else surplus[0]
    return CROPPINGS[dimensions](cut, name="decoder_output")(x)
