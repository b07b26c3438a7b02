"""Multilayer perceptrons.

input (features,) ┬ [dense ─ normalisation ─ activation ─ dropout] × n ┬ embedding ─ logits
                  └ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ (skip) ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┘
"""

from collections.abc import Sequence

import keras

from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Normalization, Style, dense_stack, input_tensor
from astro_dl.tasks.base import Head, InputSpec

__all__ = ["mlp"]


def mlp(
    input_spec: InputSpec,
    head: Head,
    *,
    units: Sequence[int] = (64, 32),
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    skip: bool = False,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a stack of dense layers.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (features,).
    head : Head
        Any kind.
    units : sequence of int
        Width of each hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each layer and its activation.
    dropout : float or sequence of float
        Rate after every hidden layer, or one rate each.
    skip : bool
        Whether the inputs also go straight to the embedding, so that a linear model is part of the
        network (Cheng et al. 2016, arXiv:1606.07792).
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 1, "mlp")
    style = Style(activation, normalization, initializer, l1, l2)
    x = dense_stack(inputs, units, dropout, style)
    if skip:
        x = keras.layers.Concatenate(name="skip")([x, inputs])
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="mlp")
