"""Reddening by interstellar dust in the optical."""

import numpy as np

# In powers of y = 1/λ − 1.82, λ in µm: Cardelli, Clayton & Mathis (1989), ApJ 345, 245, eq. 3.
CONSTANT = (1.0, 0.17699, -0.50447, -0.02427, 0.72085, 0.01979, -0.77530, 0.32999)
PER_RATIO = (0.0, 1.41338, 2.28305, 1.07233, -5.38434, -0.62251, 5.30260, -2.09002)


def optical_extinction(wavelength: np.ndarray, ratio: float = 3.1) -> np.ndarray:
    """Return A(λ) / A(V) of the Galaxy's dust.

    Parameters
    ----------
    wavelength : ndarray
        From 3030 to 9090 Å [Å].
    ratio : float, default 3.1
        Of total to selective extinction, R_V.
    """
    y = 1e4 / np.asarray(wavelength, float) - 1.82
    value = np.polynomial.polynomial.polyval
    return value(y, CONSTANT) + value(y, PER_RATIO) / ratio
