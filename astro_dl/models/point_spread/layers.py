"""Layers of networks that see an image and the point-spread function it was taken through."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from astro_dl.core.errors import UsageError
from astro_dl.models.point_spread.moments import polar_maps


@keras.saving.register_keras_serializable(package="astro_dl")
class PolarMoments(keras.layers.Layer):
    """Projections of images (batch, H, W, 1) on rings times harmonics, nothing of it trained.

    Each weight map has unit norm, so that white noise of unit variance remains such. Those of
    harmonic 0 come first.

    Parameters
    ----------
    radii : sequence of float
        Where rings are centred, rising [pixel].
    harmonics : sequence of int
        Of the angle, 0 or more.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, radii: Sequence[float], harmonics: Sequence[int], **options: object) -> None:
        super().__init__(**options)
        self.radii, self.harmonics = [float(one) for one in radii], [int(one) for one in harmonics]
        if len(self.radii) < 2 or np.any(np.diff(self.radii) <= 0) or min(self.harmonics) < 0:
            raise UsageError(
                f"radii {self.radii} and harmonics {self.harmonics}; accepted: two radii at least, "
                "rising, and harmonics of 0 and above"
            )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weight maps."""
        self.maps = self._maps(input_shape)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return moments (batch, maps)."""
        flat = ops.reshape(inputs, (-1, len(self.maps)))
        return ops.matmul(flat, ops.convert_to_tensor(self.maps, dtype=flat.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the moments."""
        return (input_shape[0], self._maps(input_shape).shape[1])

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "radii": self.radii, "harmonics": self.harmonics}

    def _maps(self, input_shape: tuple[int | None, ...]) -> np.ndarray:
        height, width = (int(side or 0) for side in input_shape[1:3])
        return polar_maps(height, width, self.radii, self.harmonics)


@keras.saving.register_keras_serializable(package="astro_dl")
class RelativeMoments(keras.layers.Layer):
    """Moments (batch, m) over the root of their sum of squares A; its logarithm; their asinh.

    The first tell structure whatever the flux, the second how sure they are.
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, 2 m + 1)."""
        size = ops.sqrt(1e-4 + ops.sum(ops.square(inputs), axis=-1, keepdims=True))
        return ops.concatenate([inputs / size, ops.log(size), ops.arcsinh(inputs)], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        return (*input_shape[:-1], 2 * int(input_shape[-1] or 0) + 1)


@keras.saving.register_keras_serializable(package="astro_dl")
class Compressed(keras.layers.Layer):
    """asinh(x / softening).

    Parameters
    ----------
    softening : float
        Where the scale becomes logarithmic.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, softening: float, **options: object) -> None:
        super().__init__(**options)
        self.softening = softening

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return values of the same shape."""
        return ops.arcsinh(inputs / self.softening)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "softening": self.softening}


@keras.saving.register_keras_serializable(package="astro_dl")
class AsBright(keras.layers.Layer):
    """Beside an image a point source as bright, (batch, H, W, 2) of even H and W.

    Inputs: images (batch, H, W, 1), and point-spread functions (batch, k, k, 1) of unit sum and odd
    k below H and W. Their middle pixel is spread over the four in the middle of the image, so that
    both turn about the same place.

    Parameters
    ----------
    radius : int
        Half of the side of the square whose light is that of the source [pixel].
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, radius: int, **options: object) -> None:
        super().__init__(**options)
        self.radius = radius

    def call(self, inputs: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
        """Return the images and the point sources as two bands."""
        image, spread = inputs
        sides = image.shape[1:3]
        y, x = (slice(side // 2 - self.radius, side // 2 + self.radius) for side in sides)
        light = ops.maximum(ops.sum(image[:, y, x], axis=(1, 2), keepdims=True), 1.0)
        wide = ops.pad(spread, ((0, 0), (1, 1), (1, 1), (0, 0)))
        tall = wide[:, 1:] + wide[:, :-1]
        even = (tall[:, :, 1:] + tall[:, :, :-1]) / 4
        around = [(side - spread.shape[1] - 1) // 2 for side in sides]
        padding = ((0, 0), *((one, one) for one in around), (0, 0))
        return ops.concatenate([image, ops.pad(even, padding) * light], axis=-1)

    def compute_output_shape(
        self, input_shape: Sequence[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        return (*input_shape[0][:-1], 2)

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "radius": self.radius}


FAINT_POINT_SPREAD = 0.01
"""Share of the light in a pixel, below which a point-spread function is seen linearly."""


def point_spread_map(
    point_spread: keras.KerasTensor, height: int, width: int, units: int
) -> keras.KerasTensor:
    """Return a map of numbers that tell of a point-spread function, the same all over.

    Parameters
    ----------
    point_spread : KerasTensor
        (batch, k, k, 1), of unit sum.
    height, width : int
        Of the map.
    units : int
        How many numbers.
    """
    seen = Compressed(FAINT_POINT_SPREAD, name="point_spread_compressed")(point_spread)
    seen = keras.layers.Flatten(name="point_spread_flat")(seen)
    seen = keras.layers.Dense(units, name="point_spread_dense")(seen)
    seen = keras.layers.RepeatVector(height * width, name="point_spread_repeated")(seen)
    return keras.layers.Reshape((height, width, units), name="point_spread_map")(seen)
