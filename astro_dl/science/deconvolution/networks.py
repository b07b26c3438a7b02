"""A network that chooses, for every pixel, how boldly to sharpen.

image and its deconvolutions ─┬──────────────────────── times weights ─┐
                              └ asinh ─┐                    │          ├ sum
point spread ─ asinh ─ dense ─ tiled ──┴ U-Net ─┬ weights ──┘          │
                                                └ detail ──────────────┘
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
from astro_dl.models.point_spread.layers import Compressed, point_spread_map
from astro_dl.models.unet import encoded_decoded


@keras.saving.register_keras_serializable(package="astro_dl")
class UnitSum(keras.layers.Layer):
    """Maps (batch, H, W, channels), shifted so that those of a pixel sum to one.

    Parameters
    ----------
    first : int
        The channel that is 1 where the maps are 0.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, first: int, **options: object) -> None:
        super().__init__(**options)
        self.first = first

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return maps of the same shape."""
        one = ops.one_hot(self.first, inputs.shape[-1], dtype=inputs.dtype)
        return inputs - ops.mean(inputs, axis=-1, keepdims=True) + one

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "first": self.first}


def deconvolution_unet(
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
    """Return a U-Net that weighs deconvolutions against each other, pixel by pixel.

    The answer is Σ w_i D_i + d: the image and its deconvolutions D_i with weights w_i, which the
    network tells from what lies around a pixel and from the point-spread function, and detail d.
    All D_i hold the same light and Σ w_i = 1: where all weights are the same everywhere and d is 0,
    it is a linear filter that keeps it. It starts as the deconvolution in the middle.

    Parameters
    ----------
    input_spec : InputSpec
        Images ``"image"``, (height, width, channels), and ``"point_spread"``, (k, k, 1).
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
    Sureau, Lechat & Starck (2020), arXiv:1911.00443, for the start from Tikhonov's deconvolution;
    Mildenhall et al. (2018), arXiv:1712.02327, for weights told pixel by pixel.
    """
    shape = input_spec.shape
    if not isinstance(shape, dict) or set(shape) != {IMAGE, POINT_SPREAD}:
        raise UsageError(f"deconvolution_unet takes the inputs {IMAGE} and {POINT_SPREAD}")
    image, point_spread = (keras.Input(shape[one], name=one) for one in (IMAGE, POINT_SPREAD))
    height, width, channels = image.shape[1:]
    seen = point_spread_map(point_spread, height, width, point_spread_units)
    given = [Compressed(1.0, name="image_compressed")(image), seen]
    x = encoded_decoded(
        keras.layers.Concatenate(name="given")(given),
        filters,
        convolutions,
        kernel_size,
        Style(activation, normalization, "he_normal"),
    )
    weights = keras.layers.Conv2D(channels, 1, kernel_initializer="zeros", name="weights")(x)
    weights = UnitSum(channels // 2, name="unit_sum")(weights)
    weighted = keras.layers.Multiply(name="weighted")([image, weights])
    detail = keras.layers.Conv2D(1, 1, kernel_initializer="zeros", name="detail")(x)
    terms = keras.layers.Concatenate(name="terms")([weighted, detail])
    return keras.Model(
        {IMAGE: image, POINT_SPREAD: point_spread},
        attach_head(terms, head, kernel_initializer="ones", use_bias=False, trainable=False),
        name="deconvolution_unet",
    )
