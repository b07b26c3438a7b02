"""Layers for series that close upon themselves, such as folded light curves, or have gaps.

A network of cyclic layers, of pointwise ones, and of a mean over all positions gives the same
answer wherever the series begins (Zhang & Bloom 2021, MNRAS 505, 515).
"""

from typing import Any

import keras
import numpy as np
from keras import ops

SMALLEST_VARIANCE = 1e-6
register = keras.saving.register_keras_serializable(package="astro_dl")


@register
class CyclicPadding(keras.layers.Layer):
    """Continues a series (batch, steps, channels) at both ends by itself.

    Parameters
    ----------
    reach : int
        Steps added at each end.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, reach: int, **options: Any) -> None:
        super().__init__(**options)
        self.reach = reach

    def call(self, x: Any) -> Any:
        """Return (batch, steps + 2 reach, channels)."""
        steps = x.shape[1]
        return ops.take(x, np.arange(-self.reach, steps + self.reach) % steps, axis=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        batch, steps, channels = input_shape
        return (batch, steps + 2 * self.reach, channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "reach": self.reach}


@register
class CyclicPooling(keras.layers.Layer):
    """Takes the maximum of neighbours, then deals the steps out to two series of half the length.

    Both series go on side by side in the batch, so that nothing is lost that depends on where the
    series begins: (batch, steps, channels) to (2 batch, steps / 2, channels).
    """

    def call(self, x: Any) -> Any:
        """Return the even steps of each series, then the odd ones."""
        steps, channels = x.shape[1:]
        x = ops.maximum(x, ops.roll(x, -1, axis=1))
        x = ops.transpose(ops.reshape(x, (-1, steps // 2, 2, channels)), (0, 2, 1, 3))
        return ops.reshape(x, (-1, steps // 2, channels))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        _, steps, channels = input_shape
        return (None, steps // 2, channels)


@register
class CyclicJoin(keras.layers.Layer):
    """Brings the series that `CyclicPooling` dealt out together again, in another order of steps.

    Parameters
    ----------
    steps : int
        Of the series before the first pooling.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, steps: int, **options: Any) -> None:
        super().__init__(**options)
        self.steps = steps

    def call(self, x: Any) -> Any:
        """Return (batch, steps, channels)."""
        return ops.reshape(x, (-1, self.steps, x.shape[-1]))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return (None, self.steps, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "steps": self.steps}


@register
class MeanOfKnown(keras.layers.Layer):
    """The mean over the known steps (batch, steps) of a series (batch, steps, channels).

    Where no step is known it is zero.
    """

    def call(self, inputs: Any) -> Any:
        """Return (batch, channels)."""
        x, known = inputs
        weight = ops.cast(known, x.dtype)[..., None]
        # What is not known may be anything, infinite too.
        total = ops.sum(ops.where(weight > 0, x, ops.zeros_like(x)), axis=1)
        return total / ops.maximum(ops.sum(weight, axis=1), 1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        batch, _, channels = input_shape[0]
        return (batch, channels)


@register
class WeightedErrors(keras.layers.Layer):
    """Mean squared errors of a reconstruction, points weighted by their inverse variance.

    Naul et al. (2018, Nature Astronomy 2, 151), equation 2, where weights are scaled to a mean of
    one in each curve, so that none outweighs the others.
    """

    supports_masking = True

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Return none: nothing of the steps is left."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, 1) from values, rebuilt ones, errors and marks, (batch, steps, 1) each."""
        value, rebuilt, error, known = inputs
        weight = ops.where(known > 0.5, 1 / ops.maximum(ops.square(error), SMALLEST_VARIANCE), 0)
        squared = ops.where(known > 0.5, ops.square(value - rebuilt), 0)
        total = ops.sum(weight * squared, axis=1)
        return total / ops.maximum(ops.sum(weight, axis=1), 1e-9)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 1)."""
        return (input_shape[0][0], 1)
