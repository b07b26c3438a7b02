"""Masses by one dispersion: what is commonly done, each at the radius where it holds best."""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Estimator:
    """M(<radius) = factor · σ² R_h / G, with σ the dispersion without errors.

    Parameters
    ----------
    name : str
        As tables call it.
    factor : float
    radius : float
        In half-light radii.
    column : str
        Of ``info``: log₁₀ of M(<radius) over M(<1.8 R_h), empty for that itself.
    """

    name: str
    factor: float
    radius: float
    column: str

    def log_mass_ratio(self, intrinsic_kms: Array, dispersion_kms: Array) -> Array:
        """Return log₁₀ of the mass in units of s² R_h / G, s the dispersion with errors."""
        with np.errstate(divide="ignore"):
            return np.log10(self.factor) + 2 * np.log10(intrinsic_kms / dispersion_kms)


WALKER = Estimator("Walker et al.", 2.5, 1.0, "log_mass_half")
"""580 σ² R_h (Walker et al. 2009, ApJ 704, 1274, eq. 11)."""

WOLF = Estimator("Wolf et al.", 4.0, 4 / 3, "log_mass_wolf")
"""930 σ² R_h (Wolf et al. 2010, MNRAS 406, 1220, eq. 2)."""

ERRANI = Estimator("Errani et al.", 6.3, 1.8, "")
"""3.5 · 1.8 σ² R_h / G (Errani et al. 2018, MNRAS 481, 5073)."""

ESTIMATORS = (WALKER, WOLF, ERRANI)
