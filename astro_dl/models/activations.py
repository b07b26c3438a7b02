"""Activations and initialisers by a text, with their settings: ``"leaky_relu(0.01)"``.

A name alone is Keras's. Settings follow as in Python, in brackets: ``"elu(alpha=0.5)"``,
``"relu(max_value=6)"``, ``"random_normal(stddev=0.01)"``. Beside the functions of
`keras.activations` there are the activations that learn or join: ``"prelu"`` and ``"maxout(2)"``.
"""

import ast
import inspect
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from astro_dl.core.errors import UsageError, did_you_mean, look_up


def activate(x: keras.KerasTensor, activation: str, name: str) -> keras.KerasTensor:
    """Return activated features; the layer's name ends in ``_activation``.

    Raises
    ------
    UsageError
        If there is no such activation, or it does not take its settings.
    """
    label = f"{name}_activation"
    called, settings = _read(activation, _function)
    try:
        if called == "prelu":
            # one slope for each channel (He et al. 2015, eq. 1), not for each pixel
            axes = list(range(1, len(x.shape) - 1))
            return keras.layers.PReLU(**{"shared_axes": axes, **settings}, name=label)(x)
        if called == "maxout":
            return Maxout(**settings, name=label)(x)
        if settings:
            getattr(keras.activations, called)(ops.zeros((1, 1)), **settings)
            return ActivationWithSettings(called, settings, name=label)(x)
        return keras.layers.Activation(called, name=label)(x)
    except (TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"activation {activation!r} can't be used: {reason}") from error


def initializer(text: str) -> str | dict[str, Any]:
    """Return what Keras makes a fresh initialiser of for each layer.

    Raises
    ------
    UsageError
        If there is none of this name, or it does not take its settings.
    """
    if not isinstance(text, str) or "(" not in text:
        # Keras finds it; to make one here would draw from the random numbers that decide weights.
        return text
    name, settings = _read(text, _initializer_class)
    made = _initializer_class(name)
    try:
        made(**settings)
    except (TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"initializer {text!r} can't be used: {reason}") from error
    return {"class_name": made.__name__, "config": settings}


@keras.saving.register_keras_serializable(package="astro_dl")
class ActivationWithSettings(keras.layers.Layer):
    """An activation of `keras.activations` with other settings than its defaults.

    Parameters
    ----------
    function : str
        Its name there.
    settings : dict
        Its arguments.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, function: str, settings: dict[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.function, self.settings = function, dict(settings)

    def call(self, inputs: Any) -> Any:
        """Return the activated features."""
        return getattr(keras.activations, self.function)(inputs, **self.settings)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the features."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "function": self.function, "settings": self.settings}


@keras.saving.register_keras_serializable(package="astro_dl")
class Maxout(keras.layers.Layer):
    """Largest of every few channels (Goodfellow et al. 2013, arXiv:1302.4389).

    Parameters
    ----------
    pieces : int
        How many channels become one; their number must be a multiple.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, pieces: int = 2, **options: Any) -> None:
        super().__init__(**options)
        self.pieces = pieces

    def build(self, input_shape: Any) -> None:
        """Check that the channels can be divided."""
        if not isinstance(self.pieces, int) or self.pieces < 1 or input_shape[-1] % self.pieces:
            raise ValueError(f"{input_shape[-1]} channels are no multiple of {self.pieces} pieces")

    def call(self, inputs: Any) -> Any:
        """Return the largest of every few channels."""
        groups = (-1, *inputs.shape[1:-1], inputs.shape[-1] // self.pieces, self.pieces)
        return ops.max(ops.reshape(inputs, groups), axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of what is left."""
        return (*input_shape[:-1], input_shape[-1] // self.pieces)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "pieces": self.pieces}


def _read(text: str, find: Callable[[str], Callable[..., Any]]) -> tuple[str, dict[str, Any]]:
    """Return the name in a text and its settings by name, those that stand alone as well."""
    if not isinstance(text, str):
        raise UsageError(f"{text!r} is not accepted; accepted: a text, the name of one of Keras")
    name, bracket, _ = text.partition("(")
    function = find(name)
    if not bracket:
        return name, {}
    try:
        called = ast.parse(text, mode="eval").body
        assert isinstance(called, ast.Call)
        alone = [ast.literal_eval(one) for one in called.args]
        named = {str(one.arg): ast.literal_eval(one.value) for one in called.keywords}
        accepted = [one for one in inspect.signature(function).parameters if one != "x"]
        settings = {**dict(zip(accepted[: len(alone)], alone, strict=True)), **named}
    except (SyntaxError, ValueError, AssertionError) as error:
        raise UsageError(
            f"{text!r} is not accepted; accepted: a name, or with its settings as "
            "leaky_relu(negative_slope=0.01)"
        ) from error
    for key in settings:
        if key not in accepted:
            raise UsageError(f"{name} has no setting {key!r}{did_you_mean(key, accepted)}")
    return name, settings


def _function(name: str) -> Callable[..., Any]:
    joining = {"prelu": keras.layers.PReLU, "maxout": Maxout}
    if name in joining:
        return joining[name]
    known = {
        key
        for key, one in vars(keras.activations).items()
        if inspect.isfunction(one) and key not in ("get", "serialize", "deserialize")
    }
    if name not in known:
        hint = did_you_mean(name, known | set(joining))
        raise UsageError(f"unknown activation {name!r}{hint}")
    return getattr(keras.activations, name)


def _initializer_class(name: str) -> Callable[..., Any]:
    known = {
        one.__name__.lower(): one
        for one in vars(keras.initializers).values()
        if inspect.isclass(one) and one is not keras.initializers.Initializer
    }
    return look_up("initializer", name.replace("_", ""), known)
