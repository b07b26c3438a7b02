"""What networks are given: strain beside the loudest of a few waveforms, in bands.

strain ─ loudest of a few templates, in time and phase ─ product with it ─ sums over bands

The product turns as slowly as the template differs from the signal, so that a few sums hold nearly
all that strain tells of it (relative binning: Zackay et al. 2018, arXiv:1806.08792). How the
template's power is shared among the bands tells the noise spectrum.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import ifft, next_fast_len

from astro_dl.core.task import InputSpec
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, SEARCHED_S
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.spectra import STRAIN_UNIT
from astro_dl.science.gravitational_waves.strain import time_shift
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd

Array = np.ndarray
TEMPLATE_RATIO = 0.7
"""Mass ratio of the templates, which have no spin."""
FINER = 8
"""Steps between two values of the matched filter at which the loudest match is looked for."""
LEAST_SHARE = 1e-6
"""Of the power of a template, without which a band tells nothing."""


@dataclass(frozen=True)
class Aligned:
    """Strain as networks see it.

    Parameters
    ----------
    x : ndarray
        (n, 3 · bands + 1) float32.
    time : ndarray
        (n,) of the loudest match [s].
    match : ndarray
        (n,) modulus of the matched filter's output there, in standard deviations.
    """

    x: Array
    time: Array
    match: Array


def input_spec(physics: BinaryParametersPhysics) -> InputSpec:
    """Return the shape of an input and what its numbers mean."""
    contract = {
        "numbers": "product of the strain with the loudest template, real and imaginary, in bands, "
        "in standard deviations of the noise; roots of the bands' shares of the template's power; "
        "ln of its chirp mass [Msun]",
        "segment_s": physics.segment_s,
        "low_frequency_hz": physics.low_frequency_hz,
        "high_frequency_hz": physics.high_frequency_hz,
        "templates": physics.templates,
        "psd": physics.psd,
    }
    return InputSpec((3 * physics.bands + 1,), contract)


def aligned(
    physics: BinaryParametersPhysics,
    white: Array,
    weight: Array,
    near: float = 0.0,
    reach: float = SEARCHED_S,
) -> Aligned:
    """Return strain beside the loudest template.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Band and templates.
    white : ndarray
        (n, F) complex64, whitened strain.
    weight : ndarray
        (n, F) float32, of its noise spectra.
    near, reach : float, default 0 and 0.095
        About which time the loudest match is looked for, and how far from it [s].
    """
    templates, log_chirp_mass = _templates(physics)
    power = weight**2 @ (templates.real**2 + templates.imag**2).T
    norms = np.sqrt(power)
    number, coarse, step = _loudest(
        physics, white * weight, templates, norms, near - reach, near + reach
    )
    filters = templates[number] * weight
    product = white * filters.conj()
    finer = step / FINER * np.arange(-FINER // 2, FINER // 2 + 1)
    times = coarse[:, None] + finer
    about = product * shift(physics, -coarse)
    turned = about @ shift(physics, -finer).T
    rows, best = np.arange(len(white)), np.argmax(np.abs(turned), axis=1)
    phase = np.exp(-1j * np.angle(turned[rows, best])).astype(np.complex64)
    about *= shift(physics, -finer)[best]
    about *= phase[:, None]
    starts = physics.band_starts
    sums = np.add.reduceat(about, starts, axis=1)
    powers = np.add.reduceat(filters.real**2 + filters.imag**2, starts, axis=1)
    own = norms[rows, number][:, None]
    share = np.sqrt(powers) / own
    told = sums / np.maximum(np.sqrt(powers), LEAST_SHARE * own)
    parts = [told.real, told.imag, share, log_chirp_mass[number][:, None]]
    match = np.abs(turned[rows, best]) / own[:, 0]
    return Aligned(np.concatenate(parts, axis=1).astype(np.float32), times[rows, best], match)


def shift(physics: BinaryParametersPhysics, time: Array) -> Array:
    """Return exp(-2πi f t) (n, F) of times (n,) [s], complex64: what moves strain to later."""
    first = physics.first_bin
    return time_shift(first + physics.bins_of_segment, time / physics.segment_s)[:, first:]


def grid_of_times(
    physics: BinaryParametersPhysics, low: float, high: float
) -> tuple[int, float, Array]:
    """Return at which times the matched filter is known between two times [s].

    Returns
    -------
    samples : int
        Of the inverse transform of the band.
    step : float
        From sample to sample [s].
    ticks : ndarray of int
        Those within, counted from time zero.
    """
    samples = int(next_fast_len(physics.bins_of_segment))
    step = physics.segment_s / samples
    return samples, step, np.arange(np.ceil(low / step), high // step + 1).astype(int)


def _loudest(
    physics: BinaryParametersPhysics,
    strain: Array,
    templates: Array,
    norms: Array,
    low: float,
    high: float,
) -> tuple[Array, Array, float]:
    """Return the number of the loudest template of each segment (n,), its time (n,), the step."""
    samples, step, ticks = grid_of_times(physics, low, high)
    loudness = np.empty((len(strain), len(templates), len(ticks)), np.float32)
    for number, template in enumerate(templates):
        series = ifft(strain * template.conj(), samples, axis=1)[:, ticks % samples]
        loudness[:, number] = np.abs(series) / norms[:, number, None]
    best = np.argmax(loudness.reshape(len(strain), -1), axis=1)
    number, tick = np.divmod(best, len(ticks))
    return number, ticks[tick] * step, step


@lru_cache(maxsize=8)
def _templates(physics: BinaryParametersPhysics) -> tuple[Array, Array]:
    """Return waveforms (K, F) complex64, and the logarithm of their chirp masses (K,) [M☉]."""
    prior = PRIOR["chirp_mass"]
    low, high = np.log(prior.from_unit(np.array([0.0, 1.0])))
    chirp_mass = np.exp(
        low + (high - low) * (np.arange(physics.templates) + 0.5) / physics.templates
    )
    heavier = chirp_mass * (1 + TEMPLATE_RATIO) ** 0.2 / TEMPLATE_RATIO**0.6
    waves = imrphenomd(
        physics.frequencies,
        heavier,
        TEMPLATE_RATIO * heavier,
        low_frequency=float(physics.frequencies[0]),
        distance_mpc=STRAIN_UNIT,
    )
    return waves, np.log(chirp_mass)
