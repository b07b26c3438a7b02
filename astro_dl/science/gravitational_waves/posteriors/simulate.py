"""Segments of whitened strain with a binary black hole, as networks see them, with the truth."""

from dataclasses import dataclass

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.gravitational_waves.posteriors.inputs import Aligned, aligned
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, SNR, TIME, UNITS
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.signals import Segment, unit_signals
from astro_dl.science.gravitational_waves.posteriors.spectra import draw_weights

Array = np.ndarray
AT_ONCE = 128


@dataclass(frozen=True)
class Observed:
    """Segments with signals in them.

    Parameters
    ----------
    white, weight : ndarray
        (n, F) strain and what whitened it.
    aligned : Aligned
        What networks see of them.
    parameters : ndarray
        (n, 5) in the order of ``PRIOR``.
    horizon : ndarray
        (n,) distance at which they would have a signal-to-noise ratio of one [Mpc].
    """

    white: Array
    weight: Array
    aligned: Aligned
    parameters: Array
    horizon: Array

    def segment(self, row: int) -> Segment:
        """Return the strain of one example."""
        return Segment(self.white[row], self.weight[row], float(self.aligned.time[row]))


def observe(physics: BinaryParametersPhysics, n: int, rng: np.random.Generator) -> Observed:
    """Return n segments, each of a binary and of a noise spectrum of its own.

    Mergers are at time zero, of which the loudest match is sought as of a time that is known to
    0.1 s; what counts is the time between both.
    """
    parameters = from_unit_box(tuple(PRIOR.values()), rng.random((n, len(PRIOR))))
    parameters[:, TIME] = 0
    weight = draw_weights(physics, n, rng)
    signals, horizon = unit_signals(physics, weight, parameters)
    phase = rng.uniform(0, 2 * np.pi, n)
    signals *= (parameters[:, SNR] * np.exp(1j * phase)).astype(np.complex64)[:, None]
    noise = rng.standard_normal((*signals.shape, 2), dtype=np.float32)
    white = signals + noise.view(np.complex64)[..., 0]
    seen = aligned(physics, white, weight)
    parameters[:, TIME] = -seen.time
    return Observed(white, weight, seen, parameters, horizon)


def simulate(physics: BinaryParametersPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n segments of strain with their binaries.

    Parameters
    ----------
    physics : BinaryParametersPhysics
        Band, noise and templates.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.gravitational_waves.posteriors.inputs.aligned` gives it; ``y``
        (n, 5) float32 in the order of ``PRIOR``; ``info`` with ``binary`` (a random number), the
        parameters, ``effective_distance`` and ``match``, the matched filter's output.
    """
    starts = range(0, n, AT_ONCE)
    parts = [observe(physics, min(AT_ONCE, n - start), rng) for start in starts]
    x = np.concatenate([one.aligned.x for one in parts])
    parameters = np.concatenate([one.parameters for one in parts])
    info = Table({"binary": rng.integers(2**62, size=n)})
    for name, values in zip(PRIOR, parameters.T, strict=True):
        info[name] = values
        info[name].unit = UNITS[name] or None
    horizon = np.concatenate([one.horizon for one in parts])
    info["effective_distance"] = horizon / parameters[:, SNR]
    info["effective_distance"].unit = "Mpc"
    info["match"] = np.concatenate([one.aligned.match for one in parts])
    return Examples(x, parameters.astype(np.float32), info)
