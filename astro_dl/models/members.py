"""Several networks out of one: passes with active dropout, and the members of a committee."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import ops

from astro_dl.models.committee import MeanOfMembers, OneMember

DROPOUTS = (
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.GaussianDropout,
    keras.layers.AlphaDropout,
)


class Active(keras.layers.Layer):
    """A layer that behaves as in training whenever it is called."""

    def __init__(self, layer: keras.layers.Layer, **options: Any) -> None:
        super().__init__(**options)
        self.layer = layer

    def __call__(self, inputs: Any, **options: Any) -> Any:
        """Return what `call` does, without options that are None."""
        # Before Keras 3.13 the shape of every option is asked for.
        return super().__call__(inputs, **{k: v for k, v in options.items() if v is not None})

    def build(self, input_shape: Any) -> None:
        """Make the layer's weights."""
        self.layer.build(input_shape)

    def call(self, inputs: Any, **options: Any) -> Any:
        """Return what the layer makes of its inputs in training."""
        return self.layer(inputs, **{**options, "training": True})

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the layer's output."""
        return self.layer.compute_output_shape(input_shape)


class Alone(keras.layers.Layer):
    """Side by side what the members of a committee found, of which only one's is not zero.

    As `OneMember` in training, for the same one every time.
    """

    def __init__(self, member: int, **options: Any) -> None:
        super().__init__(**options)
        self.member = member

    def call(self, inputs: Any) -> Any:
        """Return the joined vectors."""
        weights = [len(inputs) * (number == self.member) for number in range(len(inputs))]
        return ops.concatenate([w * x for w, x in zip(weights, inputs, strict=True)], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0][0], sum(shape[-1] for shape in input_shape))


def with_active_dropout(model: keras.Model, seed: int = 0) -> keras.Model | None:
    """Return a copy that drops units whenever it is called (Gal & Ghahramani 2016, section 4).

    Layers of dropout, and the dropout of recurrent layers, behave as in training; all others,
    normalisations among them, do not.

    Parameters
    ----------
    model : keras.Model
        A functional model.
    seed : int, default 0
        Of what is dropped.

    Returns
    -------
    keras.Model or None
        With the weights of the model; None if it has no dropout.
    """
    seeds = iter(range(1000 * seed, 1000 * seed + 1000))

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        config = layer.get_config()
        if not _drops(layer):
            return type(layer).from_config(config)
        return Active(type(layer).from_config(_seeded(config, next(seeds))), name=layer.name)

    if not any(map(_drops, model._flatten_layers(include_self=False))):
        return None
    return _copied(model, copy)


def committee_members(model: keras.Model) -> tuple[keras.Model, ...]:
    """Return copies of a committee in each of which one member answers alone; none if it is none.

    Parameters
    ----------
    model : keras.Model
        With a layer `astro_dl.models.committee.OneMember` or
        `astro_dl.models.committee.MeanOfMembers`.
    """
    counts = [
        layer.members if isinstance(layer, MeanOfMembers) else len(layer.input)
        for layer in model.layers
        if isinstance(layer, OneMember | MeanOfMembers)
    ]
    if not counts:
        return ()
    return tuple(_copied(model, partial(_member_layer, member)) for member in range(counts[0]))


def _member_layer(member: int, layer: keras.layers.Layer) -> keras.layers.Layer:
    if isinstance(layer, OneMember):
        return Alone(member, name=layer.name)
    config = layer.get_config()
    if isinstance(layer, MeanOfMembers):
        config["alone"] = member
    return type(layer).from_config(config)


def _copied(
    model: keras.Model, copy: Callable[[keras.layers.Layer], keras.layers.Layer]
) -> keras.Model:
    made = keras.models.clone_model(model, clone_function=copy, recursive=True)
    made.set_weights(model.get_weights())
    made.jit_compile = model.jit_compile
    return made


def _drops(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.Bidirectional):
        return _drops(layer.forward_layer)
    if isinstance(layer, keras.layers.RNN):
        cell = layer.cell
        return max(getattr(cell, "dropout", 0), getattr(cell, "recurrent_dropout", 0)) > 0
    return isinstance(layer, DROPOUTS) and layer.rate > 0


def _seeded(config: Any, seed: int) -> Any:
    """Return a layer's configuration with every seed that it leaves open set."""
    if isinstance(config, list):
        return [_seeded(one, seed) for one in config]
    if not isinstance(config, dict):
        return config
    return {
        key: seed if key == "seed" and one is None else _seeded(one, seed)
        for key, one in config.items()
    }
