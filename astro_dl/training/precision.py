"""Whether a network in half precision is what it is in full precision, before it is trained.

Some numbers are rounded off in half precision, and some kernels are wrong: of TensorFlow 2.21
convolutions of long kernels and few channels, on processors with AMX.
"""

import keras
import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.training.epochs import predict_logits

LARGEST_ROUNDING = 0.25
"""Over the size of what is compared: some hundredths are usual."""


def rounding(
    network: keras.Model, whole: keras.Model, x: Inputs, batch_size: int, learnt: bool
) -> float:
    """Return by how much half precision changes a network, over the size of what it tells.

    The weights of a last layer that has learnt are to be trusted: logits are compared, by their
    spread among examples, as an offset that all of them share would make any error look small. In
    a last layer with fresh weights logits may cancel by chance, and any error look large: there,
    what the layer adds up is compared, by its size.

    Parameters
    ----------
    network, whole : keras.Model
        The same network up to its logits, in half and in full precision, which is given the
        weights.
    x : array or dict of arrays
        Inputs.
    batch_size : int
        Inputs given to a network at once.
    learnt : bool
        Whether the weights of the last layer are those of another training.

    Returns
    -------
    float
        Root mean square of the difference over that of what is compared; NaN or infinite where
        half precision alone is not finite, 0 where full precision is not either.
    """
    whole.set_weights(network.get_weights())
    half, full = (
        predict_logits(_compared(one, learnt), x, batch_size).astype(np.float64)
        for one in (network, whole)
    )
    if not np.isfinite(full).all():
        return 0.0
    size = full - full.mean(axis=0) if learnt else full
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.mean((half - full) ** 2) / max(np.mean(size**2), np.finfo(float).tiny)
    return float(np.sqrt(off))


def _compared(network: keras.Model, learnt: bool) -> keras.Model:
    """Return a network up to its logits, or up to what its last layer weighs with fresh weights."""
    last = network.get_layer("logits")
    weighs = getattr(last, "kernel", None) is not None
    return keras.Model(network.inputs, last.input) if weighs and not learnt else network
