"""Simulated series, and the matched filter on them."""

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from toy_astro.physics import SAMPLES, PulsePhysics, pulse


def simulate(physics: PulsePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n series of white noise, with a pulse in some; ``info`` has ``snr`` and ``sign``."""
    y = (rng.random(n) < physics.signal_fraction).astype(np.float32)
    snr = np.where(y == 1, rng.uniform(*physics.snr_range, n), 0)
    sign = rng.choice([-1, 1], n)
    x = rng.standard_normal((n, SAMPLES)) + (sign * snr)[:, None] * pulse()
    info = Table({"snr": snr, "sign": sign, "pair_id": rng.integers(2**62, size=n)})
    return Examples(x[..., None].astype(np.float32), y, info)


def matched_filter(physics: PulsePhysics, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return the modulus of the matched filter, which is optimal for an unknown sign."""
    return {"matched filter": np.abs(x[..., 0] @ pulse())}
