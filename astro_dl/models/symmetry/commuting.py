"""Networks cut behind a first layer that commutes with the symmetries of its task.

What such a layer gives for a changed input is the change of what it gives for the input itself, so
that answers that are averaged over the symmetries need it once. A layer names the changes that it
commutes with in its attribute ``commuting``.
"""

from collections.abc import Callable, Sequence

import keras

from astro_dl.core.examples import Inputs


def commuting_part(
    network: keras.Model, symmetries: Sequence[Callable[[Inputs], Inputs]]
) -> keras.Model | None:
    """Return the layer next to the input as a network; None if it does not commute with all."""
    layer = _commuting_layer(network, symmetries)
    return None if layer is None else keras.Model(network.input, layer.output)


def remaining_part(
    network: keras.Model, symmetries: Sequence[Callable[[Inputs], Inputs]]
) -> keras.Model | None:
    """Return the network from what `commuting_part` gives to its output; None if there is none."""
    layer = _commuting_layer(network, symmetries)
    return None if layer is None else keras.Model(layer.output, network.output)


def _commuting_layer(
    network: keras.Model, symmetries: Sequence[Callable[[Inputs], Inputs]]
) -> keras.layers.Layer | None:
    fed = [
        one
        for one in network.layers
        if not isinstance(one, keras.layers.InputLayer)
        and any(tensor is network.input for tensor in keras.tree.flatten(one.input))
    ]
    commutes = len(fed) == 1 and set(symmetries) <= set(getattr(fed[0], "commuting", ()))
    return fed[0] if commutes else None
