"""Perceptrons that see each number of a table through waves of learned lengths.

input (features,) ─ [sines, cosines, itself ─ dense ─ ReLU] of each feature
      ─ [dense ─ activation ─ dropout] × n ─ embedding ─ logits

A perceptron learns smooth functions first, and trees need not: with waves it can follow steps and
spikes of a single feature, and is as good as trees on many tables.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, dense_stack, input_tensor


def periodic_mlp(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    waves: int = 12,
    widest_wave: float = 0.2,
    width: int = 8,
    units: Sequence[int] = (256, 128),
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.3,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a perceptron on periodic embeddings (Gorishniy et al. 2022, arXiv:2203.05556).

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (features,), each of a width of about one.
    head : AnswerKind
        Any kind.
    waves : int
        Waves for each feature.
    widest_wave : float
        Standard deviation of their initial frequencies [cycles per unit].
    width : int
        Numbers that stand for each feature afterwards.
    units : sequence of int
        Width of each hidden layer.
    activation : str
        Keras name of the activation.
    dropout : float or sequence of float
        Rate after every hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 1, "periodic_mlp")
    style = Style(activation, "none", initializer, l1, l2)
    x = PeriodicEmbedding(waves, widest_wave, width, name="waves")(inputs)
    x = dense_stack(keras.layers.Flatten(name="flatten")(x), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="periodic_mlp")


@keras.saving.register_keras_serializable(package="astro_dl")
class PeriodicEmbedding(keras.layers.Layer):
    """Turns features (batch, features) into (batch, features, width) by waves and a dense layer.

    Parameters
    ----------
    waves : int
        Frequencies for each feature.
    deviation : float
        Of the initial frequencies [cycles per unit].
    width : int
        Numbers for each feature.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, waves: int, deviation: float, width: int, **options: Any) -> None:
        super().__init__(**options)
        self.waves, self.deviation, self.width = waves, deviation, width

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights."""
        features = input_shape[-1]
        normal = keras.initializers.RandomNormal(stddev=self.deviation)
        self.frequency = self.add_weight(
            shape=(features, self.waves), initializer=normal, name="frequency"
        )
        shape = (features, 2 * self.waves + 1, self.width)
        self.kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(features, self.width), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Return the embeddings."""
        values = ops.expand_dims(inputs, -1)
        phase = 2 * math.pi * self.frequency * values
        waves = ops.concatenate([ops.sin(phase), ops.cos(phase), values], axis=-1)
        return ops.relu(ops.einsum("bfk,fkd->bfd", waves, self.kernel) + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        return (*input_shape, self.width)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        own = {"waves": self.waves, "deviation": self.deviation, "width": self.width}
        return {**super().get_config(), **own}
