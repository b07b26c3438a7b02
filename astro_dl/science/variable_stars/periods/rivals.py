"""What else the period of one star may be: aliases of the day, each with a Fourier series.

Points taken at one hour of the night leave a frequency f and f ± 1 per day nearly alike. Which of
them explains most is chance where the points are few or noisy.
"""

import numpy as np

from astro_dl.science.variable_stars.periods.harmonics import fit_harmonics
from astro_dl.science.variable_stars.periods.search import (
    COARSE_HARMONICS,
    HARMONICS,
    MINIMUM_CYCLES,
    SAMPLES_PER_PEAK,
    SIDEREAL_DAY,
    Series,
    refined,
    series_between,
)

ALIASES = np.array([[cycles, cycles / SIDEREAL_DAY] for cycles in (-2, -1, 1, 2)])
"""Between a frequency and its aliases [1/d], by the solar and the sidereal day: of these two the
better is taken."""


def rival_series(
    time: np.ndarray, value: np.ndarray, error: np.ndarray, frequency: float, count: int
) -> tuple[Series, ...]:
    """Return the best aliases of a frequency, by Bayes' criterion, the best first.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending times [d] since the first point.
    value, error : ndarray, (T,)
        Values and standard errors above zero.
    frequency : float
        That was found [1/d].
    count : int
        How many are asked for. There may be fewer: those are left out of which the points hold too
        few cycles, and those that cannot be told from the frequency or from a better alias.
    """
    weight, width = error**-2.0, 1 / float(time[-1])
    step = width / SAMPLES_PER_PEAK
    near = np.abs(frequency + ALIASES)[..., None] + step * np.linspace(-0.75, 0.75, 5)
    near = np.maximum(near.reshape(len(ALIASES), -1), step / 2)
    fits = fit_harmonics(time, value, weight, near.ravel(), COARSE_HARMONICS)
    criterion, _ = fits.criterion([one for one in HARMONICS if one <= COARSE_HARMONICS])
    criterion = criterion.reshape(near.shape)
    starts = near[np.arange(len(near)), criterion.argmin(axis=1)]
    chosen: list[float] = []
    for start in starts[np.argsort(criterion.min(axis=1), kind="stable")].tolist():
        apart = np.abs(np.array([frequency, *chosen]) - start)
        if start >= MINIMUM_CYCLES * width and apart.min() > width:
            chosen.append(start)
    return tuple(
        series_between(time, value, weight, *refined(time, value, weight, np.array([start]), step))
        for start in chosen[:count]
    )
