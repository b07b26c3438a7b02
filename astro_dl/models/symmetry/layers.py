"""Layers whose maps turn with their input by all eight orientations of a square.

A map has, at every pixel, one number for each orientation and field: (batch, H, W, 8 · fields),
orientations first. If the input is turned or mirrored, so is every map, and its orientations are
permuted. See Cohen & Welling (2016), arXiv:1602.07576, for the group of the square.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

ORDER = 8
"""Elements of the group: four quarter turns, and the same after a mirror."""


def turned(kernel: np.ndarray, element: int) -> np.ndarray:
    """Return an array whose first two axes are turned by an element of the group.

    Elements 0 to 3 are quarter turns as `numpy.rot90` counts, 4 to 7 the same of the mirror image.
    """
    mirrored = kernel[:, ::-1] if element >= ORDER // 2 else kernel
    return np.rot90(mirrored, element % (ORDER // 2), axes=(0, 1))


def _product_table() -> np.ndarray:
    """Return which element is element i after element j, (8, 8)."""
    mark = np.arange(4).reshape(2, 2)
    seen = [turned(mark, one).tobytes() for one in range(ORDER)]
    return np.array(
        [
            [seen.index(turned(turned(mark, j), i).tobytes()) for j in range(ORDER)]
            for i in range(ORDER)
        ]
    )


PRODUCT = _product_table()
INVERSE = np.argmin(PRODUCT, axis=1)
"""Of each element: the one after which nothing has changed, element 0."""


def kernel_places(size: int, orientations: int) -> np.ndarray:
    """Return where each number of the eight turned kernels stands in the one that is learnt.

    Parameters
    ----------
    size : int
        Of the kernel [pixels].
    orientations : int
        Of the input: 1 for an image, 8 for a map.

    Returns
    -------
    ndarray of int
        (8, size, size, orientations): indices into (size, size, orientations) flattened. The kernel
        of element g at orientation h is the learnt one, turned by g, at orientation g⁻¹h.
    """
    places = np.arange(size * size * orientations).reshape(size, size, orientations)
    seen = PRODUCT[INVERSE] if orientations == ORDER else np.zeros((ORDER, 1), int)
    return np.stack([turned(places, g)[..., seen[g]] for g in range(ORDER)])


@keras.saving.register_keras_serializable(package="astro_dl")
class SquareGroupConvolution(keras.layers.Layer):
    """A convolution of which one kernel is learnt and all eight orientations are applied.

    With a stride of two, the kernel must be even and the image too: the pixels on which it is
    centred then lie symmetrically.

    Parameters
    ----------
    fields : int
        Maps of each orientation.
    kernel_size : int
        Pixels along either side.
    strides : int, default 1
        Of the convolution.
    from_image : bool, default False
        Whether the input is an image, and not a map.
    use_bias : bool, default True
        Whether each field has a bias.
    kernel_initializer, kernel_regularizer
        As of `keras.layers.Conv2D`.
    **options
        Arguments of every Keras layer.
    """

    def __init__(
        self,
        fields: int,
        kernel_size: int,
        *,
        strides: int = 1,
        from_image: bool = False,
        use_bias: bool = True,
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.fields, self.kernel_size, self.strides = fields, kernel_size, strides
        self.from_image, self.use_bias = from_image, use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights."""
        channels = input_shape[-1] or 0
        orientations = 1 if self.from_image else ORDER
        shape = (self.kernel_size, self.kernel_size, channels, self.fields)
        self.kernel = self.add_weight(
            shape=shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.places = kernel_places(self.kernel_size, orientations).reshape(-1)
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.fields,), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Return the map of the convolution with all turned kernels."""
        orientations = 1 if self.from_image else ORDER
        size, channels = self.kernel_size, self.kernel.shape[2]
        learnt = ops.reshape(self.kernel, (-1, channels // orientations, self.fields))
        kernels = ops.reshape(
            ops.take(learnt, self.places, axis=0), (ORDER, size, size, channels, self.fields)
        )
        kernels = ops.reshape(
            ops.transpose(kernels, (1, 2, 3, 0, 4)), (size, size, channels, ORDER * self.fields)
        )
        result = ops.conv(inputs, kernels, strides=self.strides, padding="same")
        return result + ops.tile(self.bias, (ORDER,)) if self.use_bias else result

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        batch, *sides, _ = input_shape
        kept = [None if side is None else -(-side // self.strides) for side in sides]
        return (batch, *kept, ORDER * self.fields)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {
            **super().get_config(),
            "fields": self.fields,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "from_image": self.from_image,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


@keras.saving.register_keras_serializable(package="astro_dl")
class OrientationPooling(keras.layers.Layer):
    """The largest over the orientations of a map: (batch, H, W, 8 · fields) to (…, fields)."""

    def call(self, inputs: Any) -> Any:
        """Return what no longer tells one orientation from another."""
        shape = ops.shape(inputs)
        apart = ops.reshape(inputs, (*shape[:-1], ORDER, inputs.shape[-1] // ORDER))
        return ops.max(apart, axis=-2)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        return (*input_shape[:-1], (input_shape[-1] or 0) // ORDER)
