"""Reddening by interstellar dust in the optical and near infrared."""

import numpy as np

# In powers of y = 1/λ − 1.82, λ in µm: Cardelli, Clayton & Mathis (1989), ApJ 345, 245, eq. 3.
CONSTANT = (1.0, 0.17699, -0.50447, -0.02427, 0.72085, 0.01979, -0.77530, 0.32999)
PER_RATIO = (0.0, 1.41338, 2.28305, 1.07233, -5.38434, -0.62251, 5.30260, -2.09002)

# In the infrared, both times x^1.61, x = 1/λ: the same, eq. 2.
INFRARED, INFRARED_PER_RATIO, POWER = 0.574, -0.527, 1.61
REDDEST_OPTICAL = 1.1


def optical_extinction(wavelength: np.ndarray, ratio: float = 3.1) -> np.ndarray:
    """Return A(λ) / A(V) of the Galaxy's dust.

    Parameters
    ----------
    wavelength : ndarray
        From 3030 Å to 3.3 µm [Å].
    ratio : float, default 3.1
        Of total to selective extinction, R_V.
    """
    x = 1e4 / np.asarray(wavelength, float)
    value = np.polynomial.polynomial.polyval
    optical = value(x - 1.82, CONSTANT) + value(x - 1.82, PER_RATIO) / ratio
    infrared = (INFRARED + INFRARED_PER_RATIO / ratio) * x**POWER
    return np.where(x < REDDEST_OPTICAL, infrared, optical)
