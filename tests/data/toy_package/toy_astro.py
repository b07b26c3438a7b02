"""A third party's model and task: a pulse of known shape and unknown sign in white noise."""

from dataclasses import dataclass

import numpy as np
from astropy.table import Table

from astro_dl import register_model, register_task
from astro_dl.answers.binary import Binary
from astro_dl.core.examples import Examples
from astro_dl.core.task import Difficulty, InputSpec, Task

SAMPLES = 48


@dataclass(frozen=True)
class PulsePhysics:
    """Range of the optimal signal-to-noise ratio, and the share of pulses."""

    snr_range: tuple[float, float] = (4.0, 8.0)
    signal_fraction: float = 0.5


def pulse():
    """Return the shape of the pulse, of unit norm, (SAMPLES,)."""
    shape = np.exp(-0.5 * ((np.arange(SAMPLES) - SAMPLES / 2) / 4) ** 2)
    return shape / np.linalg.norm(shape)


def simulate(physics, n, rng):
    """Return noise, with a pulse in some."""
    y = (rng.random(n) < physics.signal_fraction).astype(np.float32)
    snr = np.where(y == 1, rng.uniform(*physics.snr_range, n), 0)
    sign = rng.choice([-1, 1], n)
    x = rng.standard_normal((n, SAMPLES)) + (sign * snr)[:, None] * pulse()
    info = Table({"snr": snr, "sign": sign, "pair_id": rng.integers(2**62, size=n)})
    return Examples(x[..., None].astype(np.float32), y, info)


def head(physics):
    """Return what the network gives back."""
    return Binary(("noise", "pulse"))


def input_spec(physics):
    """Return what the network is given."""
    return InputSpec((SAMPLES, 1), {"quantity": "white noise of unit variance"})


def matched_filter(physics, x):
    """Return the modulus of the matched filter, which is optimal for an unknown sign."""
    return {"matched filter": np.abs(x[..., 0] @ pulse())}


def toy_net(input_spec, head, *, units: int = 16, dropout: float = 0.0):
    """Return one hidden layer on the flattened series."""
    import keras

    from astro_dl.models.heads import attach_head

    inputs = keras.Input(input_spec.shape, name="input")
    x = keras.layers.Flatten(name="flatten")(inputs)
    x = keras.layers.Dense(units, "relu", name="hidden")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(inputs, attach_head(x, head), name="toy_net")


PULSE = Task(
    name="toy_pulse",
    summary="Is there a pulse in the noise?",
    physics=PulsePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="pair_id",
    difficulty=Difficulty("snr", (4.0, 5.0, 6.0, 8.0), "signal-to-noise ratio"),
    baselines=matched_filter,
    bound="matched filter",
    signal_fraction="signal_fraction",
    zero_signal={"snr_range": (0.0, 0.0)},
)


def register_models():
    """Called through the entry point."""
    register_model("toy_net", toy_net, task="toy_pulse", rank=(2,), summary="One hidden layer")


def register_tasks():
    """Called through the entry point."""
    register_task("toy_pulse", PULSE)
