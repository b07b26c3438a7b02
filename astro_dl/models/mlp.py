"""Multilayer perceptrons.

input (features,) ─ standardisation ─ principal components
    ┬ [dense ─ normalisation ─ activation ─ dropout] × n ┬ embedding ─ logits
    └ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ (skip) ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┘
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Normalization, Style, dense_stack, input_tensor
from astro_dl.models.standardization import Standardization, principal_components


def mlp(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    units: Sequence[int] = (64, 32),
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    skip: bool = False,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
    standardize: bool = False,
    pca: int = 0,
) -> keras.Model:
    """Return a stack of dense layers.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (features,).
    head : AnswerKind
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
    standardize : bool
        Whether each input is first reduced by its mean and divided by its standard deviation, as
        training measures them.
    pca : int
        How many principal components of the inputs are looked at in their place, as training
        measures them on the validation set; 0 for the inputs themselves.

    Raises
    ------
    UsageError
        If the input has another rank or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 1, "mlp")
    style = Style(activation, normalization, initializer, l1, l2)
    features = inputs
    if standardize:
        features = Standardization(name="input_standardization", dtype="float32")(inputs)
    features = principal_components(features, pca)
    x = dense_stack(features, units, dropout, style)
    if skip:
        x = keras.layers.Concatenate(name="skip")([x, features])
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="mlp")
