"""Gaia's photometric system, and its errors as of Data Release 3.

A star's photometry is three numbers: G, the colour BP - RP, and the excess: by how much the flux in
BP and RP, divided by that in G, surpasses what is normal for its colour.
"""

import numpy as np

ZERO_POINTS = np.array((25.6873668671, 25.3385422158, 24.7478955012))
"""Of G, BP and RP, Vega magnitudes of one electron per second (Riello et al. 2021, table 4)."""

BLUE_EXCESS = (1.154360, 0.033772, 0.032277)
EXCESS = (1.162004, 0.011464, 0.049255, -0.005879)
RED_EXCESS = (1.057572, 0.140537)
"""Coefficients of rising powers of BP - RP below 0.5, up to 4, and above (Riello et al. 2021,
table 2)."""

EXTINCTION = np.array((2.740, 3.374, 2.035))
"""A / E(B - V) of G, BP and RP (Casagrande & VandenBerg 2018, table 2)."""

MARGIN = 1.1
BRIGHTEST_OF_PARALLAXES = 13.0
ERROR_MAGNITUDES = (13.0, 17.0, 20.0)
ERRORS = ((0.3e-3, 1e-3, 6e-3), (0.9e-3, 12e-3, 108e-3), (0.6e-3, 6e-3, 52e-3))
"""Of G, BP and RP at these G [mag] (Gaia Collaboration, Brown et al. 2021, table 3)."""


def normal_excess_factor(bp_rp: np.ndarray) -> np.ndarray:
    """Return (I_BP + I_RP) / I_G of isolated stars by colour: Riello et al. (2021), section 6."""
    parts = [
        np.polynomial.polynomial.polyval(bp_rp, one) for one in (BLUE_EXCESS, EXCESS, RED_EXCESS)
    ]
    return np.where(bp_rp < 0.5, parts[0], np.where(bp_rp < 4, parts[1], parts[2]))


def excess_scatter(g: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the excess by G [mag]: Riello et al. (2021), eq. 18."""
    return 0.0059898 + 8.817481e-12 * np.asarray(g, float) ** 7.618399


def added(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the photometry of two stars seen as one.

    Parameters
    ----------
    first, second : ndarray, (n, 3)
        G [mag], BP - RP [mag], excess.
    """
    return _photometry(_fluxes(first) + _fluxes(second))


def blended(star: np.ndarray, neighbour: np.ndarray) -> np.ndarray:
    """Return the photometry of stars to whose BP and RP, but not G, a neighbour contributes."""
    return _photometry(_fluxes(star) + _fluxes(neighbour) * (0.0, 1.0, 1.0))


def reddened(star: np.ndarray, color_excess: np.ndarray) -> np.ndarray:
    """Return photometry (n, 3) seen through dust of E(B - V) [mag], (n,)."""
    g, bp, rp = EXTINCTION
    return star + np.multiply.outer(color_excess, (g, bp - rp, 0.0))


def parallax_error(g: np.ndarray) -> np.ndarray:
    """Return the standard deviation of parallaxes [mas] by G [mag].

    The sky average of DR3, which the mission's performance model gives without its margin of 10%
    (ESA, Gaia science performance, 2022); proper motions have 1.03 (right ascension) and 0.89
    (declination) of it per year.
    """
    z = 10 ** (0.4 * (np.maximum(g, BRIGHTEST_OF_PARALLAXES) - 15))
    return 1e-3 * np.sqrt(40 + 800 * z + 30 * z**2) / MARGIN


def photometric_errors(g: np.ndarray) -> np.ndarray:
    """Return the standard deviations (n, 3) of G, BP and RP [mag] by G [mag]."""
    logarithms = [_line(g, np.log(errors)) for errors in ERRORS]
    return np.exp(np.stack(logarithms, axis=-1))


def _line(g: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Interpolate in G; as at 13 mag for brighter stars, on in a straight line for fainter ones."""
    beyond = (values[2] - values[1]) / (ERROR_MAGNITUDES[2] - ERROR_MAGNITUDES[1])
    fainter = np.maximum(np.asarray(g) - ERROR_MAGNITUDES[2], 0)
    return np.interp(g, ERROR_MAGNITUDES, values) + beyond * fainter


def _fluxes(photometry: np.ndarray) -> np.ndarray:
    """Return fluxes (n, 3) in G, BP and RP."""
    g, bp_rp, excess = np.asarray(photometry, float).T
    in_g = 10 ** (-0.4 * (g - ZERO_POINTS[0]))
    both = (normal_excess_factor(bp_rp) + excess) * in_g
    ratio = 10 ** (-0.4 * (bp_rp - ZERO_POINTS[1] + ZERO_POINTS[2]))
    return np.stack([in_g, both * ratio / (1 + ratio), both / (1 + ratio)], axis=1)


def _photometry(fluxes: np.ndarray) -> np.ndarray:
    g, bp, rp = (ZERO_POINTS - 2.5 * np.log10(fluxes)).T
    factor = (fluxes[:, 1] + fluxes[:, 2]) / fluxes[:, 0]
    return np.stack([g, bp - rp, factor - normal_excess_factor(bp - rp)], axis=1)
