"""A network that looks at what moves in a potential as a set: stars of a galaxy, or galaxies.

tracer_attention  tracers ─ dense × 2 ─ [attention of seeds ─ dense ─ added to all ─ dense] × n
                  ─ attention of seeds ─┐
                  numbers of the whole ─┴─ dense × m ─ embedding ─ logits

Each seed is a mean of all tracers with weights that it learns: order tells nothing, and places
that hold none weigh nothing. From the second round on, tracers are weighed by what the whole showed
before, as by the inducing points of a set transformer (Lee et al. 2019, arXiv:1810.00825), at a
cost that grows with the number of tracers and not with its square.
"""

from collections.abc import Sequence

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.attention.layers import Channels, Known
from astro_dl.models.attention.tracer_channels import CHANNELS, ERROR, KNOWN, RADIUS, SPEED
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import Style, dense_stack


def tracer_attention(
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
    """Return attention over tracers, such as the stars of a galaxy.

    Parameters
    ----------
    input_spec : InputSpec
        Two inputs of any names: tracers (places, 4), see ``CHANNELS``, and numbers of the whole
        (numbers,).
    head : AnswerKind
        Any kind.
    width : int
        Numbers that stand for a tracer.
    seeds : int
        Weighted means of all tracers in each round.
    rounds : int
        How often the tracers are looked at.
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
    inputs = _inputs(input_spec)
    tracers, whole = inputs
    one = tracers.removesuffix("s")
    for name, value in (("width", width), ("seeds", seeds), ("rounds", rounds)):
        if value < 1:
            raise UsageError(f"{name} is {value}; accepted: whole numbers from 1")
    style = Style(activation, "none", initializer, l1, l2)
    known = Known(name="known")(Channels([KNOWN], name="marks")(inputs[tracers]))
    told = Channels([RADIUS, SPEED, ERROR], name="told")(inputs[tracers])
    # Dispersions are means of squares, which no mean of the rest tells.
    speed = Channels([SPEED], name="speed")(inputs[tracers])
    square = keras.layers.Multiply(name="speed_squared")([speed, speed])
    told = keras.layers.Concatenate(name=one)([told, square])
    x = _dense(_dense(told, width, style, f"{one}_1"), width, style, f"{one}_2")
    for number in range(1, rounds + 1):
        found = _attended(x, known, seeds, style, f"round_{number}")
        found = keras.layers.Concatenate(name=f"round_{number}_{whole}")([found, inputs[whole]])
        if number < rounds:
            back = _dense(found, width, style, f"round_{number}_summary")
            back = keras.layers.Reshape((1, width), name=f"round_{number}_back")(back)
            x = keras.layers.Add(name=f"round_{number}_sum")([x, back])
            x = _dense(x, width, style, f"round_{number}_{one}")
    x = dense_stack(found, units, dropout, style)
    outputs = attach_head(x, head, **style.penalty)
    return keras.Model(inputs, outputs, name="tracer_attention")


def _inputs(input_spec: InputSpec) -> dict[str, keras.KerasTensor]:
    """Return the inputs of tracers and of the whole, in this order."""
    shapes = input_spec.shape if isinstance(input_spec.shape, dict) else {}
    names = sorted(shapes, key=lambda name: -len(shapes[name]))
    if [len(shapes[name]) for name in names] != [2, 1] or shapes[names[0]][1] != len(CHANNELS):
        raise UsageError(
            f"tracer_attention takes tracers of {len(CHANNELS)} channels and numbers of the whole; "
            f"given: {input_spec.shape}"
        )
    return {name: keras.Input(shapes[name], name=name) for name in names}


def _dense(x: keras.KerasTensor, width: int, style: Style, name: str) -> keras.KerasTensor:
    x = keras.layers.Dense(width, name=name, **style.kernel_options)(x)
    return activate(x, style.activation, name)


def _attended(
    x: keras.KerasTensor, known: keras.KerasTensor, seeds: int, style: Style, name: str
) -> keras.KerasTensor:
    """Return the means of all tracers by the weights of each seed, (batch, seeds · width)."""
    scores = keras.layers.Dense(seeds, name=f"{name}_scores", **style.kernel_options)(x)
    mask = keras.layers.Reshape((-1, 1), name=f"{name}_mask")(known)
    weights = keras.layers.Softmax(axis=1, name=f"{name}_weights")(scores, mask=mask)
    means = keras.layers.Dot(axes=1, name=f"{name}_means")([weights, x])
    return keras.layers.Flatten(name=f"{name}_seeds")(means)
