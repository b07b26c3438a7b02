"""Relations between properties of star-forming galaxies, as published: arrays in, arrays out."""

import numpy as np

Array = np.ndarray
HALPHA_LUMINOSITY = 41.27
"""lg of that of one solar mass of stars a year [erg/s]: Kennicutt & Evans (2012, ARA&A 50, 531)."""

STARS_OVER_GAS = 0.44
"""Reddening of stars over that of the gas (Calzetti et al. 2000)."""

SUN_R = 4.65
"""Absolute magnitude of the Sun in r [AB]: Willmer (2018, ApJS 236, 47)."""

SPECIFIC_RATE, TYPE_THERE, TYPES_PER_DEX = -10.16, 1.4, 2.5
"""lg (SFR / M) [1/yr] of the main sequence at 10^10.5 solar masses, the spectral type of its
galaxies (1 Sbc, 2 Scd, 3 Im), and how fast types change."""

PP04_GRID = np.linspace(8.05, 8.9, 200)


def mass_metallicity(lg_mass: Array) -> Array:
    """Return the mean 12 + lg O/H of a stellar mass.

    Tremonti et al. (2004, ApJ 613, 898), eq. 3, in the scale of their models; from 8.5 to 11.5.
    """
    return -1.492 + 1.847 * lg_mass - 0.08026 * lg_mass**2


def main_sequence(lg_mass: Array) -> Array:
    """Return lg of the mean star-formation rate [solar masses a year].

    Renzini & Peng (2015, ApJL 801, L29).
    """
    return 0.76 * lg_mass - 7.64


def metallicity(lg_mass: Array, lg_sfr: Array, dependence: float) -> Array:
    """Return the mean 12 + lg O/H of galaxies of a mass and a star-formation rate.

    The relation of masses at μ = lg M - α (lg SFR - main sequence): of one mass, galaxies that form
    more stars are poorer in metals, by Mannucci et al. (2010, MNRAS 408, 2115), whose α is
    0.32.
    """
    return mass_metallicity(lg_mass - dependence * (lg_sfr - main_sequence(lg_mass)))


def effective_radius(lg_mass: Array) -> tuple[Array, Array]:
    """Return the median half-light radius of late types [kpc], and the scatter of its logarithm.

    Shen et al. (2003, MNRAS 343, 978), eqs. 18 and 19 with the masses of their table 1.
    """
    ratio = 10**lg_mass / 3.98e10
    radius = 0.1 * 10 ** (0.14 * lg_mass) * (1 + ratio) ** (0.39 - 0.14)
    return radius, 0.34 + (0.47 - 0.34) / (1 + ratio**2)


def spectral_type(lg_mass: Array, lg_sfr: Array) -> Array:
    """Return the mean type of a specific star-formation rate: bluer, where more stars are born."""
    return TYPE_THERE + TYPES_PER_DEX * (lg_sfr - lg_mass - SPECIFIC_RATE)


def mass_to_light(g_minus_r: Array) -> Array:
    """Return lg of the mass over the light in r [solar units], by the colour at rest.

    Bell et al. (2003, ApJS 149, 289), table 7, 0.15 dex less for an initial mass function without
    as many faint stars.
    """
    return -0.306 + 1.097 * g_minus_r - 0.15


def halpha_attenuation(lg_mass: Array) -> Array:
    """Return the mean attenuation of H-alpha [mag]: Garn & Best (2010, MNRAS 409, 421)."""
    x = lg_mass - 10
    return np.maximum(0.91 + 0.77 * x + 0.11 * x**2 - 0.09 * x**3, 0.0)


def inclination_dimming(axis_ratio: Array) -> Array:
    """Return how much fainter a disc is than from above [mag in r].

    Unterborn & Ryden (2008, ApJ 687, 976), for SDSS.
    """
    return 1.27 * np.log10(axis_ratio) ** 2


def attenuation_curve(wavelength: Array) -> Array:
    """Return the attenuation [mag] at a reddening E(B - V) of 1 by wavelengths [µm].

    Calzetti et al. (2000, ApJ 533, 682), eq. 4, from 0.12 to 2.2.
    """
    inverse = 1 / np.asarray(wavelength, float)
    blue = -2.156 + 1.509 * inverse - 0.198 * inverse**2 + 0.011 * inverse**3
    red = -1.857 + 1.040 * inverse
    return 2.659 * np.where(inverse > 1 / 0.63, blue, red) + 4.05


def pp04_scale(metallicity: Array) -> Array:
    """Return 12 + lg O/H in the scale of [N II] / H-alpha of what Tremonti et al. would measure.

    Kewley & Ellison (2008, ApJ 681, 1183), table 3, inverted, within 8.05 and 8.9: strong lines
    tell values that differ by up to 0.7 dex between calibrations.
    """
    x = PP04_GRID
    tremonti = -1661.9380 + 585.17650 * x - 68.471750 * x**2 + 2.6766690 * x**3
    return np.interp(metallicity, tremonti, x)


def line_ratios(pp04: Array) -> tuple[Array, Array]:
    """Return [N II] 6584 / H-alpha and [O III] 5007 / H-beta of a metallicity.

    Pettini & Pagel (2004, MNRAS 348, L59), eqs. 1 and 3, inverted.
    """
    n2 = (pp04 - 8.90) / 0.57
    o3n2 = (8.73 - pp04) / 0.32
    return 10**n2, 10 ** (o3n2 + n2)
