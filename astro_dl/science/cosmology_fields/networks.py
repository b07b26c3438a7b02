"""A network that measures powers of maps through filters that it learns, and the shapes of peaks.

cosmology_npe  maps ─┬─ periodic convolution ─┬─ ln power ──────────────────────────────────┐
                     │                        └─ unit power ─ pointwise × 2 ─ mean, scaled ─┤
                     └─ halved ─ … the same at every level … ───────────────────────────────┤
                                                  [dense ─ activation] × n ─ embedding ─ logits

The power that linear filters let through is all that Gaussian maps tell; what else there is, a mean
over all pixels of a function of all filters tells, as counts of peaks do.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, convolve, dense_stack, input_tensor
from astro_dl.science.cosmology_fields.layers import LogPower, PeriodicPadding, UnitPower


def cosmology_npe(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: int = 16,
    kernel_size: int = 5,
    levels: int = 4,
    pointwise: int = 16,
    units: Sequence[int] = (96, 32),
    activation: str = "silu",
    dropout: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a compressor of periodic maps.

    Parameters
    ----------
    input_spec : InputSpec
        Maps of shape (size, size, bins).
    head : AnswerKind
        Any kind.
    filters : int
        Filters at every level.
    kernel_size : int
        Of the filters [pixels of the level], odd.
    levels : int
        How many; from each to the next, pixels are twice as wide.
    pointwise : int
        Units of both layers that look at a pixel of all filters; 0 for powers alone.
    units : sequence of int
        Width of each dense layer.
    activation : str
        Keras name of the activation.
    dropout : float
        Rate after every dense layer.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input has another rank, maps cannot be halved so often or are smaller than a filter,
        or a hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 3, "cosmology_npe")
    style = Style(activation, "none", initializer, l1, l2)
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise UsageError(f"kernel_size is {kernel_size}; accepted: odd numbers from 1")
    height, width = inputs.shape[1:3]
    factor = 2 ** (levels - 1) if levels >= 1 else 0
    if not factor or height % factor or width % factor or min(height, width) // factor < 2:
        raise UsageError(
            f"levels is {levels} for maps of {height} × {width}; accepted: 1, and one more for "
            "each time that they can be halved, down to two pixels"
        )
    told, x = [], inputs
    for level in range(1, levels + 1):
        reach = min(kernel_size // 2, min(x.shape[1:3]) // 2)
        told += _measured(x, filters, 2 * reach + 1, pointwise, style, f"level_{level}")
        if level < levels:
            x = keras.layers.AveragePooling2D(2, name=f"level_{level}_halved")(x)
    x = keras.layers.Concatenate(name="statistics")(told)
    x = dense_stack(x, units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="cosmology_npe")


def _measured(
    x: keras.KerasTensor, filters: int, kernel_size: int, pointwise: int, style: Style, name: str
) -> list[keras.KerasTensor]:
    """Return what is told of the maps of a level, one vector of each kind."""
    padded = PeriodicPadding(kernel_size // 2, name=f"{name}_padding")(x)
    filtered = convolve(padded, filters, kernel_size, style, name, padding="valid", bias=False)
    power = LogPower(name=f"{name}_power")(filtered)
    if not pointwise:
        return [power]
    y = UnitPower(name=f"{name}_scaled")(filtered)
    for number in (1, 2):
        part = f"{name}_pointwise_{number}"
        y = keras.layers.Dense(pointwise, name=part, **style.kernel_options)(y)
        y = activate(y, style.activation, part)
    # Means hardly differ between maps. Powers need no such scale: that of batches would blur them.
    mean = keras.layers.GlobalAveragePooling2D(name=f"{name}_mean")(y)
    scale = keras.layers.BatchNormalization(center=False, scale=False, name=f"{name}_normalization")
    return [power, scale(mean)]
