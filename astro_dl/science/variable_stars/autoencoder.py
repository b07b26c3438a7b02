"""The recurrent autoencoder of folded light curves.

points in order of phase ─ [GRU, both ways] × n ─ last states ─ dense ─ code = embedding
code at each point, and its step in phase ─ [GRU, both ways] × n ─ dense ─ magnitudes rebuilt

No label is needed; a forest on codes, period, mean and deviation is the classifier of its authors.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.attention.layers import Channels, Known
from astro_dl.models.autoencoders.latent import CodeMagnitude
from astro_dl.models.heads import attach_errors
from astro_dl.models.layers import Style, drop, input_tensor, listed
from astro_dl.science.variable_stars.inputs import PHASED_CHANNELS
from astro_dl.science.variable_stars.layers import WeightedErrors

PHASE_STEP, MAGNITUDE, ERROR, KNOWN = range(len(PHASED_CHANNELS))


def variable_gru_autoencoder(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    recurrent_units: Sequence[int] = (96, 96),
    latent_size: int = 64,
    dropout: float = 0.25,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return the autoencoder of Naul et al. (2018, Nature Astronomy 2, 151).

    The squared error of each point counts by its inverse variance; padding changes nothing.

    Parameters
    ----------
    input_spec : InputSpec
        Points in order of phase (steps, 4), see
        `astro_dl.science.variable_stars.inputs.PHASED_CHANNELS`.
    head : AnswerKind
        Of kind ``"reconstruction"``.
    recurrent_units : sequence of int
        Width of each recurrent layer of the encoder, in each direction; the decoder has them in
        reverse.
    latent_size : int
        Length of the code.
    dropout : float
        Rate between recurrent layers.
    l1, l2 : float
        Penalties on kernels (recurrent kernels excepted).
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the input or the head is of another kind, or a hyper-parameter is out of range.
    """
    family, widths = "variable_gru_autoencoder", listed(recurrent_units)
    if head.labelled:
        raise UsageError(f"{family} rebuilds its input; it gives no {head.kind} answers")
    inputs = input_tensor(input_spec, 2, family)
    if inputs.shape[-1] != len(PHASED_CHANNELS) or not widths or latent_size < 1:
        raise UsageError(
            f"{family} has {inputs.shape[-1]} channels, recurrent_units {list(widths)} and "
            f"latent_size {latent_size}; accepted: points in order of phase (set physics.inputs to "
            "phased), one recurrent layer or more, and codes of one number or more"
        )
    style = Style("linear", "none", initializer, l1, l2)
    marks = Channels([KNOWN], name="marks")(inputs)
    known = Known(name="known")(marks)
    steps = Channels([PHASE_STEP], name="phase_steps")(inputs)
    magnitudes = Channels([MAGNITUDE], name="magnitudes")(inputs)
    x = keras.layers.Concatenate(name="points")([steps, magnitudes])
    for number, width in enumerate(widths, start=1):
        whole = number < len(widths)
        x = _both_ways(x, known, width, style, f"gru_{number}", whole)
        x = drop(x, dropout if whole else 0.0, f"gru_{number}")
    code = keras.layers.Dense(latent_size, name="latent", **style.kernel_options)(x)
    code = keras.layers.Identity(name="embedding")(code)
    cost = CodeMagnitude(dtype="float32", name="code_cost")(code)
    x = keras.layers.RepeatVector(inputs.shape[1], name="code_at_points")(code)
    x = keras.layers.Concatenate(name="decoder_points")([x, steps])
    for number, width in enumerate(widths[::-1], start=1):
        x = _both_ways(x, known, width, style, f"decoder_gru_{number}")
        x = drop(x, dropout if number < len(widths) else 0.0, f"decoder_gru_{number}")
    rebuilt = keras.layers.Dense(1, dtype="float32", name="reconstruction", **style.kernel_options)(
        x
    )
    uncertainties = Channels([ERROR], name="uncertainties")(inputs)
    errors = WeightedErrors(dtype="float32", name="errors")(
        [magnitudes, rebuilt, uncertainties, marks]
    )
    return keras.Model(inputs, attach_errors(errors, cost), name=family)


def _both_ways(
    x: keras.KerasTensor,
    known: keras.KerasTensor,
    width: int,
    style: Style,
    name: str,
    whole: bool = True,
) -> keras.KerasTensor:
    """Return the states of a recurrent layer in both directions, at all points or at the ends."""
    cell = keras.layers.GRU(
        width, return_sequences=whole, name=f"{name}_cell", **style.kernel_options
    )
    return keras.layers.Bidirectional(cell, name=name)(x, mask=known)
