"""Luminosity and temperature of an expanding envelope by what heats it.

Times are days since the explosion, at rest, on `DAYS`; luminosities are in 1e43 erg/s, masses in
those of the Sun, velocities in km/s, energies in 1e51 erg, radii in 500 of the Sun's.
"""

import numpy as np

Array = np.ndarray

DAYS = np.arange(0.0, 301.0)
NICKEL_DAYS, COBALT_DAYS = 8.8, 111.3
NICKEL_POWER, COBALT_POWER = 6.45, 1.45  # of one solar mass
SUN = 1.989e33  # g
DAY = 86_400.0
LIGHT = 2.998e10  # cm/s
STEFAN_BOLTZMANN = 5.6704e-5
DIFFUSION = 13.8
"""Shape of the density in the diffusion time of Arnett (1982)."""


def nickel_power(mass: Array) -> Array:
    """Return the power (n, days) of nickel and the cobalt it becomes: Nadyozhin (1994)."""
    nickel = NICKEL_POWER * np.exp(-DAYS / NICKEL_DAYS)
    return mass[:, None] * (nickel + COBALT_POWER * np.exp(-DAYS / COBALT_DAYS))


def magnetar_power(energy: Array, spin_down_days: Array) -> Array:
    """Return the power (n, days) of a magnetar that spins down: Kasen & Bildsten (2010), eq. 2."""
    first = energy * 1e51 / (spin_down_days * DAY) / 1e43
    return first[:, None] / (1 + DAYS / spin_down_days[:, None]) ** 2


def shell_power(first: Array, end_days: Array, slope: Array) -> Array:
    """Return the power (n, days) of ejecta that run into a shell: a power of time, up to its end.

    After Chatzopoulos et al. (2012), eq. 20, for the forward shock alone; it dies within a tenth of
    the time that it took.
    """
    course = (np.maximum(DAYS, 1) / 10) ** -slope[:, None]
    beyond = np.maximum(DAYS - end_days[:, None], 0) / (0.1 * end_days[:, None])
    return first[:, None] * course * np.exp(-beyond)


def diffusion_days(mass: Array, velocity: Array, opacity: float = 0.1) -> Array:
    """Return τ of light through ejecta (n,): √(2κM / (13.8 c v)), Arnett (1982)."""
    seconds = np.sqrt(2 * opacity * mass * SUN / (DIFFUSION * LIGHT * velocity * 1e5))
    return seconds / DAY


def diffused(power: Array, tau: Array) -> Array:
    """Return what leaves the envelope (n, days) of a power inside: Arnett (1982).

    L(t) = exp(-t²/τ²) ∫ 2P(s) s/τ² exp(s²/τ²) ds, which is nearest P where L is largest.

    Parameters
    ----------
    power : ndarray, (n, days)
        At `DAYS`.
    tau : ndarray, (n,)
        Diffusion time [d].
    """
    light = np.zeros_like(power)
    for place in range(1, len(DAYS)):
        # Exact for a power that is linear in t² from one day to the next.
        depth = (DAYS[place] ** 2 - DAYS[place - 1] ** 2) / tau**2
        kept = np.exp(-depth)
        mean = -np.expm1(-depth) / depth
        new = power[:, place] * (1 - mean) + power[:, place - 1] * (mean - kept)
        light[:, place] = kept * light[:, place - 1] + new
    return light


def plateau_days(mass: Array, radius: Array, energy: Array) -> Array:
    """Return the length of a plateau (n,) at rest [d]: Popov (1993), eq. 27; mass in 10 suns."""
    return 99 * mass**0.5 * radius ** (1 / 6) * energy ** (-1 / 6)


def plateau_luminosity(mass: Array, radius: Array, energy: Array) -> Array:
    """Return the luminosity of a plateau (n,): Popov (1993), eq. 28; mass in 10 suns."""
    return 0.164 * radius ** (2 / 3) * energy ** (5 / 6) * mass**-0.5


def trapped(power: Array, days: Array) -> Array:
    """Return what of a power (n, days) in gamma rays stays: half of it after 1.2 times ``days``.

    1 - exp(-(t₀/t)²): Clocchiatti & Wheeler (1997), eq. 3.
    """
    return power * -np.expm1(-((days[:, None] / np.maximum(DAYS, 1)) ** 2))


def plateau_light(
    length: Array,
    rise_days: Array,
    slope: Array,
    drop_days: Array,
    cooling: Array,
    cooling_days: Array,
) -> Array:
    """Return the course of a plateau (n, days), about 1 on it.

    Parameters
    ----------
    length, rise_days, drop_days : ndarray, (n,)
        Of the plateau, of the rise to it and of the fall from it [d].
    slope : ndarray, (n,)
        Decline while it lasts [mag/d].
    cooling, cooling_days : ndarray, (n,)
        What the shocked envelope gives besides as it cools, over the plateau, and how long.
    """
    column = (length, rise_days, slope, drop_days, cooling, cooling_days)
    length, rise_days, slope, drop_days, cooling, cooling_days = (
        values[:, None] for values in column
    )
    rise = -np.expm1(-((DAYS / rise_days) ** 2))
    fall = 1 / (1 + np.exp(np.clip((DAYS - length) / drop_days, -50, 50)))
    hot = 1 + cooling * np.exp(-DAYS / cooling_days)
    return rise * fall * hot * 10 ** (-0.4 * slope * DAYS)


def temperatures(light: Array, velocity: Array, floor: Array) -> Array:
    """Return the temperature (n, days) [K] of a photosphere that expands until it is cool.

    Parameters
    ----------
    light : ndarray, (n, days)
        Luminosity.
    velocity : ndarray, (n,)
        Of the photosphere.
    floor : ndarray, (n,)
        Temperature [K] at which it recedes instead.
    """
    radius = velocity[:, None] * 1e5 * DAY * np.maximum(DAYS, 0.5)
    effective = (light * 1e43 / (4 * np.pi * STEFAN_BOLTZMANN * radius**2)) ** 0.25
    return np.maximum(effective, floor[:, None])
