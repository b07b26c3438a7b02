"""Layers around Gaussians: kernels of support vectors and Gaussian processes, and densities.

They compute in double precision where the backend has it: sums of large terms of both signs would
lose digits else. As weights are stored in single precision, those of kernels have two parts, the
rounded value and the rest, one after the other along a first axis.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

ERROR_FUNCTIONS = np.array([0.41, 0.4, 0.37, 0.44, 0.39])
WEIGHTS = np.array([-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654])
"""The logistic function as a sum of error functions (Williams & Barber 1998)."""


def precise(x: Any) -> Any:
    """Return a tensor in double precision; on JAX, which has none by default, in single."""
    return ops.cast(x, "float32" if keras.backend.backend() == "jax" else "float64")


def joined(parts: Any) -> Any:
    """Return in double precision what is stored in two parts (2, …)."""
    return ops.sum(precise(parts), axis=0)


def squared_distances(x: Any, points: Any) -> Any:
    """Return (batch, m) from precise vectors (batch, k) and (m, k)."""
    products = ops.matmul(x, ops.transpose(points))
    squares = ops.sum(ops.square(x), axis=1, keepdims=True) + ops.sum(ops.square(points), axis=1)
    return ops.maximum(squares - 2 * products, 0.0)


def constant(layer: keras.layers.Layer, name: str, *shape: int, value: str = "zeros") -> Any:
    """Return a new float32 array of a layer, which is fitted elsewhere."""
    return layer.add_weight(name=name, shape=shape, initializer=value, trainable=False)


@keras.saving.register_keras_serializable(package="astro_dl")
class RadialKernels(keras.layers.Layer):
    """Sums of Gaussian kernels around points, exp(- sharpness · squared distance).

    Parameters
    ----------
    examples, outputs : int
        Number of points and of sums, each with coefficients and a sharpness of its own.
    """

    def __init__(self, examples: int, outputs: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"examples": examples, "outputs": outputs}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays."""
        n, k, outputs = self.sizes["examples"], int(input_shape[-1] or 0), self.sizes["outputs"]
        self.points = constant(self, "points", n, k)
        self.scale = constant(self, "scale", 2, k, value="ones")
        self.sharpness = constant(self, "sharpness", 2, outputs, value="ones")
        self.coefficients = constant(self, "coefficients", 2, n, outputs)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, outputs) from (batch, features)."""
        scale = joined(self.scale)
        distances = squared_distances(precise(x) * scale, precise(self.points) * scale)
        sharpness, coefficients = joined(self.sharpness), joined(self.coefficients)
        sums = [
            ops.matmul(
                ops.exp(-sharpness[number] * distances), coefficients[:, number : number + 1]
            )
            for number in range(self.sizes["outputs"])
        ]
        return ops.cast(ops.concatenate(sums, axis=1), self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, outputs)."""
        return (input_shape[0], self.sizes["outputs"])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), **self.sizes}


@keras.saving.register_keras_serializable(package="astro_dl")
class LaplaceProcess(keras.layers.Layer):
    """Class probabilities of Gaussian processes (Rasmussen & Williams 2006, algorithm 3.2).

    Parameters
    ----------
    examples, processes, outputs : int
        Training examples; processes, each of a class against the rest, or one of two classes; and
        classes.
    """

    def __init__(self, examples: int, processes: int, outputs: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"examples": examples, "processes": processes, "outputs": outputs}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays."""
        n, k, processes = self.sizes["examples"], int(input_shape[-1] or 0), self.sizes["processes"]
        self.points = constant(self, "points", n, k)
        self.scale = constant(self, "scale", 2, k, value="ones")
        self.sharpness = constant(self, "sharpness", 2, processes, value="ones")
        self.height = constant(self, "height", 2, processes, value="ones")
        self.slope = constant(self, "slope", 2, n, processes)
        self.inverse = constant(self, "inverse", processes, n, n)
        classes = self._classes()
        self.seen = constant(self, "seen", classes, self.sizes["outputs"])

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, outputs) from (batch, features)."""
        scale = joined(self.scale)
        distances = squared_distances(precise(x) * scale, precise(self.points) * scale)
        found = [self._probability(number, distances) for number in range(self.sizes["processes"])]
        if len(found) == 1:
            found = [1 - found[0], found[0]]
        probabilities = ops.stack(found, axis=1)
        probabilities = probabilities / ops.sum(probabilities, axis=1, keepdims=True)
        seen = ops.matmul(probabilities, precise(self.seen))
        return ops.cast(seen, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, outputs)."""
        return (input_shape[0], self.sizes["outputs"])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), **self.sizes}

    def _classes(self) -> int:
        return max(self.sizes["processes"], 2)

    def _probability(self, number: int, distances: Any) -> Any:
        height = joined(self.height)[number]
        kernel = height * ops.exp(-joined(self.sharpness)[number] * distances)
        slope = joined(self.slope)[:, number : number + 1]
        mean = ops.squeeze(ops.matmul(kernel, slope), axis=1)
        explained = ops.matmul(kernel, ops.transpose(precise(self.inverse[number])))
        variance = ops.maximum(height - ops.sum(ops.square(explained), axis=1), 1e-12)
        sharpness, widths = 1 / (2 * variance), precise(ERROR_FUNCTIONS)
        inner = (
            mean[:, None]
            * widths
            * ops.sqrt(sharpness[:, None] / (sharpness[:, None] + ops.square(widths)))
        )
        return ops.sum(precise(WEIGHTS) * (ops.erf(inner) + 1), axis=1) / 2


@keras.saving.register_keras_serializable(package="astro_dl")
class GaussianDensities(keras.layers.Layer):
    """Logarithms of the densities of Gaussians, each times its weight.

    Parameters
    ----------
    components : int
        Number of Gaussians.
    full : bool
        Whether features are correlated.
    normalised : bool
        Whether the logarithms are of shares in the sum.
    """

    def __init__(self, components: int, full: bool, normalised: bool, **options: Any) -> None:
        super().__init__(**options)
        self.components, self.full, self.normalised = components, full, normalised

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays: centres, what makes deviations normal, logarithms of the peaks."""
        k = int(input_shape[-1] or 0)
        self.centre = constant(self, "centre", self.components, k)
        shape = (self.components, k, k) if self.full else (self.components, k)
        self.precision = constant(self, "precision", *shape, value="ones")
        self.peak = constant(self, "constant", self.components)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, components) from (batch, features)."""
        deviation = precise(x)[:, None] - precise(self.centre)
        if self.full:
            normal = ops.einsum("bck,ckl->bcl", deviation, precise(self.precision))
        else:
            normal = deviation * precise(self.precision)
        logs = precise(self.peak) - 0.5 * ops.sum(ops.square(normal), axis=-1)
        return ops.cast(ops.log_softmax(logs) if self.normalised else logs, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, components)."""
        return (input_shape[0], self.components)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        arguments = {"full": self.full, "normalised": self.normalised}
        return {**super().get_config(), "components": self.components, **arguments}
