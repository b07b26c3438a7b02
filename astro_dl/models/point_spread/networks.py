"""Networks that see an image and the point-spread function it was taken through.

moment_resnet       image ─ polar moments ─ relative ─ normalised ─ dense ─ residual blocks ─ …
                    point spread ─ polar moments ─ relative ─ dense ┄┄ scale and shift ┄┄┘

point_spread_cnn2d  image beside point spread ─ [convolution ─ pool] × n ─ dense × m ─ …

point_spread_d4     image beside a point source as bright ─ asinh ─ symmetric_cnn2d ─ …
"""

from collections.abc import Sequence
from dataclasses import replace

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, dense_stack
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.models.point_spread.layers import (
    AsBright,
    Compressed,
    PolarMoments,
    RelativeMoments,
)
from astro_dl.models.symmetry.networks import symmetric_cnn2d


def moment_resnet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    radii: Sequence[float] = (0, 1, 2, 3, 4.2, 5.5, 7, 9, 12, 16, 21, 28),
    harmonics: Sequence[int] = (0, 1, 2, 3, 4, 6),
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
    image, point_spread = _inputs(input_spec, "moment_resnet")

    def moments(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        x = PolarMoments(radii, harmonics, name=f"{name}_moments")(x)
        x = RelativeMoments(name=f"{name}_relative")(x)
        return keras.layers.BatchNormalization(name=f"{name}_normalization")(x)

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
    return keras.Model(
        {IMAGE: image, POINT_SPREAD: point_spread}, attach_head(x, head), name="moment_resnet"
    )


def point_spread_cnn2d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (32, 32, 64, 64, 128),
    kernel_sizes: int | Sequence[int] = (4, 4, 3, 3, 3),
    pool_sizes: int | Sequence[int] = (1, 2, 1, 2, 2),
    units: Sequence[int] = (128, 64),
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return plain convolutions on asinh of an image, with the point-spread function as a band.

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
    dropout : float or sequence of float
        Rate after every dense layer, or one rate each.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the inputs are others, or a hyper-parameter is out of range.
    """
    image, point_spread = _inputs(input_spec, "point_spread_cnn2d")
    missing = int(image.shape[1]) - int(point_spread.shape[1])
    before = missing // 2
    padded = keras.layers.ZeroPadding2D(
        ((before, missing - before), (before, missing - before)), name="point_spread_padding"
    )(point_spread)
    bands = [
        Compressed(1.0, name="image_compressed")(image),
        Compressed(0.01, name="point_spread_compressed")(padded),
    ]
    style = Style(activation, initializer=initializer)
    x = convolution_stack(
        keras.layers.Concatenate(name="bands")(bands),
        style,
        filters=filters,
        kernel_sizes=kernel_sizes,
        pool_sizes=pool_sizes,
    )
    x = dense_stack(keras.layers.Flatten(name="flatten")(x), units, dropout, style)
    return keras.Model(
        {IMAGE: image, POINT_SPREAD: point_spread}, attach_head(x, head), name="point_spread_cnn2d"
    )


def point_spread_d4(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    light_radius: int = 10,
    fields: Sequence[int] = (4, 6, 8),
    blocks: int = 0,
    units: Sequence[int] = (64,),
    dropout: float | Sequence[float] = 0.3,
) -> keras.Model:
    """Return kernels in eight orientations on an image beside a point source that is as bright.

    Turning or mirroring both inputs changes no answer.

    Parameters
    ----------
    input_spec : InputSpec
        Images ``"image"``, whose sides `symmetric_cnn2d` can halve, and ``"point_spread"``,
        (size, size, 1).
    head : AnswerKind
        Any kind.
    light_radius : int
        Half of the side of the square whose light is that of the source [pixel].
    fields, blocks, units, dropout
        As of `astro_dl.models.symmetry.networks.symmetric_cnn2d`, with normalisation.

    Raises
    ------
    UsageError
        If the inputs are others or cannot be halved so often, or a hyper-parameter is out of range.
    """
    image, point_spread = _inputs(input_spec, "point_spread_d4")
    height, width = (int(side) for side in image.shape[1:3])
    if not 1 <= light_radius <= min(height, width) // 2:
        raise UsageError(
            f"light_radius is {light_radius}; accepted: 1 to half of {height} × {width} pixels"
        )
    member = symmetric_cnn2d(
        replace(input_spec, shape=(height, width, 2)),
        head,
        fields=fields,
        blocks=blocks,
        units=units,
        dropout=dropout,
        batch_normalization=True,
    )
    trunk = keras.Model(member.input, member.get_layer("embedding").output, name="symmetric")
    bands = AsBright(light_radius, name="bands")([image, point_spread])
    x = trunk(Compressed(1.0, name="bands_compressed")(bands))
    return keras.Model(
        {IMAGE: image, POINT_SPREAD: point_spread}, attach_head(x, head), name="point_spread_d4"
    )


def _inputs(input_spec: InputSpec, name: str) -> list[keras.KerasTensor]:
    shape = input_spec.shape
    if not isinstance(shape, dict) or set(shape) != {IMAGE, POINT_SPREAD}:
        raise UsageError(f"{name} takes the inputs {IMAGE} and {POINT_SPREAD}")
    return [keras.Input(shape[one], name=one) for one in (IMAGE, POINT_SPREAD)]
