"""Effective temperatures of variable stars, by period and luminosity.

Each is ``(period [d], absolute magnitude in V, rng) -> (n,)`` [K], on the scale of dwarfs of
`astro_dl.science.variable_stars.simulation.starlight`.
"""

from collections.abc import Callable

import numpy as np

from astro_dl.science.variable_stars.simulation.starlight import B_V, LUMINOSITY, TEMPERATURE, V_I

Rng = np.random.Generator
Temperature = Callable[[np.ndarray, np.ndarray, Rng], np.ndarray]
OVERTONE_CEPHEID, OVERTONE_RR_LYRAE = 0.71, 0.745
"""Periods of the first overtone over the fundamental one."""


def rr_lyrae(overtone: float = 1.0) -> Temperature:
    """Return that of horizontal-branch stars of .65 solar masses: the longer, the cooler.

    lg P_0 = −1.772 − .68 lg M + .84 lg L + 3.48 lg (6500 K / T): van Albada & Baker (1971), ApJ
    169, 311; lg L = 1.65 ± .04.
    """

    def temperature(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
        n = len(period)
        light, mass = rng.normal(1.65, 0.04, n), rng.normal(0.65, 0.04, n)
        at_6500 = -1.772 - 0.68 * np.log10(mass) + 0.84 * light
        logarithm = (at_6500 - np.log10(period / overtone)) / 3.48
        return np.clip(6500 * 10**logarithm, 5800, 7600)

    return temperature


def cepheid(overtone: float = 1.0) -> Temperature:
    """Return that of (V − I)_0 = .256 lg P + .497 ± .07.

    Tammann, Sandage & Reindl (2003), A&A 404, 423, eq. 4.
    """

    def temperature(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
        colour = 0.256 * np.log10(period / overtone) + 0.497 + rng.normal(0, 0.07, len(period))
        return by_colour(colour, V_I)

    return temperature


def type_2_cepheid(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
    """Return 6400 K at 1 d to 5400 K at 30 d: the strip of Wallerstein (2002), PASP 114, 689."""
    mean = 6400 - 700 * np.log10(period)
    return np.clip(mean + rng.normal(0, 200, len(period)), 4900, 7000)


def mira(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
    """Return types M2 at 130 d to M7 at 500 d: Keenan, Garrison & Deutsch (1974), ApJS 28, 271."""
    mean = 3050 - 900 * (np.log10(period) - 2.45)
    return np.clip(mean + rng.normal(0, 130, len(period)), 2810, 3550)


def semiregular(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
    """Return types K5 to M6, the longer the later."""
    mean = 3650 - 450 * (np.log10(period) - 1.7)
    return np.clip(mean + rng.normal(0, 150, len(period)), 2900, 4100)


def contact_binary(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
    """Return that of colours redder than .04 P^−2.25, a tenth of a magnitude or so.

    The short-period blue envelope: Ruciński (1997), AJ 113, 407.
    """
    colour = 0.04 * period**-2.25 + np.abs(rng.normal(0, 0.12, len(period)))
    return by_colour(np.clip(colour, 0, 1.3), B_V)


def main_sequence(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
    """Return that of dwarfs of this luminosity, to 5%."""
    mean = np.exp(np.interp(absolute, LUMINOSITY[::-1], np.log(TEMPERATURE[::-1])))
    return np.clip(mean * np.exp(rng.normal(0, 0.05, len(period))), 3060, 31400)


def normal(mean: float, scatter: float, low: float, high: float) -> Temperature:
    """Return normal draws, clipped to a range [K]."""
    return lambda period, absolute, rng: np.clip(rng.normal(mean, scatter, len(period)), low, high)


def log_uniform(low: float, high: float) -> Temperature:
    """Return draws with even logarithms in a range [K]."""
    return lambda period, absolute, rng: np.exp(rng.uniform(np.log(low), np.log(high), len(period)))


def no_star(period: np.ndarray, absolute: np.ndarray, rng: Rng) -> np.ndarray:
    """Return no temperatures."""
    return np.full(len(period), np.nan)


def by_colour(colour: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the temperature of dwarfs of a colour, by a column of the table that rises with it."""
    return np.exp(np.interp(colour, column[::-1], np.log(TEMPERATURE[::-1])))
