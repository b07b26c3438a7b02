"""Networks that tell the structure of a galaxy from its image and its point-spread function.

structure_resnet  image ─ polar moments ─ relative ─ standardised ─ dense ─ residual blocks ─ …
                  point spread ─ polar moments ─ relative ─ dense ┄┄ scale and shift ┄┄┘

deeplegato        image beside point spread ─ [convolution × 2 ─ pool] × n ─ dense × 2 ─ embedding
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, dense_stack
from astro_dl.models.standardization import Standardization
from astro_dl.science.galaxy_structure.inputs import IMAGE, POINT_SPREAD
from astro_dl.science.galaxy_structure.moments import HARMONICS, RADII, polar_maps


def structure_resnet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    radii: Sequence[float] = RADII,
    harmonics: Sequence[int] = HARMONICS,
    units: int = 128,
    blocks: int = 3,
    point_spread_units: int = 32,
    activation: str = "swish",
    dropout: float = 0.0,
) -> keras.Model:
    """Return a residual network on moments of the image, steered by those of the point spread.

    What a galaxy's image tells of its profile, shape and centre is linear in the pixels to first
    order; so the image is projected on rings times harmonics of the angle, which keep all of it,
    and what is learnt is how these moments go together.

    Parameters
    ----------
    input_spec : InputSpec
        Images ``"image"`` and ``"point_spread"``, (size, size, 1).
    head : AnswerKind
        Any kind.
    radii : sequence of float
        Where rings are centred, rising [pixel]; each falls linearly to the next on both sides.
    harmonics : sequence of int
        Of the angle: 0 tells light, 1 the centre, 2 the ellipticity.
    units : int
        Width of the residual blocks.
    blocks : int
        How many.
    point_spread_units : int
        Width of what is told of the point-spread function.
    activation : str
        Keras name of the activation.
    dropout : float
        Rate before the logits.

    Raises
    ------
    UsageError
        If the inputs are others, or a hyper-parameter is out of range.
    """
    if min(units, blocks, point_spread_units) < 1:
        raise UsageError(
            f"units, blocks and point_spread_units are {units}, {blocks} and {point_spread_units}; "
            "accepted: 1 and above"
        )
    image, point_spread = _inputs(input_spec, "structure_resnet")

    def moments(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        x = PolarMoments(radii, harmonics, name=f"{name}_moments")(x)
        x = RelativeMoments(name=f"{name}_relative")(x)
        return Standardization(name=f"{name}_standardization")(x)

    seen = keras.layers.Dense(point_spread_units, name="point_spread_dense")(
        moments(point_spread, POINT_SPREAD)
    )
    seen = activate(seen, activation, "point_spread_dense")
    x = keras.layers.Dense(units, name="dense")(moments(image, IMAGE))
    for number in range(1, blocks + 1):
        name = f"block_{number}"
        y = keras.layers.LayerNormalization(name=f"{name}_normalization")(x)
        y = keras.layers.Dense(units, name=f"{name}_dense_1")(y)
        scale = keras.layers.Dense(units, bias_initializer="ones", name=f"{name}_scale")(seen)
        shift = keras.layers.Dense(units, name=f"{name}_shift")(seen)
        y = keras.layers.Multiply(name=f"{name}_scaled")([y, scale])
        y = keras.layers.Add(name=f"{name}_shifted")([y, shift])
        y = activate(y, activation, f"{name}_dense_1")
        y = keras.layers.Dense(units, name=f"{name}_dense_2")(y)
        x = keras.layers.Add(name=f"{name}_sum")([x, y])
    x = activate(x, activation, "last")
    if dropout:
        x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.Model([image, point_spread], attach_head(x, head), name="structure_resnet")


def deeplegato(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (32, 32, 64, 64, 128),
    kernel_sizes: int | Sequence[int] = (4, 4, 3, 3, 3),
    pool_sizes: int | Sequence[int] = (1, 2, 1, 2, 2),
    units: Sequence[int] = (128, 64),
    activation: str = "relu",
    dropout: float = 0.0,
) -> keras.Model:
    """Return plain convolutions in the manner of Tuccillo et al. (2018), on asinh of the image.

    Theirs has a network for each target and no point-spread function; here one tells all, and the
    point-spread function is a second band.

    Parameters
    ----------
    input_spec : InputSpec
        Images ``"image"`` and ``"point_spread"``, (size, size, 1).
    head : AnswerKind
        Any kind.
    filters, kernel_sizes, pool_sizes : int or sequence of int
        Of the convolutions.
    units : sequence of int
        Width of the dense layers.
    activation : str
        Keras name of the activation.
    dropout : float
        Rate after every dense layer.

    Raises
    ------
    UsageError
        If the inputs are others, or a hyper-parameter is out of range.
    """
    image, point_spread = _inputs(input_spec, "deeplegato")
    missing = int(image.shape[1]) - int(point_spread.shape[1])
    before = missing // 2
    padded = keras.layers.ZeroPadding2D(
        ((before, missing - before), (before, missing - before)), name="point_spread_padding"
    )(point_spread)
    bands = [
        Compressed(1.0, name="image_compressed")(image),
        Compressed(0.01, name="point_spread_compressed")(padded),
    ]
    style = Style(activation)
    x = convolution_stack(
        keras.layers.Concatenate(name="bands")(bands),
        style,
        filters=filters,
        kernel_sizes=kernel_sizes,
        pool_sizes=pool_sizes,
    )
    x = dense_stack(keras.layers.Flatten(name="flatten")(x), units, dropout, style)
    return keras.Model([image, point_spread], attach_head(x, head), name="deeplegato")


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


def _inputs(input_spec: InputSpec, name: str) -> list[keras.KerasTensor]:
    shape = input_spec.shape
    if not isinstance(shape, dict) or set(shape) != {IMAGE, POINT_SPREAD}:
        raise UsageError(f"{name} takes the inputs {IMAGE} and {POINT_SPREAD}")
    return [keras.Input(shape[one], name=one) for one in (IMAGE, POINT_SPREAD)]
