"""A network that looks at the stars of a galaxy as a set.

mass_profile_flow  stars ─ dense × 2 ─ [attention of seeds ─ dense ─ added to all stars ─ dense] × n
                   ─ attention of seeds ─┐
                   dispersion, number ───┴─ dense × m ─ embedding ─ logits

Each seed is a mean of all stars with weights that it learns: order tells nothing, and places that
hold no star weigh nothing. From the second round on, stars are weighed by what the galaxy as a
whole showed before, as by the inducing points of a set transformer (Lee et al. 2019,
arXiv:1810.00825), at a cost that grows with the number of stars and not with its square.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.attention.layers import Channels, Known
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, dense_stack
from astro_dl.science.mass_profile.inputs import (
    CHANNELS,
    ERROR,
    GALAXY,
    KNOWN,
    RADIUS,
    SPEED,
    STARS,
)


def mass_profile_flow(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    width: int = 32,
    seeds: int = 12,
    rounds: int = 2,
    units: Sequence[int] = (96, 48),
    activation: str = "silu",
    dropout: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return attention over the stars of a galaxy.

    Parameters
    ----------
    input_spec : InputSpec
        ``stars`` (places, 4) and ``galaxy`` (numbers,), see `astro_dl.science.mass_profile.inputs`.
    head : AnswerKind
        Any kind.
    width : int
        Numbers that stand for a star.
    seeds : int
        Weighted means of all stars in each round.
    rounds : int
        How often the stars are looked at.
    units : sequence of int
        Width of each dense layer after the last round.
    activation : str
        Keras name of the activation.
    dropout : float
        Rate after each of these dense layers.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If the inputs are others, or a hyper-parameter is out of range.
    """
    shapes = input_spec.shape
    if not isinstance(shapes, dict) or set(shapes) != {STARS, GALAXY}:
        raise UsageError(
            f"mass_profile_flow takes the inputs {STARS!r} and {GALAXY!r}; given: {shapes}"
        )
    if len(shapes[STARS]) != 2 or shapes[STARS][1] != len(CHANNELS):
        raise UsageError(
            f"mass_profile_flow takes stars of {len(CHANNELS)} channels; given: {shapes[STARS]}"
        )
    for name, value in (("width", width), ("seeds", seeds), ("rounds", rounds)):
        if value < 1:
            raise UsageError(f"{name} is {value}; accepted: whole numbers from 1")
    style = Style(activation, "none", initializer, l1, l2)
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    known = Known(name="known")(Channels([KNOWN], name="marks")(inputs[STARS]))
    told = Channels([RADIUS, SPEED, ERROR], name="told")(inputs[STARS])
    # Dispersions are means of squares, which no mean of the rest tells.
    speed = Channels([SPEED], name="speed")(inputs[STARS])
    square = keras.layers.Multiply(name="speed_squared")([speed, speed])
    told = keras.layers.Concatenate(name="star")([told, square])
    x = _dense(_dense(told, width, style, "star_1"), width, style, "star_2")
    for number in range(1, rounds + 1):
        found = _attended(x, known, seeds, style, f"round_{number}")
        found = keras.layers.Concatenate(name=f"round_{number}_galaxy")([found, inputs[GALAXY]])
        if number < rounds:
            back = _dense(found, width, style, f"round_{number}_summary")
            back = keras.layers.Reshape((1, width), name=f"round_{number}_back")(back)
            x = keras.layers.Add(name=f"round_{number}_sum")([x, back])
            x = _dense(x, width, style, f"round_{number}_star")
    x = dense_stack(found, units, dropout, style)
    outputs = attach_head(x, head, **style.penalty)
    return keras.Model(inputs, outputs, name="mass_profile_flow")


def _dense(x: keras.KerasTensor, width: int, style: Style, name: str) -> keras.KerasTensor:
    x = keras.layers.Dense(width, name=name, **style.kernel_options)(x)
    return activate(x, style.activation, name)


def _attended(
    x: keras.KerasTensor, known: keras.KerasTensor, seeds: int, style: Style, name: str
) -> keras.KerasTensor:
    """Return the means of all stars by the weights of each seed, (batch, seeds · width)."""
    scores = keras.layers.Dense(seeds, name=f"{name}_scores", **style.kernel_options)(x)
    mask = keras.layers.Reshape((-1, 1), name=f"{name}_mask")(known)
    weights = keras.layers.Softmax(axis=1, name=f"{name}_weights")(scores, mask=mask)
    means = keras.layers.Dot(axes=1, name=f"{name}_means")([weights, x])
    return keras.layers.Flatten(name=f"{name}_seeds")(means)
