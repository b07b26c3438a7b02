"""Colours of stars by their temperature, and of what else varies.

Magnitudes at any wavelength are read off between those in U, B, V, R and I, which the mean colours
of dwarfs give; beyond I a star goes on as a black body. Giants have the colours of dwarfs whose
spectral lines and bands are alike, so that temperatures of theirs are on the scale of dwarfs.
"""

import numpy as np

from astro_dl.science.variable_stars.bands import vega_in_ab

_TABLE = np.array(
    [
        [31400, -3.90, -1.070, -0.301, -0.120, -0.355],
        [26000, -3.00, -0.995, -0.278, -0.115, -0.325],
        [20600, -1.80, -0.790, -0.215, -0.094, -0.230],
        [17000, -1.20, -0.673, -0.178, -0.080, -0.192],
        [14500, -0.55, -0.504, -0.140, -0.062, -0.145],
        [12300, 0.00, -0.364, -0.109, -0.048, -0.108],
        [10700, 0.50, -0.200, -0.070, -0.028, -0.061],
        [9700, 0.99, -0.005, 0.000, 0.001, 0.004],
        [8840, 1.35, 0.063, 0.070, 0.042, 0.091],
        [8100, 2.01, 0.100, 0.160, 0.089, 0.186],
        [7590, 2.32, 0.082, 0.250, 0.140, 0.288],
        [7220, 2.57, 0.053, 0.295, 0.166, 0.339],
        [6820, 2.97, -0.008, 0.370, 0.213, 0.432],
        [6550, 3.37, -0.029, 0.440, 0.252, 0.506],
        [6180, 4.05, 0.001, 0.530, 0.300, 0.599],
        [5930, 4.48, 0.057, 0.595, 0.341, 0.673],
        [5660, 4.98, 0.185, 0.680, 0.377, 0.738],
        [5290, 5.78, 0.436, 0.816, 0.443, 0.853],
        [4870, 6.53, 0.801, 0.990, 0.560, 1.030],
        [4440, 7.28, 1.081, 1.150, 0.685, 1.272],
        [4090, 8.20, 1.222, 1.340, 0.802, 1.519],
        [3850, 8.80, 1.204, 1.420, 0.889, 1.766],
        [3560, 10.21, 1.170, 1.505, 1.001, 2.173],
        [3270, 12.10, 1.200, 1.600, 1.178, 2.680],
        [3060, 14.15, 1.240, 1.830, 1.446, 3.278],
        [2810, 16.32, 1.300, 2.010, 1.950, 4.100],
    ]
)[::-1]
"""Temperature [K], M_V, U − B, B − V, V − R_C, V − I_C [mag] of dwarfs, cool to hot: Pecaut &
Mamajek (2013), ApJS 208, 9, table 5, in the version of 2024."""

TEMPERATURE, LUMINOSITY, _U_B, B_V, _V_R, V_I = _TABLE.T
_WAVELENGTH = np.array([0.365, 0.44, 0.55, 0.641, 0.798])
_ABOUT_V = np.stack([_U_B + B_V, B_V, np.zeros_like(B_V), -_V_R, -V_I], axis=1)
_V = 0.55
SECOND_RADIATION = 14387.77
"""h c / k [µm K]."""


def star_magnitudes(temperature: np.ndarray, wavelength: np.ndarray) -> np.ndarray:
    """Return AB magnitudes (n, bands) about that in V.

    Parameters
    ----------
    temperature : ndarray, (n,)
        Effective temperatures on the scale of dwarfs, from 2810 to 31,400 K; beyond them colours
        stay as they are.
    wavelength : ndarray, (bands,)
        From .365 µm; bluewards magnitudes stay as they are [µm].
    """
    in_ab = _ABOUT_V + vega_in_ab(_WAVELENGTH) - vega_in_ab(_V)
    place = np.log(np.clip(temperature, TEMPERATURE[0], TEMPERATURE[-1]))
    nodes = np.stack([np.interp(place, np.log(TEMPERATURE), column) for column in in_ab.T], axis=1)
    found = np.stack(
        [[np.interp(-1 / one, -1 / _WAVELENGTH, star) for one in wavelength] for star in nodes]
    ).reshape(len(nodes), len(wavelength))
    beyond = np.maximum(wavelength, _WAVELENGTH[-1])
    return found + _black_body(temperature, beyond) - _black_body(temperature, _WAVELENGTH[-1:])


def power_law_magnitudes(index: np.ndarray, wavelength: np.ndarray) -> np.ndarray:
    """Return AB magnitudes (n, bands) about that in V of spectra f_ν ~ ν^index."""
    return 2.5 * index[:, None] * np.log10(wavelength / _V)


def surface_brightness(temperature: np.ndarray, wavelength: float) -> np.ndarray:
    """Return the surface brightness of black bodies (n,) at a wavelength [µm], up to a constant."""
    return 1 / np.expm1(SECOND_RADIATION / (wavelength * temperature))


def companion_temperature(temperature: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Return the temperature (n,) of a star so many times as bright a square in V as another."""
    return SECOND_RADIATION / (_V * np.log1p(1 / (ratio * surface_brightness(temperature, _V))))


def _black_body(temperature: np.ndarray, wavelength: np.ndarray) -> np.ndarray:
    """Return AB magnitudes (n, bands) up to a constant."""
    exponent = SECOND_RADIATION / (wavelength * temperature[:, None])
    return 7.5 * np.log10(wavelength) + 2.5 * np.log10(np.expm1(exponent))
