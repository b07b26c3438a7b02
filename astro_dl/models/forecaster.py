"""Forecasts of series: what was seen is summed up, and told on step by step.

input ─ [gaps filled] ─ recurrent layer ─ last state ─ recurrent layer over the steps to come
      ─ [dense ─ activation ─ dropout] × m, each step alike ─ embedding ─ logits
"""

from collections.abc import Sequence
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.task import InputSpec
from astro_dl.models.attention.layers import Channels
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, dense_stack, input_tensor

CELLS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}


def forecaster(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    horizon: int | None = None,
    mask_channel: int | None = None,
    cell: Literal["lstm", "gru", "rnn"] = "gru",
    recurrent_units: int = 32,
    units: Sequence[int] = (16,),
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a sequence-to-sequence network (Sutskever et al. 2014, arXiv:1409.3215).

    It gives all steps to come at once; a Gaussian answer tells how uncertain each of them is. Gaps
    are filled with the last known value, which fades to zero the longer ago it was, as fast as
    training finds best (Che et al. 2018, arXiv:1606.01865, eq. 10): the layer ``"filled"`` has the
    series without gaps. Series should come with mean zero.

    Parameters
    ----------
    input_spec : InputSpec
        Inputs of shape (steps, channels).
    head : AnswerKind
        Any kind; one target for each step to come, or several.
    horizon : int or None
        Steps to come; None for as many as there are names in the answer.
    mask_channel : int or None
        Channel that is 1 where a step was observed and 0 in gaps; None for series without.
    cell : {"lstm", "gru", "rnn"}
        What both recurrent layers are made of.
    recurrent_units : int
        Width of both.
    units : sequence of int
        Width of each dense hidden layer, which every step to come goes through.
    activation : str
        Keras name of the activation of the dense layers.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank or no such channel, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 2, "forecaster")
    channels = inputs.shape[-1]
    steps = len(head.names) if horizon is None else horizon
    if steps < 1:
        raise UsageError(f"horizon is {horizon}; accepted: 1 and above, or null")
    layer = look_up("cell", cell, CELLS)
    style = Style(activation, "none", initializer, l1, l2)
    x = inputs
    if mask_channel is not None:
        if channels < 2 or not 0 <= mask_channel < channels:
            raise UsageError(
                f"mask_channel is {mask_channel}; accepted: one of {channels} channels beside "
                "those of values, from 0, or null"
            )
        others = [one for one in range(channels) if one != mask_channel]
        marks = Channels([mask_channel], name="marks")(inputs)
        values = FilledGaps(name="filled")([Channels(others, name="value_channels")(inputs), marks])
        x = keras.layers.Concatenate(name="values_and_marks")([values, marks])
    options: dict[str, Any] = style.kernel_options
    x = layer(recurrent_units, name="encoder", **options)(x)
    x = keras.layers.RepeatVector(steps, name="to_come")(x)
    x = layer(recurrent_units, name="decoder", return_sequences=True, **style.kernel_options)(x)
    x = keras.layers.Identity(name="features")(x)
    x = dense_stack(x, units, dropout, style)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="forecaster")


@keras.saving.register_keras_serializable(package="astro_dl")
class FilledGaps(keras.layers.Layer):
    """Series in whose gaps the last known value fades to zero.

    Input: values (batch, steps, channels) and marks (batch, steps, 1), 1 where values are known;
    output (batch, steps, channels). What stands in the gaps is not looked at, nor is NaN.
    """

    def build(self, input_shape: Any) -> None:
        """Make a rate of fading for each channel."""
        self.fading = self.add_weight(
            name="fading", shape=(input_shape[0][-1],), initializer=_slow, trainable=True
        )

    def call(self, inputs: Any) -> Any:
        """Return the filled series."""
        values, marks = inputs
        steps = values.shape[1]
        known = marks[..., 0] > 0.5
        numbers = np.arange(1, steps + 1)
        # (batch, step, earlier or same step): its number if known, else 0
        earlier = ops.cast(known[:, None, :], "int32") * np.tril(
            np.broadcast_to(numbers, (steps, steps))
        ).astype("int32")
        last = ops.max(earlier, axis=-1)
        values = ops.where(known[..., None], values, ops.zeros_like(values))
        chosen = ops.cast(ops.one_hot(last - 1, steps), values.dtype)
        held = ops.matmul(chosen, values)
        ago = ops.cast(numbers - last, values.dtype)[..., None]
        return held * ops.exp(-ops.softplus(self.fading) * ago)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the values."""
        return input_shape[0]


def _slow(shape: Any, dtype: Any = None) -> Any:
    """Return rates by which a value halves in about seven steps."""
    return ops.full(shape, -2.25, dtype=dtype)
