"""The network of Dieleman et al. (2015): sixteen views of a galaxy, convolutions, maxout.

photograph ─ upright and turned by 45°, each and its mirror image ─ four corners of each, turned so
             that the middle of the galaxy is in the same corner: 16 views
           ─ [convolution ─ pool] with shared weights ─ views side by side
           ─ [dense ─ maxout ─ dropout] × 2 ─ embedding ─ logits
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Size, Style, drop, input_tensor, listed, per_layer

VIEWS = 16
CORNERS = 4


def dieleman(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    crop: int = 45,
    filters: Sequence[int] = (32, 64, 128, 128),
    kernel_sizes: int | Sequence[Size] = (6, 5, 3, 3),
    pool_sizes: int | Sequence[Size] = (2, 2, 1, 2),
    maxout_units: Sequence[int] = (2048, 2048),
    pieces: int = 2,
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.5,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return the network of Dieleman, Willett & Dambre (2015, MNRAS 450, 1441), for any square.

    Parameters
    ----------
    input_spec : InputSpec
        Square images, 69 × 69 × 3 in the paper.
    head : AnswerKind
        Any kind; in the paper 37 shares of votes.
    crop : int
        Pixels along either side of a view.
    filters, kernel_sizes, pool_sizes : sequence of int
        Of each convolution, and of the pool after it; 1 for none.
    maxout_units, pieces : sequence of int, int
        Width of each dense layer, and among how many numbers each takes the largest.
    activation : str
        Keras name of the activation after convolutions.
    dropout : float or sequence of float
        Rate after dense layers.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the image is not square or smaller than a view, or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "dieleman")
    size = inputs.shape[1]
    if size != inputs.shape[2] or not size / 2 <= crop <= size:
        raise UsageError(
            f"views of {crop} pixels of {size} × {inputs.shape[2]}; accepted: a square image, and "
            "a crop from half of its side to the whole"
        )
    style = Style(activation, "none", initializer, l1, l2)
    x = convolution_stack(
        SixteenViews(crop, name="views")(inputs),
        style,
        filters=filters,
        kernel_sizes=kernel_sizes,
        pool_sizes=pool_sizes,
        padding="valid",
    )
    x = SideBySide(VIEWS, name="side_by_side")(keras.layers.Flatten(name="flatten")(x))
    widths = listed(maxout_units)
    rates = per_layer(dropout, len(widths), "dropout")
    for number, (width, rate) in enumerate(zip(widths, rates, strict=True), start=1):
        x = maxout(x, width, pieces, style, f"maxout_{number}")
        x = drop(x, rate, f"maxout_{number}")
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="dieleman")


def maxout(x: Any, units: int, pieces: int, style: Style, name: str) -> Any:
    """Return the largest of each ``pieces`` numbers of a dense layer (Goodfellow et al. 2013)."""
    if pieces < 1:
        raise UsageError(f"pieces is {pieces}; accepted: 1 and more")
    dense = keras.layers.Dense(units * pieces, name=name, **style.kernel_options)(x)
    apart = keras.layers.Reshape((pieces, units), name=f"{name}_pieces")(dense)
    return keras.layers.GlobalMaxPooling1D(name=f"{name}_largest")(apart)


def view_places(size: int, crop: int) -> np.ndarray:
    """Return where the pixels of the 16 views lie in the image, (16, crop, crop, 2) rows, columns.

    Upright and turned by 45° about the middle, each as it is and mirrored; of each the four
    corners, turned by quarter turns so that the image's middle is at the end of both axes.
    """
    axis = np.arange(size) - (size - 1) / 2
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"))
    places = []
    for angle in (0.0, np.pi / 4):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        turned = np.moveaxis(np.tensordot(turn, grid, 1), 0, 2) + (size - 1) / 2
        for image in (turned, turned[:, ::-1]):
            places += [np.rot90(image, corner)[:crop, :crop] for corner in range(CORNERS)]
    return np.stack(places)


@keras.saving.register_keras_serializable(package="astro_dl")
class SixteenViews(keras.layers.Layer):
    """Puts sixteen views of square images behind each other: (batch, …) to (16 batch, crop, crop).

    What lies outside the image is as its nearest pixel; between pixels light is interpolated
    linearly. Views are outermost: all images in the first view, then all in the second.

    Parameters
    ----------
    crop : int
        Pixels along either side of a view.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, crop: int, **options: Any) -> None:
        super().__init__(**options)
        self.crop = crop

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Find the four pixels about each place, and their weights."""
        size = input_shape[1] or 0
        places = np.clip(view_places(size, self.crop).reshape(-1, 2), 0, size - 1)
        low = np.clip(np.floor(places + 1e-9).astype(int), 0, size - 2)
        part = places - low
        self.pixels, self.weights_of = [], []
        for row in (0, 1):
            for column in (0, 1):
                weight = np.abs(1 - row - part[:, 0]) * np.abs(1 - column - part[:, 1])
                self.pixels.append((low[:, 0] + row) * size + low[:, 1] + column)
                self.weights_of.append(weight.astype(np.float32)[:, None])

    def call(self, inputs: Any) -> Any:
        """Return the views."""
        channels, crop = inputs.shape[-1], self.crop
        flat = ops.reshape(inputs, (-1, inputs.shape[1] * inputs.shape[2], channels))
        seen = sum(
            ops.take(flat, pixels, axis=1) * ops.cast(weight, flat.dtype)
            for pixels, weight in zip(self.pixels, self.weights_of, strict=True)
        )
        apart = ops.reshape(seen, (-1, VIEWS, crop, crop, channels))
        first = ops.transpose(apart, (1, 0, 2, 3, 4))
        return ops.reshape(first, (-1, crop, crop, channels))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        batch = input_shape[0]
        return (None if batch is None else VIEWS * batch, self.crop, self.crop, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "crop": self.crop}


@keras.saving.register_keras_serializable(package="astro_dl")
class SideBySide(keras.layers.Layer):
    """Joins what was made of all views of an image: (views · batch, width) to (batch, …).

    Parameters
    ----------
    views : int
        How many there are, the outermost of the first axis.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, views: int, **options: Any) -> None:
        super().__init__(**options)
        self.views = views

    def call(self, inputs: Any) -> Any:
        """Return one vector for each image."""
        width = inputs.shape[-1]
        apart = ops.reshape(inputs, (self.views, -1, width))
        return ops.reshape(ops.transpose(apart, (1, 0, 2)), (-1, self.views * width))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        batch, width = input_shape
        return (None if batch is None else batch // self.views, self.views * (width or 0))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "views": self.views}
