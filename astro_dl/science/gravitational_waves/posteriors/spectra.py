"""Noise spectra as instruments have them: more noise than by design where frequencies are low.

Over that of the design, the logarithm of a drawn spectrum rises as a power of the logarithm of the
frequency towards the lowest and, by less, towards the highest, and scatters smoothly about that; a
few lines stand out, as of the mains and of the calibration. Its level is of no account: signals are
as loud as they are drawn.
"""

from functools import lru_cache

import numpy as np

from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.psd import aligo_design_psd, named_psd

Array = np.ndarray
STRAIN_UNIT = 1e-23
"""In which strain is told here [1/Hz], so that float32 holds its square."""
QUIETEST_HZ = 200.0
"""Above and below this frequency noise exceeds the design."""
STEEPNESS_RANGE = (1.5, 4.0)
HIGHEST_EXCESS_RANGE = (0.0, 1.0)
KNOTS, KNOT_SCATTER = 12, 0.25
LINES, LOUDEST_LINE, WIDEST_LINE_HZ = 6, 8.0, 2.0
"""How many there are, ln of their excess, and how far from the middle they reach."""


def draw_weights(physics: BinaryParametersPhysics, n: int, rng: np.random.Generator) -> Array:
    """Return what whitens the strain of n segments, each of a noise spectrum of its own.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Band and spectra.
    n : int
        How many.
    rng : numpy.random.Generator
        Draws the spectra.

    Returns
    -------
    ndarray
        (n, F) float32, see `weight_of`.
    """
    if physics.psd != "varied":
        psd = named_psd(physics.psd, physics.frequencies)
        return np.broadcast_to(weight_of(physics, psd), (n, physics.bins_of_segment))
    low, high, knots = _shapes(physics)
    rising = low[None] ** rng.uniform(*STEEPNESS_RANGE, (n, 1)).astype(np.float32)
    rising *= rng.uniform(*physics.excess_range, (n, 1)).astype(np.float32)
    excess = rng.normal(0, KNOT_SCATTER, (n, KNOTS)).astype(np.float32) @ knots
    excess[:, : len(low)] += rising
    excess[:, len(low) :] += rng.uniform(*HIGHEST_EXCESS_RANGE, (n, 1)).astype(np.float32) * high
    _add_lines(physics, excess, rng)
    return weight_of(physics, aligo_design_psd(physics.frequencies)) * np.exp(-excess / 2)


def weight_of(physics: BinaryParametersPhysics, psd: Array) -> Array:
    """Return √(4 Δf / S) of noise spectra (…, F) [1/Hz], times ``STRAIN_UNIT``, float32.

    The product of two series that are multiplied by it is their inner product 4 Re Σ a b* Δf / S;
    real and imaginary part of noise have unit variance in every bin.
    """
    return (STRAIN_UNIT * np.sqrt(4 / physics.segment_s / psd)).astype(np.float32)


def _add_lines(physics: BinaryParametersPhysics, excess: Array, rng: np.random.Generator) -> None:
    """Add triangles to logarithms of spectra (n, F), in place, anywhere in ln f."""
    n, bins = excess.shape
    reach = int(WIDEST_LINE_HZ * physics.segment_s)
    ratio = physics.frequencies[-1] / physics.frequencies[0]
    middle = physics.frequencies[0] * ratio ** rng.random((n, LINES, 1))
    place = np.rint(middle * physics.segment_s).astype(int) - physics.first_bin
    offset = np.arange(-reach, reach + 1)
    width = rng.uniform(1, reach + 1, (n, LINES, 1))
    height = rng.uniform(0, LOUDEST_LINE, (n, LINES, 1))
    line = height * np.clip(1 - np.abs(offset) / width, 0, None)
    rows = np.arange(n)[:, None, None]
    np.add.at(excess, (rows, np.clip(place + offset, 0, bins - 1)), line.astype(np.float32))


@lru_cache(maxsize=8)
def _shapes(physics: BinaryParametersPhysics) -> tuple[Array, Array, Array]:
    """Return what rises from 0 to 1 towards both ends of the band, and the hats of the knots."""
    place = np.log(physics.frequencies)
    below = physics.frequencies < QUIETEST_HZ
    middle = np.log(QUIETEST_HZ)
    low = (middle - place[below]) / (middle - place[0])
    high = (place[~below] - middle) / (place[-1] - middle)
    at = np.linspace(place[0], place[-1], KNOTS)
    hats = np.array([np.interp(place, at, row) for row in np.eye(KNOTS)])
    return low.astype(np.float32), high.astype(np.float32), hats.astype(np.float32)
