"""Layers that bring images of lenses into polar coordinates, and read polar maps."""

from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.science.lenses.networks.deflector_light import without_last_band

DEFLECTOR = 1 / 8
"""Share of the radii over which the colour of the deflector is taken, as a Gaussian's width."""

WINDOW = 10
"""Pixels along either side in which the galaxy's centre is looked for."""

CORE, CENTRINGS = 1.8, 4
"""Width of the weight of the centring [pixel], about that of a core, and how often it is moved."""

FARTHEST = 1.0
"""Pixels by which a galaxy may be beside the middle: what is farther is not meant."""

TINY = 1e-3

FAINT = 0.05
"""Far less light, squared, than a deflector has: keeps an empty middle free of 0/0."""


@keras.saving.register_keras_serializable(package="astro_dl")
class Centred(keras.layers.Layer):
    """Shifts images so that the light of the middle galaxy is in the middle, by one pixel at most.

    The light's centre is that of the last band, weighted by a Gaussian that follows it; the images
    are interpolated by cubics (Keys 1981, IEEE Trans. ASSP 29, 1153).

    Input and output: (batch, height, width, bands), compressed by s asinh(v / s).

    Parameters
    ----------
    softening : float, default 5
        The s of the compression.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, softening: float = 5.0, **options: Any) -> None:
        super().__init__(**options)
        self.softening = softening

    def call(self, inputs: Any) -> Any:
        """Return the shifted images."""
        row, column = self.centre(inputs)
        return _shifted(_shifted(inputs, row, axis=1), column, axis=2)

    def centre(self, inputs: Any) -> tuple[Any, Any]:
        """Return the rows and columns (batch, 1, 1) of the light, from the middle [pixel]."""
        starts = [(length - WINDOW) // 2 for length in inputs.shape[1:3]]
        grid = [
            ops.cast(start + np.arange(WINDOW) - (length - 1) / 2, inputs.dtype)
            for start, length in zip(starts, inputs.shape[1:3], strict=True)
        ]
        rows, columns = grid[0][:, None], grid[1]
        (top, left), band = starts, inputs.shape[-1] - 1
        window = inputs[:, top : top + WINDOW, left : left + WINDOW, band]
        light = ops.maximum(ops.sinh(window / self.softening), 0.0)
        row = column = ops.zeros_like(light[:, :1, :1])
        for _ in range(CENTRINGS):
            apart = (rows - row) ** 2 + (columns - column) ** 2
            weighted = light * ops.exp(-0.5 * apart / CORE**2)
            total = ops.sum(weighted, axis=(1, 2), keepdims=True) + TINY
            # the weight pulls to its own middle: half the way is seen of a core as wide as it
            moved_row = 2 * ops.sum(weighted * (rows - row), axis=(1, 2), keepdims=True) / total
            moved = 2 * ops.sum(weighted * (columns - column), axis=(1, 2), keepdims=True) / total
            row = ops.clip(row + moved_row, -FARTHEST, FARTHEST)
            column = ops.clip(column + moved, -FARTHEST, FARTHEST)
        return row, column

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "softening": self.softening}


@keras.saving.register_keras_serializable(package="astro_dl")
class PolarMap(keras.layers.Layer):
    """Turns images into maps of radius by azimuth about their middle, by bilinear interpolation.

    Input: (batch, height, width, channels); output (batch, radii, angles, channels). Azimuth grows
    from the columns' direction to the rows'.

    Parameters
    ----------
    radii, angles : int
        Points of the map.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, radii: int, angles: int, **options: Any) -> None:
        super().__init__(**options)
        self.radii = radii
        self.angles = angles

    def call(self, inputs: Any) -> Any:
        """Return the maps."""
        height, width, channels = inputs.shape[1:]
        flat = ops.reshape(inputs, (-1, height * width, channels))
        corners = _corners(height, width, self.radii, self.angles)
        polar = sum(
            ops.take(flat, place, axis=1) * ops.cast(share[:, None], inputs.dtype)
            for place, share in corners
        )
        return ops.reshape(polar, (-1, self.radii, self.angles, channels))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0], self.radii, self.angles, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "radii": self.radii, "angles": self.angles}


@keras.saving.register_keras_serializable(package="astro_dl")
class PolarResiduals(keras.layers.Layer):
    """Adds to a polar map what is left of it without the deflector's light, in three ways.

    Each band without the same band after half a turn, where whatever is symmetric is gone; each
    without its mean and elliptical part at every radius; and each but the last without the last
    one's light times the ratio of the two in the middle, where what has the deflector's colour is
    gone, as in `deflector_light.WithoutDeflector`.

    Input: (batch, radii, angles, bands) of an even number of angles, compressed by s asinh(v / s);
    output (batch, radii, angles, 4 bands - 1), compressed likewise.

    Parameters
    ----------
    softening : float, default 5
        The s of the compression.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, softening: float = 5.0, **options: Any) -> None:
        super().__init__(**options)
        self.softening = softening

    def call(self, inputs: Any) -> Any:
        """Return the map and what is left of it."""
        flux = ops.sinh(inputs / self.softening)
        half = inputs.shape[2] // 2
        odd = flux - ops.concatenate([flux[:, :, half:], flux[:, :, :half]], axis=2)
        smooth = ops.cast(_ellipses(inputs.shape[2]), inputs.dtype)
        uneven = flux - ops.matmul(smooth, flux)
        radius = (np.arange(inputs.shape[1]) + 0.5) / inputs.shape[1]
        area = radius * np.exp(-0.5 * (radius / DEFLECTOR) ** 2)
        weight = ops.cast(area[:, None, None], inputs.dtype)
        bluer = without_last_band(flux, weight, FAINT)
        rest = ops.arcsinh(ops.concatenate([odd, uneven, bluer], axis=-1))
        return ops.concatenate([inputs, self.softening * rest], axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        return (*input_shape[:-1], 4 * input_shape[-1] - 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "softening": self.softening}


@keras.saving.register_keras_serializable(package="astro_dl")
class GoAround(keras.layers.Layer):
    """Continues polar maps beyond both ends of the azimuth, and radii by zeros.

    Input: (batch, radii, angles, channels); output with 2 × ``reach`` more radii and angles.

    Parameters
    ----------
    reach : int
        Points on either side.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, reach: int, **options: Any) -> None:
        super().__init__(**options)
        self.reach = reach

    def call(self, inputs: Any) -> Any:
        """Return the larger maps."""
        before, after = inputs[:, :, -self.reach :], inputs[:, :, : self.reach]
        whole = ops.concatenate([before, inputs, after], axis=2)
        return ops.pad(whole, ((0, 0), (self.reach, self.reach), (0, 0), (0, 0)))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        batch, radii, angles, channels = input_shape
        return (batch, radii + 2 * self.reach, angles + 2 * self.reach, channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "reach": self.reach}


@keras.saving.register_keras_serializable(package="astro_dl")
class AzimuthalModes(keras.layers.Layer):
    """Projects polar maps on 1, cos mφ and sin mφ.

    Input: (batch, radii, angles, channels); output (batch, radii, 1 + 2 orders, channels).

    Parameters
    ----------
    orders : int
        Highest m.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, orders: int, **options: Any) -> None:
        super().__init__(**options)
        self.orders = orders

    def call(self, inputs: Any) -> Any:
        """Return the modes."""
        angle = 2 * np.pi * np.arange(inputs.shape[2]) / inputs.shape[2]
        rows = [np.ones_like(angle)]
        for order in range(1, self.orders + 1):
            rows += [np.cos(order * angle), np.sin(order * angle)]
        return ops.matmul(ops.cast(np.array(rows) / len(angle), inputs.dtype), inputs)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        batch, radii, _, channels = input_shape
        return (batch, radii, 1 + 2 * self.orders, channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "orders": self.orders}


def _shifted(images: Any, by: Any, axis: int) -> Any:
    """Return images whose pixels along an axis are those ``by`` (batch, 1, 1) further on."""
    reach = int(np.ceil(FARTHEST)) + 1
    padding = [(0, 0)] * 4
    padding[axis] = (reach, reach)
    wide, length = ops.pad(images, padding), images.shape[axis]
    shifted = 0.0
    for step in range(-reach, reach + 1):
        apart = ops.abs(by - step)[..., None]
        near = (1.5 * apart - 2.5) * apart**2 + 1
        far = ((2.5 - 0.5 * apart) * apart - 4) * apart + 2
        weight = ops.where(apart < 1, near, ops.where(apart < 2, far, 0.0))
        first = reach + step
        part = wide[:, first : first + length] if axis == 1 else wide[:, :, first : first + length]
        shifted = shifted + weight * part
    return shifted


def _ellipses(angles: int) -> np.ndarray:
    """Return the matrix (angles, angles) that leaves the mean and the modes of order 2."""
    apart = np.subtract.outer(np.arange(angles), np.arange(angles)) * 2 * np.pi / angles
    return (1 + 2 * np.cos(2 * apart)) / angles


def _corners(
    height: int, width: int, radii: int, angles: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the four pixels (indices into the flat image) around each point, and their shares."""
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    radius = (np.arange(radii) + 0.5) / radii * min(middle_row, middle_column)
    angle = 2 * np.pi * np.arange(angles) / angles
    row = (middle_row + radius[:, None] * np.sin(angle)).ravel()
    column = (middle_column + radius[:, None] * np.cos(angle)).ravel()
    low_row = np.minimum(row.astype(int), height - 2)
    low_column = np.minimum(column.astype(int), width - 2)
    down, right = row - low_row, column - low_column
    place = low_row * width + low_column
    return [
        (place, (1 - down) * (1 - right)),
        (place + 1, (1 - down) * right),
        (place + width, down * (1 - right)),
        (place + width + 1, down * right),
    ]
