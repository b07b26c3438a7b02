"""Stars that are quickly made."""

import numpy as np

from astro_dl.observations.irregular_series.series import series_from


def star(seed=0, n=120, shift=0.0, period=0.63):
    """Return a pulsator of known period with white noise."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, 400, n))
    value = 15 + 0.3 * np.sin(2 * np.pi * time / period) + 0.1 * np.sin(4 * np.pi * time / period)
    value += 0.03 * rng.standard_normal(n)
    return series_from("a", time + shift, value, np.full(n, 0.03))
