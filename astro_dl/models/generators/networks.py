"""A variational autoencoder of images as they are seen, with a flow on its codes.

image, point spread ─ residual stages ─ code = embedding ─┬─ residual stages ─ shares of light
                                                          │   × flux ─ ∗ point spread ─ seen
conditions ───────────────────────────── flow of codes ───┘

Logits are what each example costs, by its parts: misfit, code, prior. The flow learns the codes as
they come and does not move them, as if it were trained afterwards.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.autoencoders.latent import GaussianSample, KullbackLeibler
from astro_dl.models.generators.flow import ConditionalFlow
from astro_dl.models.generators.inputs import CODE, CONDITIONS, PRIOR, SEEN
from astro_dl.models.generators.layers import NoiseMisfit, PointSpreadConvolution, SharedLight
from astro_dl.models.layers import Style, convolve, listed
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.models.point_spread.layers import Compressed

KERNEL = 3
LN_FLUX = 6.0
"""Of the first images, in standard deviations of the noise."""


def image_vae(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    latent_size: int = 16,
    filters: Sequence[int] = (16, 32, 48),
    last_filters: int = 8,
    kl_weight: float = 1.0,
    couplings: int = 8,
    flow_units: int = 48,
    activation: str = "relu",
) -> keras.Model:
    """Return an autoencoder whose decoder is convolved with each example's point-spread function.

    Lanusse et al. (2021), arXiv:2008.03833: what is learnt is the light before the telescope, and
    the noise is in the likelihood, not in the images.

    Parameters
    ----------
    input_spec : InputSpec
        Images ``"image"`` in standard deviations of the noise, ``"point_spread"`` of unit sum, and
        ``"conditions"``.
    head : AnswerKind
        Of kind ``"generation"``.
    latent_size : int
        Length of the code, 2 and more.
    filters : sequence of int
        Of each stage, from large images to small; sides are halved before each of them.
    last_filters : int
        Of the decoder's last layer but one, at full size.
    kl_weight : float
        Of the divergence of codes from the unit Gaussian: 1 for the evidence lower bound.
    couplings, flow_units : int
        Of the flow, see `astro_dl.models.generators.flow.ConditionalFlow`.
    activation : str
        Keras name of the activation.

    Raises
    ------
    UsageError
        If inputs or answer are others, or a hyper-parameter is out of range.
    """
    image, spread, conditions = generator_inputs(input_spec, head, "image_vae")
    stages, style = listed(filters), Style(activation)
    if latent_size < 2 or couplings < 1 or flow_units < 1 or kl_weight < 0:
        raise UsageError(
            f"latent_size is {latent_size}, couplings {couplings}, flow_units {flow_units}, "
            f"kl_weight {kl_weight:g}; accepted: 2, 1, 1 and 0 at least"
        )
    pixels = int(image.shape[1]) * int(image.shape[2])
    features = residual_stages(compressed_bands(image, spread), stages, style)
    gaussian = [
        keras.layers.Dense(latent_size, dtype="float32", name=name)(features)
        for name in ("latent", "latent_log_variance")
    ]
    embedding = keras.layers.Identity(dtype="float32", name="embedding")(gaussian[0])
    gaussian = [embedding, gaussian[1]]
    code = GaussianSample(dtype="float32", name=CODE)(gaussian)
    seen = decoded(code, spread, int(image.shape[1]), stages, last_filters, style)
    costs = [
        NoiseMisfit(dtype="float32", name="misfit")([image, seen]),
        KullbackLeibler(kl_weight / pixels, dtype="float32", name="code_cost")(gaussian),
        ConditionalFlow(couplings, flow_units, 1 / pixels, dtype="float32", name=PRIOR)(
            [code, conditions]
        ),
    ]
    logits = keras.layers.Concatenate(dtype="float32", name="logits")(costs)
    values = keras.layers.Activation("linear", dtype="float32", name="values")(logits)
    inputs = {IMAGE: image, POINT_SPREAD: spread, CONDITIONS: conditions}
    return keras.Model(inputs, values, name="image_vae")


def decoded(
    code: keras.KerasTensor,
    spread: keras.KerasTensor,
    size: int,
    stages: Sequence[int],
    last_filters: int,
    style: Style,
) -> keras.KerasTensor:
    """Return the image of a code through a point-spread function, the layer ``"seen"``."""
    start = size >> len(stages)
    x = keras.layers.Dense(start * start * stages[-1], name="decoder_start")(code)
    x = keras.layers.Reshape((start, start, stages[-1]), name="decoder_map")(x)
    for number, width in enumerate((*stages[-2::-1], last_filters)):
        name = f"decoder_{number + 1}"
        x = _block(x, style, name)
        x = convolve(x, width, KERNEL, style, f"{name}_narrow")
        x = keras.layers.UpSampling2D(2, name=f"{name}_up")(x)
    x = activate(x, style.activation, "decoder_last")
    logits = convolve(x, 1, KERNEL, style, "decoder_shares")
    ln_flux = keras.layers.Dense(
        1, bias_initializer=keras.initializers.Constant(LN_FLUX), name="decoder_ln_flux"
    )(code)
    light = SharedLight(dtype="float32", name="light")([logits, ln_flux])
    return PointSpreadConvolution(dtype="float32", name=SEEN)([light, spread])


def compressed_bands(image: keras.KerasTensor, spread: keras.KerasTensor) -> keras.KerasTensor:
    """Return asinh of an image and of its point-spread function, as two channels."""
    before = (int(image.shape[1]) - int(spread.shape[1])) // 2
    after = int(image.shape[1]) - int(spread.shape[1]) - before
    padded = keras.layers.ZeroPadding2D(
        ((before, after), (before, after)), name="point_spread_padding"
    )(spread)
    bands = [
        Compressed(1.0, name="image_compressed")(image),
        Compressed(0.01, name="point_spread_compressed")(padded),
    ]
    return keras.layers.Concatenate(name="bands")(bands)


def residual_stages(x: keras.KerasTensor, stages: Sequence[int], style: Style) -> keras.KerasTensor:
    """Return the flat features of an image, halved before each stage."""
    for number, width in enumerate(stages):
        name = f"encoder_{number + 1}"
        x = convolve(x, width, 5 if number == 0 else KERNEL, style, name, stride=2)
        x = _block(x, style, name)
    x = activate(x, style.activation, "encoder_last")
    return keras.layers.Flatten(name="flatten")(x)


def _block(x: keras.KerasTensor, style: Style, name: str) -> keras.KerasTensor:
    """Return a residual block with its activations first, without normalisation."""
    width = int(x.shape[-1])
    y = activate(x, style.activation, f"{name}_before")
    y = convolve(y, width, KERNEL, style, f"{name}_a")
    y = activate(y, style.activation, f"{name}_a")
    y = convolve(y, width, KERNEL, style, f"{name}_b")
    return keras.layers.Add(name=f"{name}_sum")([x, y])


def generator_inputs(input_spec: InputSpec, head: AnswerKind, name: str) -> list[keras.KerasTensor]:
    """Return image, point spread and conditions; raise `UsageError` for other inputs or answers."""
    shape, wanted = input_spec.shape, (IMAGE, POINT_SPREAD, CONDITIONS)
    if not isinstance(shape, dict) or set(shape) != set(wanted):
        raise UsageError(f"{name} takes the inputs {', '.join(wanted)}")
    if head.kind != "generation":
        raise UsageError(f"{name} draws images; it gives no {head.kind} answers")
    return [keras.Input(shape[one], name=one) for one in wanted]
