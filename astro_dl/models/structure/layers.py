"""Layers that compute what methods without labels do; their arrays are fitted."""

from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.models.classical.kernel_layers import constant, precise, squared_distances

STEPS = 400
"""Of the descent by which non-negative codes are found."""


@keras.saving.register_keras_serializable(package="astro_dl")
class KnownValues(keras.layers.Layer):
    """The values of a row, the training's mean where one is marked as missing.

    Parameters
    ----------
    marks : bool
        Whether the second half of a row marks the missing values of the first.
    """

    def __init__(self, marks: bool, **options: Any) -> None:
        super().__init__(**options)
        self.marks = marks

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the array of means."""
        self.mean = constant(self, "mean", self._width(input_shape))

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, k)."""
        if not self.marks:
            return x
        values, missing = ops.split(x, 2, axis=1)
        return ops.where(missing < 0.5, values, self.mean)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, k)."""
        return (input_shape[0], self._width(input_shape))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "marks": self.marks}

    def _width(self, input_shape: tuple[int | None, ...]) -> int:
        width = int(input_shape[-1] or 0)
        return width // 2 if self.marks else width


@keras.saving.register_keras_serializable(package="astro_dl")
class GroupNearness(keras.layers.Layer):
    """Minus the distance to the nearest point of each group; to no group, minus a limit.

    Parameters
    ----------
    points, groups : int
        Number of points and of groups, each of which is one of the first or more.
    outside : bool
        Whether what is beyond the limit is in a last group, without points.
    """

    def __init__(self, points: int, groups: int, outside: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"points": points, "groups": groups}
        self.outside = outside

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays: where there are as many points as groups, each is one."""
        points, groups = self.sizes["points"], self.sizes["groups"]
        self.points = constant(self, "points", points, int(input_shape[-1] or 0))
        if points > groups:
            self.others = constant(self, "others", groups, points)
        if self.outside:
            self.limit = constant(self, "limit", 1)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, groups), and one more for what is outside."""
        distances = ops.sqrt(squared_distances(precise(x), precise(self.points)))
        found = [distances]
        if self.sizes["points"] > self.sizes["groups"]:
            found = [
                ops.min(distances + precise(self.others[group]), axis=1, keepdims=True)
                for group in range(self.sizes["groups"])
            ]
        if self.outside:
            found.append(precise(self.limit) + 0 * found[0][:, :1])
        return ops.cast(-ops.concatenate(found, axis=1), self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, groups), and one more for what is outside."""
        return (input_shape[0], self.sizes["groups"] + self.outside)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), **self.sizes, "outside": self.outside}


@keras.saving.register_keras_serializable(package="astro_dl")
class NearestCode(keras.layers.Layer):
    """The code of the nearest of some points, and the distance to it.

    Parameters
    ----------
    points, codes : int
        Number of points, length of a code.
    """

    def __init__(self, points: int, codes: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"points": points, "codes": codes}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays."""
        points, codes = self.sizes["points"], self.sizes["codes"]
        self.points = constant(self, "points", points, int(input_shape[-1] or 0))
        self.codes = constant(self, "codes", points, codes)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, codes + 1)."""
        squared = squared_distances(precise(x), precise(self.points))
        codes = ops.take(self.codes, ops.argmin(squared, axis=1), axis=0)
        distance = ops.sqrt(ops.min(squared, axis=1, keepdims=True))
        return ops.concatenate([codes, ops.cast(distance, codes.dtype)], axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, codes + 1)."""
        return (input_shape[0], self.sizes["codes"] + 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), **self.sizes}


@keras.saving.register_keras_serializable(package="astro_dl")
class ComponentCode(keras.layers.Layer):
    """Codes whose components, weighted and summed, rebuild a row; and the mean squared error.

    Parameters
    ----------
    codes : int
        Number of components.
    positive : bool
        Whether codes are not negative: those of the least error, found by accelerated projected
        descent (Beck & Teboulle 2009). Otherwise they are linear in the row.
    """

    def __init__(self, codes: int, positive: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.codes, self.positive = codes, positive

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays."""
        k = int(input_shape[-1] or 0)
        self.centre = constant(self, "centre", k)
        self.components = constant(self, "components", self.codes, k)
        if self.positive:
            self.step = constant(self, "step", 1)
        else:
            self.encoder = constant(self, "encoder", k, self.codes)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, codes + 1)."""
        rows, components = precise(x) - precise(self.centre), precise(self.components)
        if self.positive:
            rows = ops.maximum(rows, 0.0)
            code = self._descended(rows, components)
        else:
            code = ops.matmul(rows, precise(self.encoder))
        left = rows - ops.matmul(code, components)
        error = ops.mean(ops.square(left), axis=1, keepdims=True)
        return ops.cast(ops.concatenate([code, error], axis=1), self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, codes + 1)."""
        return (input_shape[0], self.codes + 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "codes": self.codes, "positive": self.positive}

    def _descended(self, rows: Any, components: Any) -> Any:
        gram, step = ops.matmul(components, ops.transpose(components)), precise(self.step)
        target = ops.matmul(rows, ops.transpose(components))
        # Momentum (k - 1) / (k + 2) of the k-th step.
        momenta = ops.convert_to_tensor(np.arange(STEPS) / (np.arange(STEPS) + 3.0))

        def improved(number: Any, state: Any) -> Any:
            code, ahead = state
            new = ops.maximum(ahead - step * (ops.matmul(ahead, gram) - target), 0.0)
            return new, new + ops.cast(momenta[number], new.dtype) * (new - code)

        start = ops.zeros_like(target)
        return ops.fori_loop(0, STEPS, improved, (start, start))[0]


@keras.saving.register_keras_serializable(package="astro_dl")
class KernelSurprise(keras.layers.Layer):
    """Minus the logarithm of a density: a mean of Gaussian kernels around points.

    Parameters
    ----------
    points : int
        How many.
    """

    def __init__(self, points: int, **options: Any) -> None:
        super().__init__(**options)
        self.number = points

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays."""
        self.points = constant(self, "points", self.number, int(input_shape[-1] or 0))
        self.width = constant(self, "width", 1, value="ones")
        self.norm = constant(self, "norm", 1)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 1)."""
        squared = squared_distances(precise(x), precise(self.points))
        logs = -squared / (2 * ops.square(precise(self.width)))
        surprise = precise(self.norm) - ops.logsumexp(logs, axis=1, keepdims=True)
        return ops.cast(surprise, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, 1)."""
        return (input_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "points": self.number}


@keras.saving.register_keras_serializable(package="astro_dl")
class LocalOutlierFactor(keras.layers.Layer):
    """How much sparser it is around a row than around its neighbours (Breunig et al. 2000).

    Parameters
    ----------
    points, neighbours : int
        Training rows, and how many are neighbours.
    """

    def __init__(self, points: int, neighbours: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"points": points, "neighbours": neighbours}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays."""
        points = self.sizes["points"]
        self.points = constant(self, "points", points, int(input_shape[-1] or 0))
        self.reach = constant(self, "reach", points)
        self.density = constant(self, "density", points, value="ones")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 1)."""
        squared = squared_distances(precise(x), precise(self.points))
        nearest, places = ops.top_k(-squared, self.sizes["neighbours"])
        reached = ops.maximum(
            ops.sqrt(ops.maximum(-nearest, 0.0)), precise(ops.take(self.reach, places))
        )
        density = 1 / (ops.mean(reached, axis=1, keepdims=True) + 1e-10)
        around = ops.mean(precise(ops.take(self.density, places)), axis=1, keepdims=True)
        return ops.cast(around / density, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, 1)."""
        return (input_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), **self.sizes}


@keras.saving.register_keras_serializable(package="astro_dl")
class Elementwise(keras.layers.Layer):
    """A number made of the outputs of another layer.

    Parameters
    ----------
    what : {"halvings", "negative", "farness", "surprise"}
        Two to the power of minus a number; minus it; minus the greatest of several; minus the
        logarithm of the sum of their exponentials.
    """

    def __init__(self, what: str, **options: Any) -> None:
        super().__init__(**options)
        self.what = what

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 1)."""
        made = {
            "halvings": lambda: ops.power(2.0, -x),
            "negative": lambda: -x,
            "farness": lambda: -ops.max(x, axis=1, keepdims=True),
            "surprise": lambda: -ops.logsumexp(x, axis=1, keepdims=True),
        }
        return made[self.what]()

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, 1)."""
        return (input_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "what": self.what}
