"""Observed colours and dimming of galaxies of every spectral type and redshift.

The tables were made by scripts/make_galaxy_colors: the six templates El, Sbc, Scd, Im (Coleman, Wu
& Weedman 1980), SB3 and SB2 (Kinney et al. 1996), as extended by Benitez et al. (2004), ApJS 150,
1, through the LSST filters, with the mean intergalactic absorption of Madau (1995), ApJ 441, 18.
Other bands are interpolated in wavelength, which is good to about 0.05 mag for optical filters.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

TYPES = ("El", "Sbc", "Scd", "Im", "SB3", "SB2")
"""Spectral types, red to blue; a type is given as a number from 0 to 5, fractions in between."""

REDSHIFTS = np.array([*np.arange(0, 1.01, 0.1), 1.25, 1.5, 1.75, 2.0, 2.5, 3.0])

WAVELENGTHS = np.array([0.368, 0.480, 0.622, 0.754, 0.869, 0.974])
"""Effective wavelengths of the LSST bands u, g, r, i, z, y [µm]."""

# fmt: off
# For each type and redshift: m_i minus the rest-frame m_r, then u-i, g-i, r-i, z-i, y-i [mag].
TABLE = np.array((
    (  # El
        (-0.36, 2.64, 1.05, 0.36, -0.21, -0.32),
        (-0.30, 2.88, 1.28, 0.43, -0.23, -0.38),
        (-0.22, 3.22, 1.60, 0.47, -0.28, -0.42),
        (-0.13, 3.75, 1.94, 0.55, -0.31, -0.51),
        (-0.01, 4.30, 2.21, 0.63, -0.36, -0.58),
        (0.09, 4.76, 2.37, 0.88, -0.37, -0.61),
        (0.21, 4.90, 2.58, 1.14, -0.38, -0.67),
        (0.40, 4.83, 2.78, 1.26, -0.48, -0.79),
        (0.71, 4.70, 2.92, 1.18, -0.73, -1.00),
        (1.05, 4.56, 3.02, 1.04, -0.94, -1.24),
        (1.34, 4.45, 3.13, 1.00, -0.98, -1.49),
        (1.77, 4.14, 3.22, 1.42, -0.67, -1.49),
        (2.30, 3.59, 2.97, 1.78, -0.81, -1.32),
        (3.09, 2.81, 2.43, 1.47, -1.23, -1.76),
        (3.89, 2.14, 1.72, 0.90, -1.40, -2.27),
        (4.45, 1.99, 1.19, 0.81, -0.55, -1.70),
        (4.92, 2.62, 0.95, 0.41, -0.66, -1.02),
    ),
    (  # Sbc
        (-0.29, 1.91, 0.83, 0.29, -0.16, -0.35),
        (-0.27, 2.32, 0.96, 0.34, -0.19, -0.31),
        (-0.22, 2.59, 1.16, 0.37, -0.22, -0.35),
        (-0.16, 2.70, 1.40, 0.42, -0.25, -0.41),
        (-0.09, 2.70, 1.66, 0.46, -0.27, -0.46),
        (-0.02, 2.67, 1.87, 0.57, -0.31, -0.50),
        (0.05, 2.65, 2.02, 0.73, -0.30, -0.52),
        (0.15, 2.57, 2.06, 0.89, -0.33, -0.59),
        (0.30, 2.44, 1.99, 1.01, -0.44, -0.66),
        (0.49, 2.28, 1.85, 1.06, -0.55, -0.79),
        (0.70, 2.12, 1.67, 1.03, -0.66, -0.97),
        (1.26, 1.79, 1.17, 0.73, -0.81, -1.31),
        (1.64, 1.66, 0.87, 0.44, -0.68, -1.33),
        (1.79, 1.75, 0.83, 0.34, -0.42, -1.03),
        (1.85, 1.95, 0.93, 0.31, -0.28, -0.70),
        (1.94, 2.44, 1.23, 0.37, -0.23, -0.44),
        (2.00, 3.55, 1.62, 0.58, -0.22, -0.40),
    ),
    (  # Scd
        (-0.19, 1.48, 0.61, 0.19, -0.05, -0.12),
        (-0.22, 1.76, 0.75, 0.26, -0.10, -0.13),
        (-0.22, 1.86, 0.94, 0.29, -0.15, -0.21),
        (-0.19, 1.92, 1.11, 0.32, -0.20, -0.29),
        (-0.15, 1.93, 1.28, 0.37, -0.22, -0.35),
        (-0.13, 1.90, 1.41, 0.48, -0.22, -0.38),
        (-0.09, 1.84, 1.45, 0.62, -0.21, -0.40),
        (0.00, 1.72, 1.41, 0.70, -0.29, -0.46),
        (0.11, 1.58, 1.34, 0.75, -0.39, -0.52),
        (0.24, 1.43, 1.23, 0.74, -0.44, -0.66),
        (0.41, 1.27, 1.06, 0.64, -0.53, -0.81),
        (0.75, 1.05, 0.68, 0.42, -0.58, -0.97),
        (0.88, 1.08, 0.53, 0.33, -0.34, -0.85),
        (0.97, 1.13, 0.47, 0.20, -0.31, -0.60),
        (1.00, 1.28, 0.53, 0.13, -0.23, -0.48),
        (0.94, 1.74, 0.84, 0.20, -0.09, -0.24),
        (0.89, 2.83, 1.22, 0.41, -0.10, -0.17),
    ),
    (  # Im
        (-0.17, 0.95, 0.36, 0.17, -0.09, -0.17),
        (-0.20, 1.24, 0.42, 0.17, -0.10, -0.17),
        (-0.21, 1.29, 0.57, 0.13, -0.12, -0.20),
        (-0.21, 1.28, 0.69, 0.10, -0.14, -0.23),
        (-0.28, 1.31, 0.90, 0.23, -0.09, -0.19),
        (-0.34, 1.31, 1.08, 0.34, -0.03, -0.15),
        (-0.35, 1.27, 1.12, 0.46, -0.02, -0.14),
        (-0.25, 1.12, 1.01, 0.48, -0.27, -0.24),
        (-0.21, 1.04, 0.95, 0.56, -0.32, -0.28),
        (-0.17, 0.98, 0.88, 0.65, -0.25, -0.48),
        (-0.06, 0.85, 0.72, 0.56, -0.33, -0.59),
        (0.26, 0.54, 0.32, 0.22, -0.56, -0.77),
        (0.30, 0.53, 0.22, 0.11, -0.24, -0.75),
        (0.27, 0.61, 0.23, 0.06, -0.13, -0.39),
        (0.21, 0.79, 0.30, 0.06, -0.07, -0.20),
        (0.09, 1.23, 0.51, 0.13, -0.04, -0.08),
        (0.01, 2.34, 0.82, 0.23, -0.07, -0.10),
    ),
    (  # SB3
        (-0.09, 1.20, 0.47, 0.09, -0.26, -0.41),
        (-0.19, 1.42, 0.63, 0.28, -0.08, -0.29),
        (-0.24, 1.39, 0.82, 0.33, 0.01, -0.16),
        (-0.12, 1.28, 0.85, 0.21, -0.28, -0.24),
        (-0.11, 1.27, 0.97, 0.23, -0.25, -0.33),
        (-0.13, 1.26, 1.03, 0.34, -0.16, -0.42),
        (-0.14, 1.26, 1.02, 0.50, -0.12, -0.30),
        (-0.10, 1.22, 0.95, 0.63, -0.18, -0.30),
        (-0.02, 1.14, 0.87, 0.63, -0.28, -0.35),
        (0.09, 0.95, 0.76, 0.55, -0.37, -0.49),
        (0.25, 0.75, 0.60, 0.37, -0.49, -0.67),
        (0.44, 0.56, 0.36, 0.14, -0.43, -0.80),
        (0.35, 0.65, 0.41, 0.20, -0.00, -0.49),
        (0.37, 0.59, 0.35, 0.18, -0.15, -0.18),
        (0.35, 0.66, 0.34, 0.18, -0.13, -0.23),
        (0.33, 0.96, 0.38, 0.10, -0.12, -0.24),
        (0.22, 2.04, 0.63, 0.22, -0.02, -0.15),
    ),
    (  # SB2
        (-0.01, 0.56, 0.12, 0.01, -0.15, -0.22),
        (-0.23, 0.96, 0.34, 0.29, 0.08, -0.06),
        (-0.26, 1.03, 0.51, 0.11, 0.10, -0.01),
        (-0.04, 0.77, 0.33, -0.20, -0.43, -0.26),
        (-0.34, 0.98, 0.68, 0.24, -0.01, -0.17),
        (-0.48, 1.08, 0.91, 0.41, 0.27, -0.13),
        (-0.54, 1.11, 0.96, 0.51, 0.30, 0.19),
        (-0.25, 0.80, 0.67, 0.24, -0.47, -0.08),
        (-0.26, 0.77, 0.64, 0.32, -0.49, -0.10),
        (-0.29, 0.72, 0.64, 0.46, -0.12, -0.60),
        (-0.24, 0.59, 0.55, 0.40, -0.16, -0.60),
        (-0.05, 0.30, 0.28, 0.18, -0.42, -0.48),
        (0.00, 0.19, 0.13, 0.04, -0.26, -0.61),
        (-0.09, 0.28, 0.11, 0.08, -0.08, -0.33),
        (-0.17, 0.42, 0.11, 0.11, -0.01, -0.15),
        (-0.23, 0.71, 0.14, -0.02, -0.10, -0.13),
        (-0.40, 1.85, 0.47, 0.05, 0.02, -0.07),
    ),
))
# fmt: on

SPEED_OF_LIGHT = 299792.458
HUBBLE_CONSTANT = 70.0
MATTER_DENSITY = 0.3
"""Flat ΛCDM with H0 = 70 km/s/Mpc."""

_DISTANCE_GRID = np.linspace(0, 4, 2001)
_COMOVING = scipy.integrate.cumulative_trapezoid(
    SPEED_OF_LIGHT
    / HUBBLE_CONSTANT
    / np.sqrt(MATTER_DENSITY * (1 + _DISTANCE_GRID) ** 3 + 1 - MATTER_DENSITY),
    _DISTANCE_GRID,
    initial=0,
)


def angular_diameter_distance(redshift: ArrayLike) -> np.ndarray:
    """Return the angular diameter distance [Mpc] of redshifts between 0 and 4."""
    return _comoving_distance(redshift) / (1 + np.asarray(redshift))


def distance_modulus(redshift: ArrayLike) -> np.ndarray:
    """Return the distance modulus [mag] of redshifts between 0 and 4."""
    luminosity = angular_diameter_distance(redshift) * (1 + np.asarray(redshift)) ** 2
    return 25 + 5 * np.log10(luminosity)


def distance_ratio(lens_redshift: ArrayLike, source_redshift: ArrayLike) -> np.ndarray:
    """Return D_ls / D_s of a source behind a lens (flat space), 0 for one in front of it."""
    ratio = _comoving_distance(lens_redshift) / _comoving_distance(source_redshift)
    return np.maximum(1 - ratio, 0)


def k_correction(spectral_type: ArrayLike, redshift: ArrayLike) -> np.ndarray:
    """Return the i magnitude minus the distance modulus and the absolute r magnitude [mag].

    Parameters
    ----------
    spectral_type : array_like
        0 (elliptical) to 5 (starburst), see `TYPES`.
    redshift : array_like
        0 to 3; clipped to this range.
    """
    return _interpolate(spectral_type, redshift)[..., 0]


def colors(spectral_type: ArrayLike, redshift: ArrayLike, wavelengths: ArrayLike) -> np.ndarray:
    """Return the magnitudes in bands of these wavelengths minus the i magnitude [mag, AB].

    Parameters
    ----------
    spectral_type, redshift : array_like
        (n,); as in `k_correction`.
    wavelengths : array_like
        (B,) effective wavelengths [µm]; beyond the LSST bands the nearest of them is used.

    Returns
    -------
    ndarray
        (n, B).
    """
    row = _interpolate(spectral_type, redshift)
    magnitudes = np.insert(row[..., 1:], 3, 0, axis=-1)
    position = np.interp(np.asarray(wavelengths), WAVELENGTHS, np.arange(len(WAVELENGTHS)))
    lower = np.minimum(position.astype(int), len(WAVELENGTHS) - 2)
    fraction = position - lower
    return magnitudes[..., lower] * (1 - fraction) + magnitudes[..., lower + 1] * fraction


def _comoving_distance(redshift: ArrayLike) -> np.ndarray:
    """Return the comoving distance [Mpc]."""
    return np.interp(np.asarray(redshift), _DISTANCE_GRID, _COMOVING)


def _interpolate(spectral_type: ArrayLike, redshift: ArrayLike) -> np.ndarray:
    """Return the table's row, interpolated linearly in type and redshift."""
    kind = np.clip(spectral_type, 0, len(TYPES) - 1)
    step = np.interp(np.asarray(redshift), REDSHIFTS, np.arange(len(REDSHIFTS)))
    i = np.minimum(kind.astype(int), len(TYPES) - 2)
    j = np.minimum(step.astype(int), len(REDSHIFTS) - 2)
    s, t = (kind - i)[..., None], (step - j)[..., None]
    return (TABLE[i, j] * (1 - t) + TABLE[i, j + 1] * t) * (1 - s) + (
        TABLE[i + 1, j] * (1 - t) + TABLE[i + 1, j + 1] * t
    ) * s
