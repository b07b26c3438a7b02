"""How much is known how early: answers on every day since the first detection."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from astro_dl.metrics.binary import area_under_curve
from astro_dl.science.supernovae.inputs import packed, unpacked
from astro_dl.science.supernovae.nights import HALF_A_NIGHT

Array = np.ndarray

DAYS = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 120.0)


def until(x: Array, day: float) -> Array:
    """Return light curves (n, nights, channels) as they were so many days after detection."""
    nights, redshift = unpacked(x)
    return packed(nights.only(nights.time <= day + HALF_A_NIGHT), redshift)


def area_by_day(
    probability: Callable[[Array], Array],
    x: Array,
    truth: Array,
    days: Sequence[float] = DAYS,
    confidence: float = 0.95,
) -> list[dict[str, Any]]:
    """Return the area under the curve of a class, day by day.

    Parameters
    ----------
    probability : callable
        From inputs to the probability of the class (n,), or whatever ranks by it.
    x : ndarray, (n, nights, channels)
        Inputs, whole light curves.
    truth : ndarray of bool, (n,)
        Which are of the class.
    days : sequence of float
        Days since the first detection.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    list of dict
        ``day`` and ``value``, ``low``, ``high`` and ``n``, for each day. All objects count on every
        day, those whose light curve has ended with their last answer.
    """
    found = []
    for day in days:
        scores = probability(until(x, day))
        found.append({"day": day, "n": len(x), **area_under_curve(scores, truth, confidence)})
    return found
