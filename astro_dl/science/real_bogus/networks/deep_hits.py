"""Deep-HiTS, a network whose answer is the same for an image and for its quarter turns.

input ─ four quarter turns ─ [convolutions ─ pools ─ dense] with shared weights
      ─ mean over the turns ─ dense ─ dropout ─ embedding ─ logits
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Size, Style, dense_stack, input_tensor


def deep_hits(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (32, 32, 64, 64, 64),
    kernel_sizes: int | Sequence[Size] = (4, 3, 3, 3, 3),
    pool_sizes: int | Sequence[Size] = (1, 2, 1, 1, 2),
    turned_units: int = 64,
    units: Sequence[int] = (64,),
    activation: str = "leaky_relu",
    dropout: float | Sequence[float] = 0.5,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return the network of Cabrera-Vives et al. (2017, ApJ 836, 97), for any square image.

    Parameters
    ----------
    input_spec : InputSpec
        Images of shape (size, size, channels); 21 × 21 × 4 in the paper: template, science,
        difference and S/N.
    head : AnswerKind
        Any kind.
    filters, kernel_sizes, pool_sizes : sequence of int
        Of each convolution, and of the pool after it; 1 for none.
    turned_units : int
        Width of the dense layer of each turn.
    units : sequence of int
        Of the dense layers after the mean.
    activation : str
        Keras name of the activation.
    dropout : float or sequence of float
        Rate after these dense layers.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input is no square image, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "deep_hits")
    if inputs.shape[1] != inputs.shape[2]:
        raise UsageError(f"deep_hits turns square images, not {tuple(inputs.shape[1:3])} pixels")
    style = Style(activation, "none", initializer, l1, l2)
    x = convolution_stack(
        QuarterTurns(name="quarter_turns")(inputs),
        style,
        filters=filters,
        kernel_sizes=kernel_sizes,
        pool_sizes=pool_sizes,
        padding="same",
    )
    x = keras.layers.Flatten(name="flatten")(x)
    x = dense_stack(x, (turned_units,), 0.0, style, "turned_")
    x = dense_stack(MeanOfTurns(name="mean_of_turns")(x), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="deep_hits")


@keras.saving.register_keras_serializable(package="astro_dl")
class QuarterTurns(keras.layers.Layer):
    """Puts the three quarter turns of square images behind them.

    Input (batch, size, size, channels), output (4 batch, size, size, channels): all images, all
    turned once, twice and three times.
    """

    def call(self, inputs: Any) -> Any:
        """Return the images in four orientations."""
        turned = [inputs]
        for _ in range(3):
            turned.append(ops.flip(ops.transpose(turned[-1], (0, 2, 1, 3)), axis=1))
        return ops.concatenate(turned, axis=0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        batch = input_shape[0]
        return (None if batch is None else 4 * batch, *input_shape[1:])


@keras.saving.register_keras_serializable(package="astro_dl")
class MeanOfTurns(keras.layers.Layer):
    """Averages what was made of the four orientations: (4 batch, width) to (batch, width)."""

    def call(self, inputs: Any) -> Any:
        """Return the mean of the four turns of each image."""
        return ops.mean(ops.reshape(inputs, (4, -1, inputs.shape[-1])), axis=0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        batch = input_shape[0]
        return (None if batch is None else batch // 4, *input_shape[1:])
