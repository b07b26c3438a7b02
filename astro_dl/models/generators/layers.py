"""From shares of light to an image as it is seen, and how well that explains another one."""

from typing import Any

import keras
import numpy as np
from keras import ops

LN_FLUX_RANGE = (-5.0, 15.0)


@keras.saving.register_keras_serializable(package="astro_dl")
class SharedLight(keras.layers.Layer):
    """Light: a flux, shared among all pixels by a softmax, so that none is negative."""

    def call(self, inputs: Any) -> Any:
        """Return light (batch, H, W, 1) from logits (batch, H, W, 1) and ln flux (batch, 1)."""
        logits, ln_flux = inputs
        height, width = logits.shape[1:3]
        shares = ops.softmax(ops.reshape(logits, (-1, height * width)), axis=-1)
        flux = ops.exp(ops.clip(ln_flux, *LN_FLUX_RANGE))
        return ops.reshape(flux * shares, (-1, height, width, 1))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the logits."""
        return input_shape[0]


@keras.saving.register_keras_serializable(package="astro_dl")
class PointSpreadConvolution(keras.layers.Layer):
    """Convolves each image with a point-spread function of its own; dark beyond the edges.

    Fourier transforms are products with matrices of sines and cosines, which every backend and
    every format of networks has.
    """

    def build(self, input_shape: Any) -> None:
        """Make the matrices."""
        (_, height, width, _), (_, side, other, _) = input_shape
        rows, columns = height + side // 2, width + other // 2
        self.into_image = _waves(rows, height), _half_waves(columns, width)
        self.into_spread = _waves(rows, side), _half_waves(columns, other)
        down, across = (np.arange(n) + k // 2 for n, k in ((height, side), (width, other)))
        frequencies = np.arange(columns // 2 + 1)
        # Of a real image the other half of the frequencies are conjugates.
        twice = np.where((frequencies == 0) | (2 * frequencies == columns), 1, 2)
        self.back = (
            _pair(down[:, None] * np.arange(rows) / rows) / rows,
            _pair(across[:, None] * frequencies / columns) * twice / columns,
        )

    def call(self, inputs: Any) -> Any:
        """Return images (batch, H, W, 1) from such and functions (batch, k, l, 1), odd sides."""
        image, spread = (one[..., 0] for one in inputs)
        a, b = _transformed(image, *self.into_image)
        c, d = _transformed(spread, *self.into_spread)
        real, imaginary = a * c - b * d, a * d + b * c
        (cos_y, sin_y), (cos_x, sin_x) = self.back
        even = _left(cos_y, real) - _left(sin_y, imaginary)
        odd = _left(cos_y, imaginary) + _left(sin_y, real)
        seen = ops.matmul(even, _as(cos_x.T, even)) - ops.matmul(odd, _as(sin_x.T, even))
        return ops.expand_dims(seen, -1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the images."""
        return input_shape[0]


@keras.saving.register_keras_serializable(package="astro_dl")
class NoiseMisfit(keras.layers.Layer):
    """−ln of the likelihood of an image with white noise of one σ, per pixel, less its constant.

    That is half of the mean squared residual: Lanusse et al. (2021), arXiv:2008.03833, eq. 6, with
    the noise known. What noise is left over costs nothing to explain, so none is learnt as texture.
    """

    def call(self, inputs: Any) -> Any:
        """Return (batch, 1) from images and what is to explain them, (batch, H, W, 1) in σ."""
        image, model = inputs
        return 0.5 * ops.mean(ops.square(image - model), axis=(1, 2))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 1)."""
        return (input_shape[0][0], 1)


def _pair(turns: np.ndarray) -> np.ndarray:
    """Return cosines and sines of turns, stacked."""
    return np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])


def _waves(period: int, size: int) -> np.ndarray:
    return _pair(np.arange(period)[:, None] * np.arange(size) / period)


def _half_waves(period: int, size: int) -> np.ndarray:
    return _waves(period, size)[:, : period // 2 + 1]


def _transformed(image: Any, rows: np.ndarray, columns: np.ndarray) -> tuple[Any, Any]:
    """Return real and imaginary part of the transform of images (batch, H, W)."""
    (cos_y, sin_y), (cos_x, sin_x) = rows, columns
    even = ops.matmul(image, _as(cos_x.T, image))
    odd = ops.matmul(image, _as(sin_x.T, image))
    real = _left(cos_y, even) - _left(sin_y, odd)
    return real, -(_left(sin_y, even) + _left(cos_y, odd))


def _left(matrix: np.ndarray, images: Any) -> Any:
    return ops.matmul(_as(matrix, images), images)


def _as(matrix: np.ndarray, like: Any) -> Any:
    return ops.convert_to_tensor(matrix, dtype=like.dtype)
