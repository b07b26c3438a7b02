"""How far the velocity of a star in a binary is from that of its centre of mass."""

import numpy as np

Array = np.ndarray
SHARES = np.array([0.4, 0.38, 0.22])
DEVIATIONS_KMS = np.array([0.17, 1.2, 5.8])
"""A mixture of Gaussians near the kicks that `orbital_kicks` gives: its likelihood is known."""

GIANT_MASS = 0.8
MEAN_LOG_PERIOD, DEVIATION_LOG_PERIOD = 5.03, 2.28
"""Of log₁₀ of the period [d] (Raghavan et al. 2010, ApJS 190, 1, section 5.3)."""

SHORTEST_LOG_PERIOD = 2.0
"""A red giant leaves no room for closer orbits."""

KMS = 212.9
"""(2π G M☉ / d)^⅓ [km/s]."""


def orbital_kicks(n: int, rng: np.random.Generator) -> Array:
    """Return velocities [km/s] along the line of sight of n giants on circular orbits.

    Mass ratios are even between 0.1 and 1, inclinations and phases at random.
    """
    log_period = rng.normal(MEAN_LOG_PERIOD, DEVIATION_LOG_PERIOD, 4 * n)
    log_period = log_period[log_period > SHORTEST_LOG_PERIOD][:n]
    ratio = rng.uniform(0.1, 1, n)
    cosine = rng.uniform(0, 1, n)
    speed = KMS * (GIANT_MASS / 10**log_period) ** (1 / 3) * ratio / (1 + ratio) ** (2 / 3)
    return speed * np.sqrt(1 - cosine**2) * np.cos(rng.uniform(0, 2 * np.pi, n))


def draw_kicks(n: int, fraction: float, rng: np.random.Generator) -> Array:
    """Return the kicks [km/s] of n stars, of which a fraction is in binaries."""
    deviation = rng.choice(DEVIATIONS_KMS, n, p=SHARES)
    return np.where(rng.random(n) < fraction, deviation * rng.standard_normal(n), 0.0)
