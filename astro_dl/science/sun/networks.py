"""Networks for images of solar active regions that begin with what was learnt on photographs.

image ─ normalisation ─ 1×1 convolution to three colours ─ backbone ─ features ─ global pool
      ─ [dense ─ activation ─ dropout] × m ─ embedding ─ logits

Weights of the backbone are read from a file on this machine; nothing is ever downloaded.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.task import InputSpec
from astro_dl.models.backbone import (
    freeze_first,
    in_three_colours,
    limit_momentum,
    read_weights,
)
from astro_dl.models.heads import attach_head
from astro_dl.models.initialization import weights_are_to_be_read
from astro_dl.models.layers import GlobalPooling, Style, dense_stack, global_pool, input_tensor

BackboneName = Literal["mobilenet_v3_small", "resnet50_v2", "efficientnet_v2_b0"]

SMALLEST_SIDE = 32
"""Fewest pixels that leave the backbones, whose strides multiply to 32, anything to look at."""


@dataclass(frozen=True)
class Backbone:
    """A network of `keras.applications`.

    Parameters
    ----------
    application : str
        Its name there.
    weights_file : str
        What Keras calls the file of its ImageNet weights without the classifying layers.
    spread : float
        Standard deviation, roughly, of the values that it was trained on.
    options : mapping
        Further arguments of the application.
    """

    application: str
    weights_file: str
    spread: float
    options: Mapping[str, Any] = field(default_factory=dict)


BACKBONES: dict[str, Backbone] = {
    "mobilenet_v3_small": Backbone(
        "MobileNetV3Small",
        "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
        spread=0.5,
        options={"include_preprocessing": False},
    ),
    "resnet50_v2": Backbone(
        "ResNet50V2", "resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5", spread=0.5
    ),
    "efficientnet_v2_b0": Backbone(
        "EfficientNetV2B0",
        "efficientnetv2-b0_notop.h5",
        spread=1.0,
        options={"include_preprocessing": False},
    ),
}


def ar_transfer(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    backbone: BackboneName = "mobilenet_v3_small",
    weights: str = "auto",
    frozen_layers: int = 0,
    upsampling: int = 1,
    global_pooling: GlobalPooling = "average",
    units: Sequence[int] = (64,),
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.3,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a network of `keras.applications` on images of any number of channels.

    To fine-tune in two steps, give the config two ``stages``: one with ``frozen_layers: -1``,
    which leaves the backbone as it is, and one with ``frozen_layers: 0`` and a learning rate about
    ten times lower.

    Parameters
    ----------
    input_spec : InputSpec
        Images of shape (height, width, channels).
    head : AnswerKind
        Any kind.
    backbone : {"mobilenet_v3_small", "resnet50_v2", "efficientnet_v2_b0"}
        Which network.
    weights : {"auto", "imagenet", "random"} or str
        ``"imagenet"``: those that Keras keeps in its cache (``~/.keras/models``, or below
        ``KERAS_HOME``). ``"auto"``: the same where they are there, random ones otherwise. Any
        other text is the path of a weights file.
    frozen_layers : int
        How many layers of the backbone, from its input, training leaves alone; -1 for all. Their
        normalisations keep their means and variances.
    upsampling : int
        How many times larger, along each side, the images are made (bilinear): backbones expect
        more pixels than active regions have here, and shrink what they get 32 times.
    global_pooling : {"flatten", "average", "max", "attention"}
        How the last feature map becomes a vector.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation of the dense layers.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels outside the backbone.
    initializer : str
        Keras name of the initialiser of kernels outside the backbone.

    Raises
    ------
    UsageError
        If the images are too small, the backbone is unknown, ``"imagenet"`` weights or a given
        file are missing or don't fit, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "ar_transfer")
    if upsampling < 1:
        raise UsageError(f"upsampling must be 1 or more, not {upsampling}")
    height, width = (upsampling * side for side in inputs.shape[1:3])
    if min(height, width) < SMALLEST_SIDE:
        raise UsageError(
            f"ar_transfer needs images of {SMALLEST_SIDE} pixels a side, not {height} × {width}: "
            "raise upsampling"
        )
    style = Style(activation, "none", initializer, l1, l2)
    trunk = _backbone(backbone, (height, width, 3), weights)
    freeze_first(trunk, frozen_layers)
    x = in_three_colours(inputs, BACKBONES[backbone].spread, 0.0, style)
    if upsampling > 1:
        x = keras.layers.UpSampling2D(upsampling, interpolation="bilinear", name="upsampling")(x)
    x = dense_stack(global_pool(trunk(x), global_pooling), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="ar_transfer")


def _backbone(name: str, shape: tuple[int, int, int], weights: str) -> keras.Model:
    """Return a backbone without its classifying layers, with the weights that are asked for."""
    if name not in BACKBONES:
        raise unknown_name("backbone", name, BACKBONES)
    about = BACKBONES[name]
    application = getattr(keras.applications, about.application)
    model = application(include_top=False, weights=None, input_shape=shape, **about.options)
    limit_momentum(model)
    file = None if weights_are_to_be_read() else _weights_file(about, weights)
    if file is not None:
        read_weights(model, file, name)
    return model


def _weights_file(about: Backbone, weights: str) -> Path | None:
    """Return the file that holds the weights of a backbone; None for random ones."""
    if weights == "random":
        return None
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    cached = home / "models" / about.weights_file
    named = weights not in ("auto", "imagenet")
    file = Path(weights) if named else cached
    if file.is_file():
        return file
    if weights == "auto":
        return None
    if named:
        raise UsageError(
            f"weights: no such file {weights!r}; accepted: auto, imagenet, random, or a file"
        )
    raise UsageError(
        f"weights: {file} is missing; put Keras's ImageNet weights of {about.application} there "
        f"(keras.applications.{about.application}(include_top=False) fetches them), or choose "
        "random"
    )
