"""Whitened signals of one detector by frequency, and what strain has in common with them.

A detector sees the (2, 2) mode of aligned spins as the face-on waveform times a complex number,
whose modulus the signal-to-noise ratio tells, and whose argument is the phase that is marginalised
over.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import i0e

from astro_dl.science.gravitational_waves.posteriors.parameters import SPIN, TIME, masses_of
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.spectra import STRAIN_UNIT
from astro_dl.science.gravitational_waves.strain import time_shift
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd

Array = np.ndarray
AT_ONCE = 256


@dataclass(frozen=True)
class Segment:
    """A segment of whitened strain.

    Parameters
    ----------
    white : ndarray
        (F,) complex64, strain in its unit times ``weight``.
    weight : ndarray
        (F,) float32, of its noise spectrum, see
        `astro_dl.science.gravitational_waves.posteriors.spectra.weight_of`.
    time : float
        Of the loudest match, to which merger times refer [s].
    """

    white: Array
    weight: Array
    time: float


def unit_signals(
    physics: BinaryParametersPhysics, weight: Array, parameters: Array
) -> tuple[Array, Array]:
    """Return whitened signals of unit norm.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Band.
    weight : ndarray
        (F,) or (n, F).
    parameters : ndarray
        (n, 5) in the order of ``PRIOR``; merger times from the segment's origin on.

    Returns
    -------
    signals : ndarray
        (n, F) complex64.
    horizon : ndarray
        (n,) distances [Mpc] from which they would have a signal-to-noise ratio of one, face-on and
        overhead.
    """
    heavier, lighter = masses_of(parameters)
    spin = parameters[:, SPIN]
    signals = imrphenomd(
        physics.frequencies,
        heavier,
        lighter,
        spin,
        spin,
        STRAIN_UNIT,
        low_frequency=float(physics.frequencies[0]),
    )
    signals *= weight
    horizon = np.sqrt(np.sum(signals.real**2 + signals.imag**2, axis=1, dtype=np.float64))
    signals *= time_shift(
        physics.first_bin + physics.bins_of_segment, parameters[:, TIME] / physics.segment_s
    )[:, physics.first_bin :]
    return signals / horizon[:, None].astype(np.float32), horizon


def log_phase_average(snr: Array, match: Array) -> Array:
    """Return the logarithm of the mean likelihood over all phases, over that of noise alone.

    Gaussian noise of known spectrum that holds a signal of unit-norm shape u, strength ρ and phase
    φ is likelier than without by ρ Re(e^{-iφ} z) − ρ²/2, with z the output of the filter matched to
    u; the mean over phases is ln I₀(ρ |z|) − ρ²/2 (Veitch et al. 2015, arXiv:1409.7215, sect. III).

    Parameters
    ----------
    snr : ndarray
        Strength ρ of the signal, its optimal signal-to-noise ratio.
    match : ndarray
        Modulus of the output of the matched filter, in standard deviations.
    """
    product = snr * match
    return product + np.log(i0e(product)) - snr**2 / 2


def matches(
    physics: BinaryParametersPhysics, segment: Segment, parameters: Array
) -> tuple[Array, Array]:
    """Return how much strain has in common with signals of unit norm, whatever their phase.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Band.
    segment : Segment
        The strain.
    parameters : ndarray
        (m, 5); merger times after the segment's loudest match.

    Returns
    -------
    match : ndarray
        (m,) modulus of the matched filter's output, in standard deviations.
    horizon : ndarray
        (m,) as of `unit_signals`.
    """
    shifted = np.array(parameters, np.float64)
    shifted[:, TIME] += segment.time
    parts = list(_matches(physics, segment, shifted))
    match, horizon = (np.concatenate(one) for one in zip(*parts, strict=True))
    return match, horizon


def _matches(
    physics: BinaryParametersPhysics, segment: Segment, parameters: Array
) -> Iterator[tuple[Array, Array]]:
    for start in range(0, len(parameters), AT_ONCE):
        signals, horizon = unit_signals(
            physics, segment.weight, parameters[start : start + AT_ONCE]
        )
        yield np.abs(signals.conj() @ segment.white).astype(np.float64), horizon
