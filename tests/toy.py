"""Toy tasks, small enough for fast tests; importable by worker processes."""

import os
import sys
from dataclasses import dataclass

import numpy as np
from astropy import units
from astropy.table import Table
from scipy.special import i0e

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.task import Augmentation, Classical, Difficulty, InputSpec, Task

FREQUENCY = 0.11


@dataclass(frozen=True)
class ToyPhysics:
    """A sinusoid of known frequency and random phase in white noise of unit variance."""

    samples: int = 64
    snr: tuple[float, float] = (3.0, 8.0)
    signal_fraction: float = 0.5


def templates(samples):
    """Return the unit-norm cosine and sine, (2, samples)."""
    phase = 2 * np.pi * FREQUENCY * np.arange(samples)
    waves = np.stack([np.cos(phase), np.sin(phase)])
    return waves / np.linalg.norm(waves, axis=1, keepdims=True)


def draw(physics, n, rng, signal):
    """Return series (n, samples, 1) and their table; noise where `signal` is false."""
    snr = np.where(signal, rng.uniform(*physics.snr, n), 0.0)
    phase = rng.uniform(0, 2 * np.pi, n)
    cosine, sine = templates(physics.samples)
    wave = np.cos(phase)[:, None] * cosine + np.sin(phase)[:, None] * sine
    x = rng.standard_normal((n, physics.samples)) + snr[:, None] * wave
    info = Table({"snr": snr, "phase": phase * units.rad})
    info["pair_id"] = rng.integers(2**62, size=n)
    info["origin"] = np.where(signal, "signal", "noise")
    return x[..., None].astype(np.float32), info


def simulate_binary(physics, n, rng):
    """Signal or noise."""
    y = (rng.random(n) < physics.signal_fraction).astype(np.float32)
    x, info = draw(physics, n, rng, y == 1)
    return Examples(x, y, info)


def simulate_classes(physics, n, rng):
    """Noise, a sinusoid, or its square."""
    y = rng.integers(3, size=n).astype(np.int32)
    x, info = draw(physics, n, rng, y > 0)
    x = np.where((y == 2)[:, None, None], np.abs(x), x)
    return Examples(x.astype(np.float32), y, info)


def simulate_values(physics, n, rng):
    """The signal-to-noise ratio and an offset far from zero."""
    x, info = draw(physics, n, rng, np.ones(n, bool))
    offset = rng.normal(0, 1, n)
    info["offset"] = 5000 + 20 * offset
    y = np.stack([info["snr"], info["offset"]], axis=1).astype(np.float32)
    return Examples((x + offset[:, None, None]).astype(np.float32), y, info)


def matched_filter(physics, x):
    """Return the matched filter and its optimal form for unknown phase."""
    rho = np.linalg.norm(np.asarray(x)[..., 0] @ templates(physics.samples).T, axis=1)
    snr = np.linspace(*physics.snr, 32)
    bayes = np.log(np.mean(i0e(snr * rho[:, None]) * np.exp(snr * rho[:, None] - snr**2 / 2), 1))
    return {"matched filter": rho, "bound": bayes}


def augment(x, rng):
    """Flip signs: the phase is uniform."""
    return x * rng.choice(np.array([-1, 1], np.float32), (len(x), 1, 1))


def input_spec(physics):
    return InputSpec((physics.samples, 1), {"sample_rate_hz": 1.0})


def binary_head(physics):
    return Binary(("noise", "signal"))


def class_head(physics):
    return Multiclass(("noise", "sinusoid", "rectified"))


def value_head(physics):
    return Regression(("snr", "offset"), ("", "m"))


DIFFICULTY = Difficulty("snr", (3.0, 4.0, 5.0, 6.0, 8.0), "signal-to-noise ratio")

BINARY = Task(
    name="toy_binary",
    summary="Is there a sinusoid in the noise?",
    physics=ToyPhysics,
    head=binary_head,
    input_spec=input_spec,
    simulate=simulate_binary,
    group="pair_id",
    difficulty=DIFFICULTY,
    classical=Classical(baselines=matched_filter, bound="bound"),
    augmentation=Augmentation(inputs=augment),
    signal_fraction="signal_fraction",
    zero_signal={"snr": (0.0, 0.0)},
)

MULTICLASS = Task(
    name="toy_multiclass",
    summary="Noise, a sinusoid or a rectified one?",
    physics=ToyPhysics,
    head=class_head,
    input_spec=input_spec,
    simulate=simulate_classes,
    group="pair_id",
    difficulty=DIFFICULTY,
)

REGRESSION = Task(
    name="toy_regression",
    summary="How strong is the sinusoid?",
    physics=ToyPhysics,
    head=value_head,
    input_spec=input_spec,
    simulate=simulate_values,
    group="pair_id",
    difficulty=DIFFICULTY,
)


def fail_late(physics, n, rng):
    """Refuse to make the third block of a set."""
    if rng.bit_generator.seed_seq.entropy[2] == 2:
        raise UsageError("no more stars")
    return simulate_binary(physics, n, rng)


def about_process(n):
    """Return the frameworks loaded, the number of threads and the process."""
    heavy = [name for name in ("keras", "tensorflow", "jax", "torch") if name in sys.modules]
    return heavy, os.environ.get("OMP_NUM_THREADS"), os.getpid()
