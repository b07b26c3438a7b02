"""Which layers are trained, and how fast: what fine-tuning asks of a network."""

from typing import Any

import keras


def freeze_lower(model: keras.Model, unfrozen: float) -> None:
    """Keep the lower layers of a network as they are; frozen normalisations use their statistics.

    Parameters
    ----------
    model : keras.Model
        With a layer ``"logits"``, which is always trained.
    unfrozen : float
        Share of the layers with weights below it that is trained, from the top.
    """
    lower = [layer for layer in _weighted(model) if layer.name != "logits"]
    frozen = round((1 - unfrozen) * len(lower))
    for layer in lower[:frozen]:
        layer.trainable = False


def slow_lower(model: keras.Model, decay: float) -> None:
    """Let each layer of a compiled network learn more slowly than the one above it.

    Parameters
    ----------
    model : keras.Model
        Whose optimiser is built.
    decay : float
        Learning rate of a layer over that of the one above it; 1 leaves all alike.
    """
    if decay == 1:
        return
    layers = _weighted(model)
    factors = {
        weight.path: decay ** (len(layers) - 1 - place)
        for place, layer in enumerate(layers)
        for weight in layer.trainable_weights
    }
    by_index = [factors.get(variable.path, 1.0) for variable in model.trainable_variables]
    optimizer = model.optimizer
    update = optimizer.update_step

    def slowed(gradient: Any, variable: Any, learning_rate: Any) -> Any:
        # Some backends hand over their own variable, which the optimiser alone can place.
        place = optimizer._get_variable_index(variable)
        return update(gradient, variable, learning_rate * by_index[place])

    optimizer.update_step = slowed


def _weighted(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers with weights in order, those of networks within the network one by one."""
    found = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += _weighted(layer)
        elif layer.weights:
            found.append(layer)
    return found
