"""A network that tells what a source has of each pixel.

image, noise, positions ─ source maps ─┐
                                       ├ U-Net ─ share (sigmoid) ─┐
point spread ─ asinh ─ dense ─ tiled ──┘                          ├ times
image ────────────────────────────────────────────────────────────┘
"""

from collections.abc import Sequence

import keras
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Normalization, Style
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.models.point_spread.layers import point_spread_map
from astro_dl.models.unet import encoded_decoded
from astro_dl.science.deblending.inputs import NOISE, POSITIONS

FAR = 16.0
"""Distance [pixel] from which on all are alike."""

NEAR = 4.0
"""Distance [pixel] that is 1 in maps."""

LEAST_NOISE = 1e-3
FIRST_SHARE = 2.0
"""Logit of the share at first: all light is the source's."""


@keras.saving.register_keras_serializable(package="astro_dl")
class SourceMaps(keras.layers.Layer):
    """What an image and places of sources tell of each pixel, nothing of it trained.

    Light over noise and light, both through asinh; distances to the source in the middle and to the
    nearest of the others; light over noise on the other side of the source, as a template of what
    is symmetric (Lupton 2005) is made of it.
    """

    def call(self, inputs: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
        """Return maps (batch, H, W, 5) of images (batch, H, W, 1), noise and places."""
        image, noise, places = inputs
        seen = ops.arcsinh(image / ops.maximum(noise, LEAST_NOISE)[:, None, None, :])
        height, width = image.shape[1:3]
        down, across = (
            ops.arange(side, dtype=image.dtype) - (side - 1) / 2 for side in (height, width)
        )
        x, y, known = (places[..., k][..., None, None] for k in range(3))
        apart = ops.sqrt((down[:, None] - y) ** 2 + (across - x) ** 2 + 1e-6)
        apart = ops.minimum(apart + FAR * (1 - known), FAR) / NEAR
        own, others = apart[:, 0, ..., None], ops.min(apart[:, 1:], axis=1)[..., None]
        return ops.concatenate(
            [seen, ops.arcsinh(image), own, others, _mirrored(seen, places[:, 0])], axis=-1
        )

    def compute_output_shape(
        self, input_shape: Sequence[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        """Return the shape of the maps."""
        return (*input_shape[0][:3], 5)


def _mirrored(image: keras.KerasTensor, place: keras.KerasTensor) -> keras.KerasTensor:
    """Return images (batch, H, W, 1) turned by 180° about places near their middles."""
    turned = ops.flip(image, axis=(1, 2))
    for axis in (1, 2):
        shift = ops.clip(2 * place[:, 2 - axis], -1.0, 1.0)[:, None, None, None]
        padding = [(0, 0)] * 4
        padding[axis] = (1, 1)
        wide, side = ops.pad(turned, padding), image.shape[axis]
        before, same, after = (ops.take(wide, ops.arange(k, k + side), axis=axis) for k in range(3))
        amount = ops.abs(shift)
        turned = (1 - amount) * same + amount * ops.where(shift > 0, before, after)
    return turned


def deblending_unet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (12, 24, 48),
    convolutions: int = 2,
    kernel_size: int = 3,
    point_spread_units: int = 4,
    activation: str = "relu",
    normalization: Normalization = "batch",
) -> keras.Model:
    """Return a U-Net that tells the share of each pixel's light that a source has.

    It is applied to each source of a blend in turn, each in the middle of a stamp of its own, so
    that one network serves any number of them. Its answer is the share, within 0 and 1, times the
    observed light.

    Parameters
    ----------
    input_spec : InputSpec
        ``"image"`` (height, width, 1), ``"noise"`` (1,), ``"positions"`` (sources, 3) and
        ``"point_spread"`` (k, k, 1), see `astro_dl.science.deblending.inputs`.
    head : AnswerKind
        An image.
    filters, convolutions, kernel_size, activation, normalization
        Of the U-Net, see `astro_dl.models.unet.unet2d`.
    point_spread_units : int
        Numbers that tell of the point-spread function.

    Raises
    ------
    UsageError
        If the inputs are others, or their sides do not fit the levels.

    References
    ----------
    Arcelin et al. (2021), arXiv:2005.12039, and Boucaud et al. (2020), arXiv:1905.01324, for
    networks that deblend; Melchior et al. (2018), arXiv:1802.10157, for what they are beside.
    """
    shape, wanted = input_spec.shape, (IMAGE, NOISE, POSITIONS, POINT_SPREAD)
    if not isinstance(shape, dict) or set(shape) != set(wanted):
        raise UsageError(f"deblending_unet takes the inputs {', '.join(wanted)}")
    inputs = {name: keras.Input(shape[name], name=name) for name in wanted}
    image, noise, places, point_spread = inputs.values()
    height, width = image.shape[1:3]
    given = [
        SourceMaps(name="source_maps")([image, noise, places]),
        point_spread_map(point_spread, height, width, point_spread_units),
    ]
    x = encoded_decoded(
        keras.layers.Concatenate(name="given")(given),
        filters,
        convolutions,
        kernel_size,
        Style(activation, normalization, "he_normal"),
    )
    share = keras.layers.Conv2D(
        1,
        1,
        activation="sigmoid",
        bias_initializer=keras.initializers.Constant(FIRST_SHARE),
        name="share",
    )(x)
    light = keras.layers.Multiply(name="light")([image, share])
    return keras.Model(
        inputs,
        attach_head(light, head, kernel_initializer="ones", use_bias=False, trainable=False),
        name="deblending_unet",
    )
