"""Magnitudes and fluxes of points: one made from the other by a zero point that somebody told."""

from enum import Enum

import numpy as np

MAGNITUDES_PER_E = 2.5 / np.log(10)
FAINTEST_MAGNITUDE = 50.0
LARGEST_ERROR = 9.0
"""Errors above this [mag] are marks of points that are none: 9.99, 99, 99.99, 999 …"""


class Quantity(Enum):
    """What the values of a series are."""

    MAGNITUDE = "magnitude"
    FLUX = "flux"


def magnitudes_of(
    flux: np.ndarray, error: np.ndarray, zero_point: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Return magnitudes and their errors; NaN where a flux is not above zero.

    Parameters
    ----------
    flux, error : ndarray, (T,)
        In one linear unit.
    zero_point : float or ndarray, (T,)
        Magnitude of a flux of one in this unit.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        positive = flux > 0
        magnitude = np.where(positive, zero_point - 2.5 * np.log10(flux), np.nan)
        return magnitude, np.where(positive, MAGNITUDES_PER_E * error / flux, np.nan)


def fluxes_of(
    magnitude: np.ndarray, error: np.ndarray, zero_point: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Return fluxes and their errors in the unit in which a flux of one has a magnitude."""
    flux = 10 ** (-0.4 * (np.asarray(magnitude) - zero_point))
    return flux, flux * error / MAGNITUDES_PER_E


def without_sentinels(magnitude: np.ndarray) -> np.ndarray:
    """Return magnitudes with NaN for what is none, such as 99, −99 and 0."""
    sound = np.isfinite(magnitude) & (np.abs(magnitude) < FAINTEST_MAGNITUDE) & (magnitude != 0)
    return np.where(sound, magnitude, np.nan)


def without_marked_points(error: np.ndarray) -> np.ndarray:
    """Return errors of magnitudes, infinite where the number is none but a mark, such as 99."""
    return np.where(error > LARGEST_ERROR, np.inf, error)
