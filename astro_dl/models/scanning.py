"""Networks of series applied to all windows of a longer one at once."""

import keras
import numpy as np

UNCHANGING = (keras.layers.Dropout, keras.layers.Identity)
POINTWISE = (*UNCHANGING, keras.layers.Activation)
LOCAL = (keras.layers.Conv1D, keras.layers.MaxPooling1D, keras.layers.AveragePooling1D)


def scanning_network(network: keras.Model, step: int) -> keras.Model | None:
    """Return a network that gives for a series what another gives for each of its windows.

    Convolutions and pools of neighbouring windows have most of their places in common; here they
    are computed once, and the dense layer behind the flattened map becomes a convolution.

    Parameters
    ----------
    network : keras.Model
        From windows (n, length, channels) to (n, outputs).
    step : int
        Samples from window to window.

    Returns
    -------
    keras.Model or None
        From series (n, samples, channels) to (n, windows, outputs), with the same weights (one
        window more where pools leave out the last samples of each); None
        where the answers could differ: for a network that is no chain of convolutions and pools
        without padding, a flattening and dense layers, or a step that is no multiple of theirs.
    """
    first, *layers = network.layers
    if not isinstance(first, keras.layers.InputLayer) or len(network.input.shape) != 3:
        return None
    x = series = keras.Input((None, network.input.shape[-1]))
    # How many places of the map a flattened window has that is not multiplied yet.
    width = 0
    stride, dense, before = 1, False, network.input
    for layer in layers:
        if layer.input is not before:
            return None
        if isinstance(layer, UNCHANGING if width else POINTWISE):
            x = layer(x)
        elif isinstance(layer, LOCAL) and layer.padding == "valid" and not (width or dense):
            x, stride = layer(x), stride * layer.strides[0]
        elif isinstance(layer, keras.layers.Flatten) and not (width or dense):
            width = layer.input.shape[1]
        elif isinstance(layer, keras.layers.Dense) and width:
            if step % stride:
                return None
            x, width, dense = _convolved(layer, x, width, step // stride), 0, True
        elif isinstance(layer, keras.layers.Dense) and dense:
            x = layer(x)
        else:
            return None
        before = layer.output
    return keras.Model(series, x) if dense else None


def _convolved(
    dense: keras.layers.Dense, x: keras.KerasTensor, width: int, stride: int
) -> keras.KerasTensor:
    """Return what a dense layer gives for each part of a map, of some width."""
    layer = keras.layers.Conv1D(
        dense.units, width, stride, activation=dense.activation, use_bias=dense.use_bias
    )
    found = layer(x)
    kernel, *bias = (np.asarray(one) for one in dense.get_weights())
    layer.set_weights([kernel.reshape(width, -1, dense.units), *bias])
    return found
