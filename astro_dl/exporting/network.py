"""The network that is exported: from named arrays to logits, with names that every format takes."""

import keyword
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from astro_dl.core.examples import Inputs

Statistics = Mapping[str, Mapping[str, list[float]]]


def input_names(network: keras.Model) -> dict[str, str]:
    """Return the names of a network's inputs in an exported file, by their names here.

    Runtimes give inputs as arguments of a function, whose names may be no words of Python.
    """
    shapes = network.input if isinstance(network.input, dict) else {"x": network.input}
    return {name: f"{name}_input" if keyword.iskeyword(name) else name for name in shapes}


def flat_network(network: keras.Model) -> keras.Model:
    """Return a network, from a list of inputs in the order of `input_names` to logits."""
    inputs, names = network.input, input_names(network)
    if isinstance(inputs, dict):
        flat = {name: _input(tensor, names[name]) for name, tensor in inputs.items()}
        model = keras.Model(list(flat.values()), network(flat))
    else:
        one = _input(inputs, names["x"])
        model = keras.Model([one], network(one))
    # Keras exports no model that was never called.
    model(model.inputs)
    return model


def example_inputs(network: keras.Model, statistics: Any, count: int) -> dict[str, np.ndarray]:
    """Return inputs such as a network was trained with, by their names in an exported file.

    Parameters
    ----------
    network : keras.Model
        Its inputs tell the shapes.
    statistics : mapping or None
        ``input_statistics`` of the card; without them inputs are of mean 0 and variance 1.
    count : int
        How many.
    """
    rng = np.random.default_rng(0)
    inputs = network.input if isinstance(network.input, dict) else {"x": network.input}
    names, found = input_names(network), {}
    for name, tensor in inputs.items():
        x = rng.standard_normal((count, *tensor.shape[1:]))
        known = (statistics or {}).get(name)
        if known is not None:
            x = np.clip(known["mean"] + x * known["std"], known["minimum"], known["maximum"])
        found[names[name]] = x.astype(np.float32)
    return found


def as_given(network: keras.Model, inputs: Mapping[str, np.ndarray]) -> Inputs:
    """Return inputs by their names in an exported file as the network itself takes them."""
    if not isinstance(network.input, dict):
        return next(iter(inputs.values()))
    return {name: inputs[there] for name, there in input_names(network).items()}


def _input(tensor: Any, name: str) -> Any:
    return keras.Input(tensor.shape[1:], name=name, dtype="float32")
