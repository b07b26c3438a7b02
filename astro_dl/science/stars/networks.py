"""Networks of dense layers for spectra.

spectra_mlp   spectrum ─ flatten ─ dense n ─ dense 250 ─ dense 100 ─ embedding ─ logits

bailer_jones  spectrum ─┬─ dense 5 ─ dense 5 ─┐
                        ├─ …                  ├─ one (training) or all ─ embedding ─ logits
                        └─ dense 5 ─ dense 5 ─┘

With ``separate`` each member has logits of its own, and the mean of them comes after.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.committee import MeanOfMembers, OneMember
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Normalization, Style, dense_stack, input_tensor
from astro_dl.models.standardization import principal_components


def spectra_mlp(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    pca: int = 0,
    first_units: int | None = None,
    units: Sequence[int] = (250, 100),
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return the perceptron of the textbooks, whose first layer is as wide as the spectrum.

    Parameters
    ----------
    input_spec : InputSpec
        Spectra of shape (pixels, channels).
    head : AnswerKind
        Any kind.
    pca : int
        How many principal components of the spectra are looked at in their place, as training
        measures them; 0 for the spectra themselves.
    first_units : int or None
        Width of the first layer; None for the number of values that it is given.
    units : sequence of int
        Widths of the layers after it.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each layer and its activation.
    dropout : float or sequence of float
        Rate after every hidden layer, or one rate each, the first layer's included.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input is no series or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 2, "spectra_mlp")
    style = Style(activation, normalization, initializer, l1, l2)
    x = keras.layers.Flatten(name="flatten")(inputs)
    x = principal_components(x, pca)
    first = x.shape[-1] if first_units is None else first_units
    x = dense_stack(x, (first, *units), dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="spectra_mlp")


def bailer_jones(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    members: int = 10,
    units: Sequence[int] = (5, 5),
    independent: bool = True,
    separate: bool = False,
    activation: str = "tanh",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a committee of small perceptrons: Bailer-Jones (1997), PASP 109, 932, sec. 3.

    The logits are the means of the members'; in training each example is answered by one of them,
    see `astro_dl.models.committee.committee`.

    Parameters
    ----------
    input_spec : InputSpec
        Spectra of shape (pixels, channels).
    head : AnswerKind
        Any kind.
    members : int
        Networks in the committee.
    units : sequence of int
        Width of each hidden layer of a member.
    independent : bool
        Whether members learn independently; else all answer each example together.
    separate : bool
        Whether each member has an output layer of its own, as networks trained one by one have;
        else they share its bias.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each layer and its activation.
    dropout : float or sequence of float
        Rate after every hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input is no series, there is no member, or a hyper-parameter is out of range.
    """
    if members < 1 or not units:
        raise UsageError(f"members is {members}, units {tuple(units)}; accepted: one and more")
    inputs = input_tensor(input_spec, 2, "bailer_jones")
    style = Style(activation, normalization, initializer, l1, l2)
    flat = keras.layers.Flatten(name="flatten")(inputs)
    found = [
        dense_stack(flat, units, dropout, style, prefix=f"member_{number}_")
        for number in range(1, members + 1)
    ]
    options: dict[str, Any] = style.penalty
    if members == 1:
        x = found[0]
    elif separate:
        x = keras.layers.Concatenate(name="members")(found)
        options["layer"] = partial(MeanOfMembers, members=members, independent=independent)
    else:
        x = OneMember(independent, name="members")(found)
    return keras.Model(inputs, attach_head(x, head, **options), name="bailer_jones")
