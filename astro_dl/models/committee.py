"""Committees: members that answer side by side, and learn independently.

input ─┬─ member 1 ─┐
       ├─ …         ├─ one member (training) or all (afterwards) ─ embedding ─ logits
       └─ member n ─┘

With ``separate`` each member has logits of its own, and the mean of them comes after.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import input_layers


def committee(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    members: Sequence[str] = ("mlp", "mlp", "mlp"),
    independent: bool = True,
    separate: bool = False,
) -> keras.Model:
    """Return a committee of networks, whose logits are the means of its members' logits.

    In training each example is answered by one member, drawn at random, so that no gradient of it
    reaches another: the members learn independently, from different examples, in one training
    (committees of lens finders: Schaefer et al. 2018, arXiv:1705.07132; Jacobs et al. 2017; of
    photometric redshifts: Collister & Lahav 2004, PASP 116, 345). Values and Gaussians are averaged
    by it, and the logarithms of class probabilities and of densities on a grid; components of
    mixtures, which the members number as they like, are not to be averaged.

    Parameters
    ----------
    input_spec : InputSpec
        One array of any shape that the members take, or several.
    head : AnswerKind
        Any kind but mixtures.
    members : sequence of str
        Registered models, with their default hyper-parameters; a name given twice is two members
        with weights of their own.
    independent : bool
        Whether members learn independently; else all answer each example together, and may come to
        rely on each other.
    separate : bool
        Whether each member has an output layer of its own, as networks trained one by one have;
        members are as wide as each other then.

    Raises
    ------
    UsageError
        If there is no member, or one is unknown, a committee itself, or refuses the input; if the
        head is a mixture; or if members with separate logits are not as wide as each other.
    """
    from astro_dl.core.registry import resolve_builder
    from astro_dl.models.build import build_from

    if not head.logits_average:
        raise UsageError("a committee does not average mixtures; use answer gaussian or grid")
    if not members or any(resolve_builder(name) is committee for name in members):
        raise UsageError(f"members must be names of single models, not {list(members)}")
    inputs = input_layers(input_spec)
    embeddings = []
    for number, name in enumerate(members, start=1):
        # weight paths tell the members apart, though their layers have the same names
        with keras.name_scope(f"member_{number}"):
            member = build_from(name, input_spec, head)
        embedding = member.get_layer("embedding").output
        trunk = keras.Model(member.input, embedding, name=f"member_{number}")
        embeddings.append(trunk(inputs))
    if not separate:
        x = OneMember(independent, name="members")(embeddings)
        return keras.Model(inputs, attach_head(x, head), name="committee")
    widths = {embedding.shape[-1] for embedding in embeddings}
    if len(widths) > 1:
        raise UsageError(f"separate: members are {sorted(widths)} wide; accepted: one width")
    # of one member the layer has nothing to join
    x = keras.layers.Concatenate(name="members")(embeddings) if len(members) > 1 else embeddings[0]
    layer = partial(MeanOfMembers, members=len(members), independent=independent)
    return keras.Model(inputs, attach_head(x, head, layer=layer), name="committee")


def join_members(model: keras.Model, members: Sequence[keras.Model]) -> None:
    """Give a committee with separate logits the weights of networks that were trained one by one.

    Parameters
    ----------
    model : keras.Model
        A committee with ``separate``.
    members : sequence of keras.Model
        One for each of its members, in their order.
    """
    for number, member in enumerate(members, start=1):
        trunk = keras.Model(member.input, member.get_layer("embedding").output)
        model.get_layer(f"member_{number}").set_weights(trunk.get_weights())
    own = [member.get_layer("logits").get_weights() for member in members]
    model.get_layer("logits").set_weights([np.stack(one) for one in zip(*own, strict=True)])


@keras.saving.register_keras_serializable(package="astro_dl")
class OneMember(keras.layers.Layer):
    """Side by side what the members of a committee found; in training that of one of them alone.

    The others are zero then, and the one is multiplied by the number of members, as dropout does.
    A dense layer on the output gives, in training, the answer of a single member and, afterwards,
    the mean of all.

    Input: a list of (batch, width) tensors, of any widths; output (batch, sum of widths).

    Parameters
    ----------
    independent : bool
        Whether one member is drawn in training.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, independent: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.independent = independent
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the joined vectors."""
        if training and self.independent:
            members, examples = len(inputs), ops.shape(inputs[0])[0]
            drawn = keras.random.randint((examples, 1), 0, members, seed=self.seed_generator)
            inputs = [
                x * (members * ops.cast(drawn == number, x.dtype))
                for number, x in enumerate(inputs)
            ]
        return ops.concatenate(inputs, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0][0], sum(shape[-1] for shape in input_shape))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "independent": self.independent}


@keras.saving.register_keras_serializable(package="astro_dl")
class MeanOfMembers(keras.layers.Layer):
    """Mean of what the members of a committee answer, each by a dense layer of its own.

    In training each example is answered by one member, drawn at random, and no gradient of it
    reaches another: together they are as many networks, trained at once.

    Input: (batch, members × width), the vectors of all members side by side.

    Parameters
    ----------
    units : int
        Outputs of each member, and of the mean.
    members : int
        How many there are.
    independent : bool
        Whether one member is drawn in training.
    alone : int or None
        The only member that answers; None for all.
    kernel_regularizer : keras.Regularizer, optional
        Penalty on the kernels.
    **options
        Arguments of every Keras layer.
    """

    def __init__(
        self,
        units: int,
        members: int,
        independent: bool = True,
        alone: int | None = None,
        kernel_regularizer: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.units, self.members = units, members
        self.independent, self.alone = independent, alone
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape: Any) -> None:
        """Make a kernel and a bias for each member."""
        shape = (self.members, input_shape[-1] // self.members, self.units)
        self.kernel = self.add_weight(
            shape=shape,
            initializer=_each_member,
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.members, self.units), initializer="zeros", name="bias"
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the mean answer, or that of one member."""
        by_member = ops.reshape(inputs, (-1, *self.kernel.shape[:2]))
        answers = ops.einsum("nmw,mwu->nmu", by_member, self.kernel) + self.bias
        if self.alone is not None:
            return answers[:, self.alone]
        if not (training and self.independent):
            return ops.mean(answers, axis=1)
        n = ops.shape(inputs)[0]
        drawn = keras.random.randint((n,), 0, self.members, seed=self.seed_generator)
        chosen = ops.one_hot(drawn, self.members, dtype=answers.dtype)
        return ops.einsum("nm,nmu->nu", chosen, answers)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {
            **super().get_config(),
            "units": self.units,
            "members": self.members,
            "independent": self.independent,
            "alone": self.alone,
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


def _each_member(shape: Sequence[int], dtype: Any = None) -> Any:
    """Return kernels for all members, each spread as for a dense layer of its own."""
    return ops.stack(
        [keras.initializers.GlorotUniform()(shape[1:], dtype=dtype) for _ in range(shape[0])]
    )
