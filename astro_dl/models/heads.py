"""The last layers of every model: embedding, logits, and what people read."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.models.autoencoders.latent import SquaredErrors


@keras.saving.register_keras_serializable(package="astro_dl")
class MeanAndDeviation(keras.layers.Layer):
    """Turns means followed by log-variances into means followed by standard deviations."""

    def call(self, logits: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 2k) values from (batch, 2k) logits."""
        mean, log_variance = ops.split(logits, 2, axis=-1)
        return ops.concatenate([mean, ops.exp(0.5 * log_variance)], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the logits."""
        return input_shape


@keras.saving.register_keras_serializable(package="astro_dl")
class MixtureComponents(keras.layers.Layer):
    """Turns the logits of mixtures into weights, means and scales of their components.

    Parameters
    ----------
    components : int
        Components for each target.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, components: int, **options: Any) -> None:
        super().__init__(**options)
        self.components = components

    def call(self, logits: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 3 · targets · components), laid out as the logits."""
        logs, means, log_scales = ops.split(logits, 3, axis=-1)
        by_target = (-1, logs.shape[-1] // self.components, self.components)
        weights = ops.softmax(ops.reshape(logs, by_target), axis=-1)
        weights = ops.reshape(weights, (-1, logs.shape[-1]))
        return ops.concatenate([weights, means, ops.exp(log_scales)], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the logits."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "components": self.components}


@keras.saving.register_keras_serializable(package="astro_dl")
class QuestionShares(keras.layers.Layer):
    """Turns the logits of answers into their shares, by a softmax within each question.

    Parameters
    ----------
    sizes : sequence of int
        Answers of each question, which follow one another.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, sizes: Sequence[int], **options: Any) -> None:
        super().__init__(**options)
        self.sizes = tuple(sizes)

    def call(self, logits: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, answers) shares."""
        ends = [sum(self.sizes[:number]) for number in range(1, len(self.sizes))]
        return ops.concatenate([ops.softmax(one) for one in ops.split(logits, ends, axis=-1)], -1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the logits."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "sizes": list(self.sizes)}


@keras.saving.register_keras_serializable(package="astro_dl")
class PartlyConstantDense(keras.layers.Layer):
    """A dense layer some of whose outputs are the same for all inputs: their biases.

    Parameters
    ----------
    units : int
        Outputs.
    runs : sequence of (int, int)
        How many outputs vary with the input, and how many after them do not, in turn.
    kernel_regularizer : keras.Regularizer, optional
        Penalty on the kernel, (width, outputs that vary).
    **options
        Arguments of every Keras layer.
    """

    def __init__(
        self,
        units: int,
        runs: Sequence[tuple[int, int]],
        kernel_regularizer: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.units, self.runs = units, tuple((varies, stays) for varies, stays in runs)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        if sum(map(sum, self.runs)) != units:
            raise ValueError(f"runs {self.runs} are not of {units} outputs")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the kernel of what varies, and the biases of all."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], sum(varies for varies, _ in self.runs)),
            initializer="glorot_uniform",
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, units) from (batch, width)."""
        ends = np.cumsum([varies for varies, _ in self.runs])[:-1].tolist()
        varying = ops.split(ops.matmul(inputs, self.kernel), ends, axis=-1)
        padded = [
            ops.pad(one, ((0, 0), (0, stays)))
            for one, (_, stays) in zip(varying, self.runs, strict=True)
        ]
        return ops.concatenate(padded, axis=-1) + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {
            **super().get_config(),
            "units": self.units,
            "runs": [list(run) for run in self.runs],
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


def attach_head(
    features: keras.KerasTensor, head: AnswerKind, **options: object
) -> keras.KerasTensor:
    """Return the output of a model whose last hidden vector is given.

    Adds the layers ``"embedding"`` (the vector itself), ``"logits"`` (dense) and what the kind of
    answer makes of them, ``"probabilities"`` or ``"values"``. The last two compute in float32
    whatever the precision of the rest.

    Parameters
    ----------
    features : KerasTensor
        Shape (batch, width).
    head : AnswerKind
        Kind and number of outputs.
    **options
        Further arguments of the dense layer, such as a regulariser; or, as ``layer``, another one
        in its place.

    Raises
    ------
    UsageError
        If the answer is a reconstruction, for which a model needs a decoder.
    """
    return head.last_layers(keras.layers.Identity(name="embedding")(features), **options)


def dense_logits(
    embedding: keras.KerasTensor,
    outputs: int,
    layer: Callable[..., keras.layers.Layer] = keras.layers.Dense,
    **options: Any,
) -> keras.KerasTensor:
    """Return the layer ``"logits"``."""
    return layer(outputs, dtype="float32", name="logits", **options)(embedding)


def activated_logits(
    embedding: keras.KerasTensor, outputs: int, activation: str, name: str, **options: Any
) -> keras.KerasTensor:
    """Return an activation of the layer ``"logits"``, by the name of its last layer."""
    logits = dense_logits(embedding, outputs, **options)
    return keras.layers.Activation(activation, dtype="float32", name=name)(logits)


def attach_reconstruction(
    inputs: keras.KerasTensor,
    rebuilt: keras.KerasTensor,
    cost: keras.KerasTensor,
    marks: bool = False,
) -> keras.KerasTensor:
    """Return the output of a model that rebuilds its input: errors, and the cost of the code.

    Adds the layers ``"reconstruction"`` (the input rebuilt), ``"logits"`` (squared errors by name,
    then the cost) and ``"values"`` (the same), all in float32.

    Parameters
    ----------
    inputs, rebuilt : KerasTensor
        The input, and the decoder's output: of its shape, or half of it where it has marks.
    cost : KerasTensor
        Shape (batch, 1): what the loss adds to the mean squared error.
    marks : bool
        Whether the second half of the input marks missing values.
    """
    rebuilt = keras.layers.Identity(dtype="float32", name="reconstruction")(rebuilt)
    errors = SquaredErrors(marks, dtype="float32", name="errors")([inputs, rebuilt])
    return attach_errors(errors, cost)


def attach_errors(errors: keras.KerasTensor, cost: keras.KerasTensor) -> keras.KerasTensor:
    """Return the output of a model that is judged by errors (batch, names) and a cost (batch, 1).

    Adds the layers ``"logits"`` (the errors, then the cost) and ``"values"`` (the same).
    """
    logits = keras.layers.Concatenate(dtype="float32", name="logits")([errors, cost])
    return keras.layers.Activation("linear", dtype="float32", name="values")(logits)
