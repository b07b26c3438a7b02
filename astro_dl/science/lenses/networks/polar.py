"""A residual network that sees a lens in polar coordinates about the middle of its image.

An Einstein ring is a straight line there, at the radius that is asked for; to turn the sky is to
shift along it. What has one, two or no ends around the circle - the mass's centre, ellipticity and
shear, and the Einstein radius - is read from the first modes of the azimuth.

image ─ shifted onto the galaxy ─ radius by azimuth ─ [+ what is left without the deflector] ─ stem
      ─ stages of residual blocks ─ features ─ modes ─ [dense] × m ─ embedding ─ logits

The azimuth has no end: convolutions go around it.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Size,
    Style,
    convolve,
    dense_stack,
    input_tensor,
    listed,
    normalize,
    per_layer,
)
from astro_dl.models.resnet import residual_block
from astro_dl.science.lenses.networks.polar_layers import (
    AzimuthalModes,
    Centred,
    GoAround,
    PolarMap,
    PolarResiduals,
)

STRIDES = ((1, 1), (1, 2), (2, 2))
"""Of radii and angles in the first stages; later ones have the last: angles are finer at first."""


def polar_resnet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    radii: int = 32,
    angles: int = 64,
    stem_filters: int = 24,
    stem_kernel_size: int = 5,
    filters: Sequence[int] = (24, 48, 96),
    blocks: int | Sequence[int] = 1,
    modes: int = 2,
    mode_filters: int = 64,
    units: Sequence[int] = (128,),
    activation: str = "relu",
    normalization: Normalization = "batch",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a residual network on polar maps of images.

    Parameters
    ----------
    input_spec : InputSpec
        Images of shape (height, width, bands), as `astro_dl.observations.images.cutouts.normalise`
        compresses them; its contract's ``softening_sigma`` is that of the compression, 5 where
        there is none.
    head : AnswerKind
        Any kind.
    radii, angles : int
        Of the polar map; the radii are evenly spaced out to the nearest edge.
    stem_filters, stem_kernel_size : int
        The first convolution, which halves radii and angles.
    filters : sequence of int
        Of each stage; the second halves the angles, the others from there on both.
    blocks : int or sequence of int
        Residual blocks of each stage: one number, or one each.
    modes : int
        Highest order of cos mφ and sin mφ that the features are projected on.
    mode_filters : int
        Features that are projected.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Before each activation.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input is no image or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "polar_resnet")
    style = Style(activation, normalization, initializer, l1, l2)
    # in half precision the difference of two bright bands would be lost
    softening = float(input_spec.contract.get("softening_sigma", 5.0))
    x = Centred(softening, dtype="float32", name="centred")(inputs)
    x = PolarMap(radii, angles, dtype="float32", name="polar")(x)
    x = PolarResiduals(softening, dtype="float32", name="residuals")(x)
    x = _around(x, stem_filters, stem_kernel_size, style, "stem", stride=2, bias=style.bias)
    widths = listed(filters)
    for stage, (width, depth) in enumerate(
        zip(widths, per_layer(blocks, len(widths), "blocks"), strict=True), start=1
    ):
        for block in range(1, depth + 1):
            step = STRIDES[min(stage, len(STRIDES)) - 1] if block == 1 else (1, 1)
            name = f"stage_{stage}_block_{block}"
            x = residual_block(x, width, 3, style, name, stride=step, convolution=_around)
    x = activate(normalize(x, normalization, "last"), activation, "last")
    x = convolve(x, mode_filters, 1, style, "to_modes", bias=style.bias)
    x = activate(normalize(x, normalization, "to_modes"), activation, "to_modes")
    x = keras.layers.Identity(name="features")(x)
    x = keras.layers.Flatten(name="flatten")(AzimuthalModes(modes, name="modes")(x))
    x = dense_stack(x, units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="polar_resnet")


def _around(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int,
    style: Style,
    name: str,
    *,
    stride: Size = 1,
    bias: bool = True,
) -> keras.KerasTensor:
    """Return a convolution of a polar map that goes around the azimuth, as `convolve` does not."""
    x = GoAround(kernel_size // 2, name=f"{name}_around")(x)
    return convolve(x, filters, kernel_size, style, name, stride=stride, padding="valid", bias=bias)
