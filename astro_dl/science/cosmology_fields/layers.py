"""Layers for maps that close upon themselves, and what is told of them as a whole."""

from typing import Any

import keras
from keras import ops

LEAST_POWER = 1e-6
"""Added to powers of maps in units of their noise, so that empty maps have a logarithm."""

register = keras.saving.register_keras_serializable(package="astro_dl")


@register
class PeriodicPadding(keras.layers.Layer):
    """Continues maps (batch, height, width, channels) on all sides by themselves.

    Parameters
    ----------
    reach : int
        Pixels added on each side.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, reach: int, **options: Any) -> None:
        super().__init__(**options)
        self.reach = reach

    def call(self, x: Any) -> Any:
        """Return (batch, height + 2 reach, width + 2 reach, channels)."""
        for axis in (1, 2):
            size = x.shape[axis]
            first, last = (ops.take(x, range(*ends), axis=axis) for ends in self._ends(size))
            x = ops.concatenate([last, x, first], axis=axis)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        batch, height, width, channels = input_shape
        return (batch, height + 2 * self.reach, width + 2 * self.reach, channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "reach": self.reach}

    def _ends(self, size: int) -> tuple[tuple[int, int], tuple[int, int]]:
        return (0, self.reach), (size - self.reach, size)


@register
class LogPower(keras.layers.Layer):
    """The logarithm of the mean square of each channel of maps."""

    def call(self, x: Any) -> Any:
        """Return (batch, channels)."""
        return ops.log(ops.mean(ops.square(x), axis=(1, 2)) + LEAST_POWER)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return (input_shape[0], input_shape[-1])


@register
class UnitPower(keras.layers.Layer):
    """Maps with each channel divided by its root mean square."""

    def call(self, x: Any) -> Any:
        """Return maps as they came."""
        power = ops.mean(ops.square(x), axis=(1, 2), keepdims=True)
        return x * ops.rsqrt(power + LEAST_POWER)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return input_shape
