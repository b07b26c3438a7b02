"""Networks of `keras.applications` that may know photographs, on images of any number of bands.

image ─ normalisation ─ 1×1 convolution to three colours ─ backbone ─ features ─ global pool
      ─ [dense ─ activation ─ dropout] × m ─ embedding ─ logits

Weights of the backbone are read from a file of the user's; nothing is ever downloaded.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.initialization import weights_are_to_be_read
from astro_dl.models.layers import GlobalPooling, Style, dense_stack, global_pool, input_tensor

BRIGHTEST = 255.0
"""Of the photographs that the applications were trained on."""

LONGEST_MOMENTUM = 0.99
"""Of the moving averages in the backbones' normalisations."""


def backbone(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    application: str = "MobileNet",
    weights: str = "",
    frozen_layers: int = 0,
    global_pooling: GlobalPooling = "average",
    units: Sequence[int] = (),
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a network of `keras.applications` with a head of its own.

    Inputs are brought to the mean and the scatter that the application's own preprocessing gives
    photographs. To fine-tune, let ``training.unfrozen`` and ``training.layer_decay`` say which
    layers learn how fast.

    Parameters
    ----------
    input_spec : InputSpec
        Images of shape (height, width, bands).
    head : AnswerKind
        Any kind.
    application : str
        As `keras.applications` calls it: ``"VGG16"``, ``"ResNet50"``, ``"EfficientNetB0"`` …
    weights : str
        Path of a file of weights without the classifying layers (``include_top=False``), as Keras
        has them; empty for random ones.
    frozen_layers : int
        How many layers of the backbone, from its input, training leaves alone; -1 for all. Their
        normalisations keep their means and variances.
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
        If the application is unknown or the images too small for it, the file is missing or does
        not fit, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "backbone")
    style = Style(activation, "none", initializer, l1, l2)
    make = look_up("application of Keras", application, applications())
    height, width = inputs.shape[1:3]
    try:
        trunk = make(include_top=False, weights=None, input_shape=(height, width, 3))
    except ValueError as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(
            f"{application} takes no images of {height} × {width} ({reason})"
        ) from None
    if weights and not weights_are_to_be_read():
        read_weights(trunk, Path(weights), application)
    limit_momentum(trunk)
    freeze_first(trunk, frozen_layers)
    mean, scatter = photograph_scale(make)
    x = in_three_colours(inputs, scatter, mean, style)
    x = dense_stack(global_pool(trunk(x), global_pooling), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="backbone")


def applications() -> Mapping[str, Callable[..., keras.Model]]:
    """Return the networks of `keras.applications` by name, as Keras has them."""
    found = inspect.getmembers(keras.applications, callable)
    return {
        name: make for name, make in found if "include_top" in inspect.signature(make).parameters
    }


def photograph_scale(make: Callable[..., keras.Model]) -> tuple[float, float]:
    """Return mean and scatter of all grey levels after the preprocessing of an application."""
    levels = np.tile(np.linspace(0, BRIGHTEST, 256)[:, None, None], (1, 1, 3))
    shown = sys.modules[make.__module__].preprocess_input(levels[None].copy())
    return float(np.mean(shown)), float(np.std(shown))


def in_three_colours(
    inputs: keras.KerasTensor, scatter: float, mean: float, style: Style
) -> keras.KerasTensor:
    """Return images of any bands as three colours of this scatter and mean, as far as is learnt."""
    x = keras.layers.BatchNormalization(name="input_normalization")(inputs)
    x = keras.layers.Conv2D(3, 1, name="colours", **style.kernel_options)(x)
    return keras.layers.Rescaling(scatter, mean, name="rescaling")(x)


def limit_momentum(model: keras.Model) -> None:
    """Let normalisations follow the training: some average over more steps than one may have."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, LONGEST_MOMENTUM)


def read_weights(model: keras.Model, path: Path, name: str) -> None:
    """Give a model the weights of a file.

    Raises
    ------
    UsageError
        If it is missing or does not fit.
    """
    if not path.is_file():
        raise UsageError(f"weights: no such file {str(path)!r}")
    try:
        model.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"weights: {path} does not fit {name} ({reason})") from None


def freeze_first(model: keras.Model, layers: int) -> None:
    """Exclude the first layers of a model from training; all of them if the number is -1.

    Raises
    ------
    UsageError
        If it has not so many.
    """
    if not -1 <= layers <= len(model.layers):
        raise UsageError(
            f"frozen_layers must be -1 (all) or 0 to {len(model.layers)}, not {layers}"
        )
    for layer in model.layers[: None if layers == -1 else layers]:
        layer.trainable = False
