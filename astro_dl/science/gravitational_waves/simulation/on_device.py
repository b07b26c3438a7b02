"""Windows of strain made on the device of Keras, by the formulas of `simulate`.

What needs float64, but does not grow with the samples, is made by the processor when it draws: the
coefficients of the waveforms, the detectors' responses to the sky and the delays. So are the shapes
of glitches. Waveforms on their frequencies, projection, whitening, transforms, noise and scaling to
the wanted signal-to-noise ratio are made on the device. A compiling backend compiles every shape of
arrays anew, so numbers of signals and glitches are filled up to a multiple of `SIGNALS_AT_ONCE`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.core.examples import Examples
from astro_dl.data.namespace import namespace_of, on_device
from astro_dl.science.gravitational_waves.noise import colored_noise_of_tensors
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import DrawnStrain, assemble, draw_strain
from astro_dl.science.gravitational_waves.strain import (
    PIVOT_HZ,
    Conditioning,
    PlacedGlitches,
    Projection,
    projection,
    start_taper,
)
from astro_dl.science.gravitational_waves.waveforms.phenom_d import (
    LOW_FREQUENCY_HZ,
    imrphenomd_on_device,
    imrphenomd_sums,
    time_to_merger,
)
from astro_dl.science.gravitational_waves.waveforms.phenom_d_grid import Sums
from astro_dl.science.gravitational_waves.waveforms.turns import angle_of_tensors

SIGNALS_AT_ONCE = 64


@dataclass(frozen=True)
class DrawnSignals:
    """Binary black holes as a device is told of them.

    Parameters
    ----------
    sums : Sums
        Of their waveforms above `LOW_FREQUENCY_HZ`.
    from_pivot : ndarray
        (n,) time from `PIVOT_HZ` to the merger [s].
    merger_time : ndarray
        (n,) in the first detector, from the start of the window [s].
    projections : tuple of Projection
        On each detector.
    """

    sums: Sums
    from_pivot: np.ndarray
    merger_time: np.ndarray
    projections: tuple[Projection, ...]


def draw_examples(
    physics: BinaryBlackHolePhysics, n: int, rng: np.random.Generator
) -> tuple[DrawnStrain, DrawnSignals]:
    """Draw what is in n windows, for `render_examples`."""
    drawn = draw_strain(physics, n, rng)
    return drawn, _told(physics, drawn)


def render_examples(
    physics: BinaryBlackHolePhysics,
    drawn: tuple[DrawnStrain, DrawnSignals],
    rng: np.random.Generator,
) -> Examples:
    """Return drawn windows as `simulate` does, made on the device of Keras.

    The seeds of the noise come from a generator that was drawn, and none of them from ``rng``.
    """
    strain, binaries = drawn
    conditionings = strain.conditionings
    noise = noise_windows(conditionings, len(strain.has_signal), strain.noise)
    none = np.zeros((0, *noise.shape[1:]), np.float32)
    signals = signal_windows(conditionings, binaries) if strain.has_signal.any() else none
    glitches = glitch_windows(conditionings, strain.glitches) if strain.has_glitch.any() else none
    return assemble(physics, strain, noise, signals, glitches)


def _told(physics: BinaryBlackHolePhysics, drawn: DrawnStrain) -> DrawnSignals:
    """Return what a device is told of the signals that were drawn."""
    binaries = {name: _filled_up(values) for name, values in drawn.binaries.items()}
    sky = ("inclination", "right_ascension", "declination", "polarization", "gps_time")
    frequencies = drawn.conditionings[0].frequencies
    return DrawnSignals(
        sums=imrphenomd_sums(
            frequencies[frequencies >= LOW_FREQUENCY_HZ],
            binaries["mass_1"],
            binaries["mass_2"],
            binaries["spin_1z"],
            binaries["spin_2z"],
            binaries["distance_mpc"],
            binaries["phase"],
            reference_frequency=LOW_FREQUENCY_HZ,
        ),
        from_pivot=time_to_merger(PIVOT_HZ, binaries["mass_1"], binaries["mass_2"]),
        merger_time=binaries["merger_time"],
        projections=tuple(
            projection(name, reference=physics.detectors[0], **{key: binaries[key] for key in sky})
            for name in physics.detectors
        ),
    )


def noise_windows(conditionings: Sequence[Conditioning], n: int, rng: np.random.Generator) -> Any:
    """Return n windows (n, N, D) of whitened Gaussian noise, as a tensor."""
    windows = []
    for detector, stream in zip(conditionings, rng.spawn(len(conditionings)), strict=True):
        response = on_device(detector.coloring)
        spectrum = colored_noise_of_tensors(n, response, stream)
        samples = 2 * (len(detector.coloring) - 1)
        noise = namespace_of(response).irfft(spectrum, samples)
        windows.append(noise[:, : detector.samples])
    return namespace_of(windows[0]).stack(windows, axis=-1)


def signal_windows(conditionings: Sequence[Conditioning], signals: DrawnSignals) -> Any:
    """Return windows (n, N, D) of whitened signals without noise, as a tensor.

    A waveform is an amplitude and an angle, to which a detector adds those of its response and of
    the delay: one sine and one cosine for all.
    """
    first = conditionings[0]
    above = first.frequencies >= LOW_FREQUENCY_HZ
    frequencies = first.frequencies[above]
    amplitude, angle = imrphenomd_on_device(frequencies, signals.sums)
    shorter = on_device((frequencies / PIVOT_HZ) ** (-8 / 3))
    amplitude = amplitude * start_taper(on_device(signals.from_pivot), shorter, first)
    xp = namespace_of(amplitude)
    below = ((0, 0), (len(above) - len(frequencies), 0))
    windows = []
    for detector, seen in zip(conditionings, signals.projections, strict=True):
        turns = -(first.window_start + signals.merger_time + seen.delay)
        shift = angle_of_tensors(turns[:, None], frequencies[None])
        turned = angle + shift + on_device(np.angle(seen.amplitude))[:, None]
        strength = amplitude * on_device(detector.response[above])
        strength = strength * on_device(np.abs(seen.amplitude))[:, None]
        parts = (strength * xp.cos(turned), strength * xp.sin(turned))
        real, imaginary = (xp.pad(part, below) for part in parts)
        windows.append(detector.cut((real, imaginary)))
    return xp.stack(windows, axis=-1)


def glitch_windows(conditionings: Sequence[Conditioning], glitches: PlacedGlitches) -> Any:
    """Return windows (n, N, D) of whitened glitches of unit norm, as a tensor."""
    first = conditionings[0]
    shapes, where = _filled_up(glitches.shapes), _filled_up(glitches.detector)
    shapes = on_device(shapes)
    xp = namespace_of(shapes)
    responses = np.stack([detector.scaled_response for detector in conditionings])[where]
    response = on_device(responses / np.float32(first.sample_rate))
    real, imaginary = xp.rfft(shapes)
    window = first.cut((real * response, imaginary * response))
    norm = xp.sqrt(xp.sum(window**2, axis=1, keepdims=True))
    window = window / xp.maximum(norm, np.finfo(np.float32).tiny)
    one_of = where[:, None] == np.arange(len(conditionings))
    return window[:, :, None] * on_device(one_of)[:, None, :]


def _filled_up(values: np.ndarray) -> np.ndarray:
    """Return rows filled up with the last one to a multiple of `SIGNALS_AT_ONCE`."""
    missing = -len(values) % SIGNALS_AT_ONCE
    return np.concatenate([values, np.repeat(values[-1:], missing, axis=0)])
