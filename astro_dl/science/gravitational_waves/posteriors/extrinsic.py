"""Time and strength of a binary whose masses and spin are known: drawn as the likelihood has them.

For a given shape the strain tells time and strength in closed form: the matched filter's output is
the likelihood of each time, and −ρ²/2 + ln I₀(ρ |z|) that of the strength. A network need not learn
them to weigh its masses and spins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import ifft
from scipy.special import softmax

from astro_dl.science.gravitational_waves.matched_filter.statistic import log_likelihood_ratio
from astro_dl.science.gravitational_waves.posteriors.inputs import grid_of_times, shift
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.signals import (
    AT_ONCE,
    Segment,
    log_phase_average,
    unit_signals,
)

Array = np.ndarray
REACH, FINE = 4, 257
"""Steps of the matched filter about its peak that are looked at closely, at how many times."""
GROUP_HZ = 5.0
"""In which frequencies are taken together for that; what is drawn is weighed without."""
LOUDEST, STEP = 64.0, 0.01
"""Of the table of means over strengths [standard deviations]."""
STRENGTHS = 257
"""At which the distribution of the strength is taken as straight in between."""


@dataclass(frozen=True)
class Extrinsic:
    """Times and strengths of m binaries.

    Parameters
    ----------
    time, snr : ndarray
        (m,) draws: the merger after the segment's loudest match [s], and the strength.
    log_likelihood : ndarray
        (m,) logarithm of the likelihood over that of noise alone, an estimate of its mean over
        times, phases and strengths from that draw of the time, without bias.
    horizon : ndarray
        (m,) distance [Mpc] at which each would have a signal-to-noise ratio of one.
    """

    time: Array
    snr: Array
    log_likelihood: Array
    horizon: Array


def draw_extrinsic(
    physics: BinaryParametersPhysics, segment: Segment, intrinsic: Array, rng: np.random.Generator
) -> Extrinsic:
    """Return a time and a strength for each of some masses and spins.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Band.
    segment : Segment
        The strain.
    intrinsic : ndarray
        (m, 3) chirp mass, mass ratio and effective spin.
    rng : numpy.random.Generator
        Draws.
    """
    parts = list(_drawn(physics, segment, intrinsic, rng))
    return Extrinsic(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def log_snr_average(match: Array) -> Array:
    """Return the logarithm of the mean likelihood ratio over phases and strengths.

    Parameters
    ----------
    match : ndarray
        Modulus of the matched filter's output, in standard deviations.
    """
    known = np.arange(0, LOUDEST, STEP)
    found = np.interp(match, known, _table())
    # A table would tell all that are louder the same, so that they could not be weighed.
    louder = match > known[-1]
    found[louder] = _averaged(match[louder])
    return found


def _drawn(
    physics: BinaryParametersPhysics, segment: Segment, intrinsic: Array, rng: np.random.Generator
) -> Iterator[tuple[Array, Array, Array, Array]]:
    prior = PRIOR["merger_time"]
    low, high = prior.from_unit(np.array([0.0, 1.0]))
    for start in range(0, len(intrinsic), AT_ONCE):
        some = intrinsic[start : start + AT_ONCE]
        about = np.column_stack([some, np.full(len(some), segment.time), np.ones(len(some))])
        signals, horizon = unit_signals(physics, segment.weight, about)
        product = signals.conj() * segment.white
        time, log_density = _times(physics, product, low, high, rng)
        match = np.abs(np.sum(product * shift(physics, -time), axis=1)).astype(np.float64)
        log_likelihood = log_snr_average(match) + prior.log_pdf(time) - log_density
        yield time, _strengths(match, rng), log_likelihood, horizon


def _times(
    physics: BinaryParametersPhysics,
    product: Array,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Return times (m,) about the peaks of matched filters, and ln of the density there."""
    samples, step, ticks = grid_of_times(physics, low, high)
    loudness = np.abs(ifft(product, samples, axis=1)[:, ticks % samples])
    peak = ticks[np.argmax(loudness, axis=1)] * step
    group = max(1, round(GROUP_HZ * physics.segment_s))
    starts = np.arange(0, physics.bins_of_segment, group)
    sums = np.add.reduceat(product * shift(physics, -peak), starts, axis=1)
    ends = np.append(starts[1:], physics.bins_of_segment)
    centres = (physics.frequencies[starts] + physics.frequencies[ends - 1]) / 2
    fine = np.linspace(-REACH * step, REACH * step, FINE)
    turns = np.exp(2j * np.pi * np.outer(centres, fine)).astype(np.complex64)
    times = peak[:, None] + fine
    density = log_snr_average(np.abs(sums @ turns))
    share = softmax(np.where((times >= low) & (times <= high), density, -np.inf), axis=1)
    rows = np.arange(len(share))
    cell = np.argmax(np.cumsum(share, axis=1) >= rng.random((len(share), 1)), axis=1)
    width = fine[1] - fine[0]
    time = times[rows, cell] + width * (rng.random(len(share)) - 0.5)
    return time, np.log(share[rows, cell] / width)


def _strengths(match: Array, rng: np.random.Generator) -> Array:
    """Return signal-to-noise ratios (m,) of the posterior at matches (m,)."""
    snr = PRIOR["snr"].from_unit(np.linspace(0, 1, STRENGTHS))
    density = log_phase_average(snr, match[:, None])
    density = np.exp(density - density.max(axis=1, keepdims=True))
    cells = (density[:, 1:] + density[:, :-1]) / 2
    total = np.cumsum(cells, axis=1)
    wanted = rng.random(len(match)) * total[:, -1]
    rows = np.arange(len(match))
    cell = np.argmax(total >= wanted[:, None], axis=1)
    share = 1 - (total[rows, cell] - wanted) / cells[rows, cell]
    return snr[cell] + share * (snr[1] - snr[0])


@lru_cache(maxsize=1)
def _table() -> Array:
    return _averaged(np.arange(0, LOUDEST, STEP))


def _averaged(match: Array) -> Array:
    low, high = PRIOR["snr"].from_unit(np.array([0.0, 1.0]))
    return log_likelihood_ratio(match, (float(low), float(high)))
