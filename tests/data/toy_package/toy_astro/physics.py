"""What may be chosen of pulses and their noise."""

from dataclasses import dataclass

import numpy as np

SAMPLES = 48
CENTRE, WIDTH = 24.0, 4.0


@dataclass(frozen=True)
class PulsePhysics:
    """Ranges from which pulses are drawn.

    Parameters
    ----------
    snr_range : (float, float)
        Optimal signal-to-noise ratio, drawn uniformly.
    signal_fraction : float
        Share of series with a pulse.
    """

    snr_range: tuple[float, float] = (4.0, 8.0)
    signal_fraction: float = 0.5


def pulse() -> np.ndarray:
    """Return the shape of the pulse, of unit norm, (SAMPLES,)."""
    shape = np.exp(-0.5 * ((np.arange(SAMPLES) - CENTRE) / WIDTH) ** 2)
    return shape / np.linalg.norm(shape)
