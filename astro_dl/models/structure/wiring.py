"""How methods without labels are wired up as networks.

input (…) ─ flatten ─ known values ─ [nearness of clusters] [code] score ─ logits

The embedding is the code, or the known values where there is none. Unfitted ones answer the same
for every input; they are fitted by `astro_dl.models.structure.fit`.
"""

from collections.abc import Sequence
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.autoencoders.reconstruction import has_marks
from astro_dl.models.structure.layers import (
    Elementwise,
    KnownValues,
)


def known_values(input_spec: InputSpec) -> tuple[Any, Any]:
    """Return the input of a model, and the values without marks."""
    if isinstance(input_spec.shape, dict):
        raise UsageError(f"one array is taken, not {', '.join(input_spec.shape)}")
    inputs = keras.Input(input_spec.shape, name="input")
    flat = len(input_spec.shape) == 1
    x = inputs if flat else keras.layers.Flatten(name="flatten")(inputs)
    return inputs, KnownValues(has_marks(input_spec), name="known", dtype="float32")(x)


def nearest_groups(
    name: str, input_spec: InputSpec, head: AnswerKind, layer: keras.layers.Layer
) -> keras.Model:
    inputs, known = known_values(input_spec)
    nearness = layer(embedded(known))
    score = Elementwise("farness", name="distance", dtype="float32")
    return wired(name, head, inputs, [nearness], score(nearness))


def coded(
    name: str, input_spec: InputSpec, head: AnswerKind, layer: keras.layers.Layer, codes: int
) -> keras.Model:
    inputs, known = known_values(input_spec)
    found = layer(known)
    return wired(name, head, inputs, [embedded(found[:, :codes])], found[:, codes:])


def scored(
    name: str, input_spec: InputSpec, head: AnswerKind, *layers: keras.layers.Layer
) -> keras.Model:
    inputs, known = known_values(input_spec)
    score = embedded(known)
    for layer in layers:
        score = layer(score)
    return wired(name, head, inputs, [], score)


def wired(
    name: str, head: AnswerKind, inputs: Any, parts: Sequence[Any], score: Any
) -> keras.Model:
    """Return the model that gives some parts and a score; the embedding is on their way."""
    outputs = [*parts, score]
    if len(outputs) > 1:
        logits = keras.layers.Concatenate(dtype="float32", name="logits")(outputs)
    else:
        logits = keras.layers.Identity(dtype="float32", name="logits")(score)
    return keras.Model(inputs, head.last_layers(logits), name=name)


def embedded(x: Any) -> Any:
    return keras.layers.Identity(name="embedding")(x)
