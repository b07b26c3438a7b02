"""Committees of any models, with weights for what their answers are worth beside each other.

inputs ─┬─ member 1 ─ its logits ─┐
        ├─ …                      ├─ side by side: embedding ─ weighted sum and offsets: logits
        └─ member n ─ its logits ─┘

Members are trained one by one, the weights found on examples that none of them has learnt from
(stacking: Wolpert 1992, Neural Networks 5, 241; Breiman 1996, Machine Learning 24, 49), see
`astro_dl.training.composed.stacked`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.schema import checked, read_dataclass
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import input_layers

Array = np.ndarray


@checked
class Member:
    """One member of a stack.

    Parameters
    ----------
    model : str
        A registered model.
    inputs : tuple of str
        Which inputs of the stack it is given, one alone as a plain array; empty for all.
    hyperparameters : dict
        Of the model, instead of its defaults.
    training : dict
        Settings of the section ``training``, instead of those of the stack.
    initial_weights : str or None
        A bundle from whose weights it starts.
    """

    model: str
    inputs: tuple[str, ...] = ()
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    initial_weights: str | None = None

    def given(self, inputs: Any) -> Any:
        """Return its part of the inputs of the stack, or of their shapes.

        Raises
        ------
        UsageError
            If there is no such input.
        """
        if not self.inputs:
            return inputs
        if not isinstance(inputs, dict) or set(self.inputs) - set(inputs):
            have = ", ".join(inputs) if isinstance(inputs, dict) else "a single array"
            raise UsageError(f"member {self.model} takes {', '.join(self.inputs)}; given: {have}")
        chosen = {name: inputs[name] for name in self.inputs}
        return chosen if len(chosen) > 1 else chosen[self.inputs[0]]


def read_members(members: Sequence[Mapping[str, Any]]) -> tuple[Member, ...]:
    """Return the members that a stack's hyper-parameters tell of.

    Raises
    ------
    UsageError
        If there is none, or one is unsound.
    """
    if not members:
        raise UsageError("members: none; accepted: one and more")
    return tuple(
        read_dataclass(Member, one, f"members[{number}]") for number, one in enumerate(members)
    )


def stack(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    members: Sequence[Mapping[str, Any]] = ({"model": "mlp"}, {"model": "random_forest"}),
) -> keras.Model:
    """Return a committee whose logits are a weighted sum of its members' logits, and offsets.

    Of class probabilities it is the weighted geometric mean. Until they are found the weights are
    equal, and the offsets zero.

    Parameters
    ----------
    input_spec : InputSpec
        One array or several.
    head : AnswerKind
        Classes.
    members : sequence of mapping
        See `Member`: networks, forests, or any other models.

    Raises
    ------
    UsageError
        If there is no member, or one is unknown, unsound, or refuses its inputs, or the answer is
        no class.
    """
    from astro_dl.models.build import build_from

    if head.kind not in ("binary", "multiclass"):
        raise UsageError(f"members are weighed by what they say of classes, not of {head.kind}")
    shapes = input_spec.shape
    inputs = input_layers(input_spec)
    logits = []
    for number, member in enumerate(read_members(members), start=1):
        spec = replace(input_spec, shape=member.given(shapes))
        # weight paths tell the members apart, though their layers have the same names
        with keras.name_scope(f"member_{number}"):
            made = build_from(member.model, spec, head, member.hyperparameters)
        logits.append(_trunk(made, f"member_{number}")(member.given(inputs)))
    # of one member the layer has nothing to join
    x = keras.layers.Concatenate(name="members")(logits) if len(logits) > 1 else logits[0]
    layer = partial(WeightedMembers, members=len(logits))
    return keras.Model(inputs, attach_head(x, head, layer=layer), name="stack")


def join_weighted(
    model: keras.Model, members: Sequence[keras.Model], weights: Array, offsets: Array
) -> None:
    """Give a stack its members as they were trained one by one, and what their answers are worth.

    Parameters
    ----------
    model : keras.Model
        A stack.
    members : sequence of keras.Model
        Its members, in their order.
    weights, offsets : ndarray, (members,) and (classes,)
        See `fit_weights`.
    """
    for number, member in enumerate(members, start=1):
        name = f"member_{number}"
        model.get_layer(name).set_weights(_trunk(member, name).get_weights())
    model.get_layer("logits").set_weights([weights, offsets])


def members_logits(networks: Sequence[Any], members: Sequence[Member], x: Inputs) -> Array:
    """Return the logits of all members, (n, members, classes), of inputs of the stack.

    Parameters
    ----------
    networks : sequence of callable
        From a member's inputs to its logits.
    members : sequence of Member
        What each is given.
    x : Inputs
        Of the stack.
    """
    pairs = zip(networks, members, strict=True)
    return np.stack([np.asarray(network(one.given(x))) for network, one in pairs], axis=1)


def fit_weights(logits: Array, y: Array, class_weights: Array | None = None) -> tuple[Array, Array]:
    """Return weights of members, none below zero, and offsets of classes that answer best together.

    Best is the least cross-entropy, where offsets are held by a normal distribution of unit
    deviation [nat], so that a class with few examples keeps its own. Classes that are to count
    more are then given the logarithm of their weight: of probabilities it is what changes the
    decisions, and it needs no example of a class (Menon et al. 2021, arXiv:2007.07314, eq. 9).

    Parameters
    ----------
    logits : ndarray, (n, members, classes)
        Of examples that no member has learnt from; (n, members, 1) of two classes, of which one
        logit is the log-odds.
    y : ndarray of int, (n,)
        Their classes.
    class_weights : ndarray, (classes,), optional
        How much an example of each class counts; default all alike.

    Returns
    -------
    weights, offsets : ndarray, (members,) and (classes,), or (1,) of log-odds

    Raises
    ------
    UsageError
        If a member's logits are not finite.
    """
    if logits.shape[2] == 1:
        both = np.concatenate([np.zeros_like(logits), logits], axis=2)
        weights, offsets = fit_weights(both, y, class_weights)
        return weights, np.diff(offsets)
    broken = 1 + np.flatnonzero(~np.isfinite(logits).all(axis=(0, 2)))
    if len(broken):
        raise UsageError(
            f"members: logits of number {', '.join(map(str, broken))} are not finite; leave it "
            "out, or train it otherwise"
        )
    members = log_softmax(np.asarray(logits, np.float64), axis=2)
    n, count, classes = members.shape
    truth = np.eye(classes)[np.asarray(y, int)]

    def cost(values: Array) -> tuple[float, Array]:
        weights, offsets = values[:count], values[count:]
        joint = np.einsum("nmc,m->nc", members, weights) + offsets
        wrong = (softmax(joint, axis=1) - truth) / n
        loss = -(log_softmax(joint, axis=1) * truth).sum() / n
        slope = [np.einsum("nmc,nc->m", members, wrong), wrong.sum(axis=0) + offsets / n]
        return loss + 0.5 * (offsets @ offsets) / n, np.concatenate(slope)

    start = np.concatenate([np.full(count, 1 / count), np.zeros(classes)])
    bounds = [(0, None)] * count + [(None, None)] * classes
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    more = 0.0 if class_weights is None else np.log(class_weights)
    return found[:count], found[count:] + more


def _trunk(model: keras.Model, name: str) -> keras.Model:
    return keras.Model(model.input, model.get_layer("logits").output, name=name)


@keras.saving.register_keras_serializable(package="astro_dl")
class WeightedMembers(keras.layers.Layer):
    """The weighted sum of what members answer, and an offset for each output.

    Input: (batch, members × units), the answers of all members side by side.

    Parameters
    ----------
    units : int
        Outputs of each member, and of the sum.
    members : int
        How many there are.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, units: int, members: int, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.members = units, members

    def build(self, input_shape: Any) -> None:
        """Make equal weights, and offsets of zero."""
        equal = keras.initializers.Constant(1 / self.members)
        self.weight = self.add_weight(shape=(self.members,), initializer=equal, name="weight")
        self.offset = self.add_weight(shape=(self.units,), initializer="zeros", name="offset")

    def call(self, inputs: Any) -> Any:
        """Return (batch, units)."""
        answers = ops.reshape(inputs, (-1, self.members, self.units))
        return ops.einsum("nmu,m->nu", answers, self.weight) + self.offset

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "units": self.units, "members": self.members}
