"""Where a feature map supports a logit (Grad-CAM), and what a layer makes of an input."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.examples import Inputs, inputs_by_name, take_inputs
from astro_dl.explain.logit import BATCH_SIZE, Logit, logit_of

FEATURES = "features"
"""Name of the last feature map, after the name of its tower where there are several."""


def grad_cam(
    model: keras.Model,
    x: Inputs,
    layer: str | Sequence[str] | None = None,
    output: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return where a feature map supports a logit (Selvaraju et al. 2017, eq. 1 and 2).

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    layer : str or sequence of str, optional
        The feature map: a layer that all paths from input to logits pass through; of several
        inputs one layer each, called ``<input>_<…>``. Default the layers ``features``.

    Returns
    -------
    ndarray or dict of ndarray
        Not negative, float32: the shape of ``x`` without its channels, interpolated linearly from
        the feature map. A map with more axes than the input (a spectrogram's frequencies) keeps
        them as they are. Of several inputs only those that have a map.

    Raises
    ------
    UsageError
        As `saliency`, and if there is no such feature map.
    """
    logit, _ = logit_of(model, x, output, batch_size)
    tensors = {name: _feature_map(model, name) for name in _layers(model, layer)}
    if logit.is_named:
        owners = {name: _inputs_of(name, list(logit.shapes)) for name in tensors}
    else:
        owners = {name: ["x"] for name in tensors}
    claimed = {one for names in owners.values() for one in names}
    rest = {name: model.input[name] for name in logit.shapes if name not in claimed}
    try:
        above = keras.Model(list({**tensors, **rest}.values()), logit.network.output)
        # Before Keras 3.14 only a call tells that an input is missing.
        above([keras.ops.zeros((1, *one.shape[1:])) for one in {**tensors, **rest}.values()])
    except (ValueError, KeyError) as error:
        raise UsageError(f"some path to the logits goes around layer {_words(tensors)}") from error
    below = keras.Model(model.input, tensors)
    shapes = {name: tuple(tensor.shape[1:]) for name, tensor in {**tensors, **rest}.items()}
    upper = Logit(above, shapes, output, batch_size)
    arrays = inputs_by_name(x)
    others = {name: np.asarray(arrays[name], np.float32) for name in rest}
    maps = _outputs(below, x, batch_size)
    gradients = upper.shaped(upper.gradients(upper.flat({**maps, **others})))
    found: dict[str, np.ndarray] = {}
    for name in tensors:
        heat = _heat(maps[name], inputs_by_name(gradients)[name])
        for owner in owners[name]:
            found[owner] = heat
            for axis, length in enumerate(logit.shapes[owner][:-1], start=1):
                found[owner] = _stretch(found[owner], axis, length)
            found[owner] = found[owner].astype(np.float32)
    return found if logit.is_named else found["x"]


def activations(
    model: keras.Model, x: Inputs, layer: str = "embedding", batch_size: int = BATCH_SIZE
) -> np.ndarray:
    """Return what a layer gives for each example.

    Parameters
    ----------
    model, x, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    layer : str, default "embedding"
        Name of a layer; `keras.Model.summary` lists them.

    Returns
    -------
    ndarray of float32, (n, …)

    Raises
    ------
    UsageError
        If the input does not fit the model, or it has no such layer.
    """
    logit_of(model, x)
    (name,) = _layers(model, layer)
    part = keras.Model(model.input, {name: model.get_layer(name).output})
    return _outputs(part, x, batch_size)[name]


def _layers(model: keras.Model, layer: str | Sequence[str] | None) -> list[str]:
    """Return the names of the layers that are asked for, all of them there."""
    names = [candidate.name for candidate in model.layers]
    if layer is None:
        last = [one for one in names if one == FEATURES or one.endswith(f"_{FEATURES}")]
        if last:
            return last
        raise UsageError(
            f"{model.name} has no layer called {FEATURES}; name a layer that has positions"
        )
    chosen = [layer] if isinstance(layer, str) else list(layer)
    for one in chosen:
        if one not in names:
            raise unknown_name(f"layer of {model.name}", one, names)
    return chosen


def _feature_map(model: keras.Model, name: str) -> Any:
    tensor = model.get_layer(name).output
    if len(tensor.shape) < 3:
        raise UsageError(f"layer {name!r} has no positions to map: its output is {tensor.shape}")
    return tensor


def _inputs_of(layer: str, inputs: Sequence[str]) -> list[str]:
    """Return the inputs that a layer is named after."""
    found = [name for name in inputs if f"_{name}_" in f"_{layer}_"]
    if not found:
        raise UsageError(f"layer {layer!r} is named after no input; inputs: {', '.join(inputs)}")
    return found


def _outputs(part: keras.Model, x: Inputs, batch_size: int) -> dict[str, np.ndarray]:
    """Return the named outputs of a model, batch by batch."""
    n = len(next(iter(inputs_by_name(x).values())))
    found = [
        part(take_inputs(x, slice(k, k + batch_size)), training=False)
        for k in range(0, n, batch_size)
    ]
    return {
        name: np.concatenate([keras.ops.convert_to_numpy(one[name]) for one in found]).astype(
            np.float32
        )
        for name in found[0]
    }


def _heat(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    weights = gradients.mean(axis=tuple(range(1, maps.ndim - 1)), keepdims=True)
    return np.maximum((weights * maps).sum(axis=-1), 0.0)


def _words(names: Any) -> str:
    return ", ".join(repr(name) for name in names)


def _stretch(values: np.ndarray, axis: int, length: int) -> np.ndarray:
    """Return values interpolated to ``length`` cells along an axis, cell centre to cell centre."""
    cells = values.shape[axis]
    place = np.clip((np.arange(length) + 0.5) * cells / length - 0.5, 0, cells - 1)
    left = np.floor(place).astype(int)
    right = np.minimum(left + 1, cells - 1)
    shape = [1] * values.ndim
    shape[axis] = length
    share = (place - left).reshape(shape)
    return values.take(left, axis) * (1 - share) + values.take(right, axis) * share
