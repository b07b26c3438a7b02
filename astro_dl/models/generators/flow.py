"""The distribution of codes where something is known: a flow of affine couplings.

A coupling leaves half of a vector as it is and moves and stretches the other half by numbers that a
small network tells from the first half and from the conditions (Dinh, Sohl-Dickstein & Bengio 2017,
arXiv:1605.08803, eq. 7 and 8). Between couplings the numbers change places.

code ─ [places ─ coupling] × n ─ unit Gaussian;   density = that of the Gaussian × product of slopes
"""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

LARGEST_LOG_SCALE = 3.0
"""By which one coupling stretches at most, as a logarithm."""


@keras.saving.register_keras_serializable(package="astro_dl")
class ConditionalFlow(keras.layers.Layer):
    """Learns p(code | conditions), from codes that it does not move.

    Parameters
    ----------
    couplings : int
        How many.
    units : int
        Width of both hidden layers of each.
    weight : float
        Of its cost, per nat.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, couplings: int, units: int, weight: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.couplings, self.units, self.weight = couplings, units, weight

    def build(self, input_shape: Any) -> None:
        """Make the networks and the order of places."""
        (_, size), (_, given) = input_shape
        self.size, self.kept = int(size), int(size) // 2
        rng = np.random.default_rng(0)
        self.places = [rng.permutation(self.size) for _ in range(self.couplings)]
        widths = (self.kept + given, self.units, self.units, 2 * (self.size - self.kept))
        self.networks = [
            [self._dense(f"coupling_{number + 1}_{layer + 1}", widths[layer], widths[layer + 1])
             for layer in range(3)]
            for number in range(self.couplings)
        ]  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """Return the weighted −ln p (batch, 1) of codes (batch, k) given conditions (batch, c)."""
        codes, conditions = inputs
        unit, log_slope = self.unit(ops.stop_gradient(codes), conditions)
        nats = 0.5 * ops.sum(ops.square(unit), axis=-1) - log_slope
        nats = nats + 0.5 * self.size * math.log(2 * math.pi)
        return self.weight * ops.expand_dims(nats, -1)

    def unit(self, codes: Any, conditions: Any) -> tuple[Any, Any]:
        """Return what codes are of a unit Gaussian (batch, k), and ln of the slope (batch,)."""
        x, log_slope = codes, 0.0
        for places, network in zip(self.places, self.networks, strict=True):
            x = ops.take(x, places, axis=-1)
            kept, moved = ops.split(x, [self.kept], axis=-1)
            shift, log_scale = self._told(network, kept, conditions)
            moved = (moved - shift) * ops.exp(-log_scale)
            log_slope = log_slope - ops.sum(log_scale, axis=-1)
            x = ops.concatenate([kept, moved], axis=-1)
        return x, log_slope

    def codes(self, unit: Any, conditions: Any) -> Any:
        """Return the codes (batch, k) of draws from a unit Gaussian, the inverse of `unit`."""
        x = ops.cast(unit, self.compute_dtype)
        conditions = ops.cast(conditions, self.compute_dtype)
        for places, network in zip(self.places[::-1], self.networks[::-1], strict=True):
            kept, moved = ops.split(x, [self.kept], axis=-1)
            shift, log_scale = self._told(network, kept, conditions)
            x = ops.concatenate([kept, moved * ops.exp(log_scale) + shift], axis=-1)
            x = ops.take(x, np.argsort(places), axis=-1)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 1)."""
        return (input_shape[0][0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        own = {"couplings": self.couplings, "units": self.units, "weight": self.weight}
        return {**super().get_config(), **own}

    def _dense(self, name: str, width: int, outputs: int) -> tuple[Any, Any]:
        # The last layers begin small, so that the first density is nearly the unit Gaussian.
        small = keras.initializers.RandomNormal(0.01)
        start = small if name.endswith("_3") else "he_normal"
        kernel = self.add_weight(shape=(width, outputs), initializer=start, name=f"{name}_kernel")
        return kernel, self.add_weight(shape=(outputs,), initializer="zeros", name=f"{name}_bias")

    def _told(self, network: Any, kept: Any, conditions: Any) -> tuple[Any, Any]:
        x = ops.concatenate([kept, conditions], axis=-1)
        *hidden, (kernel, bias) = network
        for into, offset in hidden:
            x = ops.silu(ops.matmul(x, into) + offset)
        shift, raw = ops.split(ops.matmul(x, kernel) + bias, 2, axis=-1)
        return shift, LARGEST_LOG_SCALE * ops.tanh(raw / LARGEST_LOG_SCALE)
