"""A genuine matched filter in the place of a network, for tests of the search around it."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
from scipy import fft

from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import detector_conditionings
from astro_dl.science.gravitational_waves.strain import signal_windows

MASSES = ((39.0, 33.0), (28.0, 16.0), (20.0, 16.0))
FIRST_MERGER = 0.7
WINDOWS_ALONE = SimpleNamespace(scanner=lambda step: None, kept=lambda name, make: make())
"""A runtime that scores no series at once, and keeps nothing."""


@dataclass(frozen=True)
class MatchedFilterPredictor:
    """Half the largest squared SNR over templates and accepted merger times, less a penalty.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        Detectors, rates and merger times.
    templates : ndarray
        (T, 2, F) conjugate spectra of unit quadratures with the merger at `FIRST_MERGER`.
    penalty : float
        What the number of trials costs.
    seen : list
        Shapes of what was scored.
    """

    physics: BinaryBlackHolePhysics
    templates: np.ndarray
    penalty: float = 12.0
    members: tuple = ()
    seen: list = field(default_factory=list)
    runtime = WINDOWS_ALONE

    def score(self, x, batch_size=None):
        """Return the logits (n,) of windows (n, N, D) float32."""
        assert x.dtype == np.float32
        assert x.shape[1:] == (2048, len(self.physics.detectors))
        self.seen.append(x.shape)
        earliest, latest = self.physics.merger_time_range_s
        lags = np.arange(
            round((earliest - FIRST_MERGER) * 2048), round((latest - FIRST_MERGER) * 2048)
        )
        power = np.zeros(len(x))
        for channel in range(x.shape[2]):
            spectrum = fft.rfft(x[..., channel], 4096)
            best = np.zeros(len(x))
            for pair in self.templates:
                series = [fft.irfft(spectrum * one, 4096)[:, lags] for one in pair]
                best = np.maximum(best, np.max(series[0] ** 2 + series[1] ** 2, axis=1))
            power += best
        return (power / 2 - self.penalty * x.shape[2]).astype(np.float32)

    def probabilities(self, logits):
        """Return probabilities (n,)."""
        return 1 / (1 + np.exp(-np.asarray(logits)))


def matched_filter_predictor(detectors=("H1",)):
    """Return the stand-in for a network of these detectors."""
    physics = replace(BinaryBlackHolePhysics(), detectors=("H1",))
    mass_1, mass_2 = np.array(MASSES).T
    merger = np.full(len(MASSES), FIRST_MERGER)
    quadratures = []
    for phase in (0.0, np.pi / 4):
        signal = signal_windows(
            detector_conditionings(physics),
            ("H1",),
            mass_1=mass_1,
            mass_2=mass_2,
            merger_time=merger,
            phase=phase,
        )[..., 0].astype(np.float64)
        quadratures.append(signal / np.linalg.norm(signal, axis=1, keepdims=True))
    templates = np.stack(quadratures, axis=1)
    return MatchedFilterPredictor(
        replace(physics, detectors=detectors), fft.rfft(templates, 4096).conj()
    )
