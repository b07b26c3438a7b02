"""What a period that was found is to the true one: the same, half, double, an alias or else."""

from enum import Enum

import numpy as np

from astro_dl.science.variable_stars.periods.search import SIDEREAL_DAY

TOLERANCE = 0.005


class Verdict(Enum):
    """What a found period is."""

    EXACT = "exact"
    HALF = "half"
    DOUBLE = "double"
    ALIAS = "alias"
    OTHER = "other"


def judge_periods(found: np.ndarray, true: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Return the verdict on each period, an array (n,) of `Verdict`.

    Aliases differ from the true frequency, or from twice or half of it, by one or two cycles per
    day, solar or sidereal.

    Parameters
    ----------
    found, true : ndarray, (n,)
        Periods [d]; NaN where none was found.
    tolerance : float, default 0.005
        Relative.
    """
    verdict = np.full(len(true), Verdict.OTHER, object)
    with np.errstate(invalid="ignore", divide="ignore"):
        frequency = 1 / np.asarray(true, float)
        other = 1 / np.asarray(found, float)
        for day in (1.0, SIDEREAL_DAY):
            for cycles in (-2, -1, 1, 2):
                for multiple in (0.5, 1.0, 2.0):
                    alias = np.abs(multiple * frequency + cycles / day)
                    verdict[np.abs(other / alias - 1) < tolerance] = Verdict.ALIAS
        for ratio, word in ((2.0, Verdict.HALF), (0.5, Verdict.DOUBLE), (1.0, Verdict.EXACT)):
            verdict[np.abs(other / (ratio * frequency) - 1) < tolerance] = word
    return verdict
