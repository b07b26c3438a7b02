"""Emission lines in broad bands: how much brighter they make a galaxy."""

from collections.abc import Mapping, Sequence

import numpy as np

from astro_dl.observations.photometry.surveys import Survey
from astro_dl.science.galaxy_metallicity.simulation.relations import (
    attenuation_curve,
    line_ratios,
    pp04_scale,
)

Array = np.ndarray
HALF_WIDTHS: Mapping[str, float] = {"g": 0.155, "r": 0.115, "i": 0.09}
"""Of bands, over their effective wavelengths."""

EDGE = 0.01
"""Over the wavelength, in which the transmission rises from 0 to 1."""

HALPHA, OXYGEN, HBETA = 6563.0, 4995.0, 4861.0
"""At rest [Å]: H-alpha between the lines of nitrogen; the mean of both of doubly ionised oxygen."""

BALMER_DECREMENT = 2.86
BOTH_LINES = 4 / 3
"""Of the pairs [N II] and [O III], over the stronger line."""

SPEED_OF_LIGHT = 2.99792458e18
"""[Å/s]."""

NANOMAGGY = 3.631e-29
"""[erg/s/cm²/Hz]."""


def band_limits(survey: Survey, bands: Sequence[str]) -> Array:
    """Return the first and the last wavelength of bands [Å], (bands, 2)."""
    middle = np.array([one.wavelength for one in survey.choose(bands)]) * 1e4
    width = np.array([HALF_WIDTHS[band] for band in bands])
    return middle[:, None] * (1 + np.multiply.outer(width, [-1.0, 1.0]))


def line_light(flux: Array, wavelength: Array, limits: Array) -> Array:
    """Return the light that a line adds to bands [nMgy].

    Of photons that are counted, f = F λ T(λ) / (c ln(λ2 / λ1)).

    Parameters
    ----------
    flux : ndarray, (...,)
        Of the line [erg/s/cm²].
    wavelength : ndarray, (...,)
        At which it is observed [Å].
    limits : ndarray, (bands, 2)
        See `band_limits`.

    Returns
    -------
    ndarray, (..., bands)
    """
    low, high = limits.T
    place = np.asarray(wavelength, float)[..., None]
    inside = np.minimum(place / low - 1, 1 - place / high) / EDGE
    transmission = np.clip(0.5 + inside, 0, 1)
    per_flux = place * transmission / (SPEED_OF_LIGHT * np.log(high / low))
    return np.asarray(flux)[..., None] * per_flux / NANOMAGGY


def nebular_light(halpha: Array, metallicity: Array, redshift: Array, limits: Array) -> Array:
    """Return the light of all lines in bands [nMgy], (..., bands).

    Parameters
    ----------
    halpha : ndarray, (...,)
        Flux of H-alpha without dust [erg/s/cm²].
    metallicity : ndarray, (...,)
        12 + lg O/H in the scale of Tremonti et al.
    redshift : ndarray, (...,)
    limits : ndarray, (bands, 2)
        See `band_limits`.
    """
    nitrogen, oxygen = line_ratios(pp04_scale(metallicity))
    hbeta = halpha / BALMER_DECREMENT
    fluxes = {
        HALPHA: halpha * (1 + BOTH_LINES * nitrogen),
        OXYGEN: hbeta * BOTH_LINES * oxygen,
        HBETA: hbeta,
    }
    stretch = 1 + np.asarray(redshift)
    return np.sum([line_light(one, at * stretch, limits) for at, one in fluxes.items()], axis=0)


def gas_transmission(halpha_mag: Array, wavelengths: Array) -> Array:
    """Return what dust leaves of the gas's light at wavelengths [µm], by that of H-alpha [mag]."""
    ratio = attenuation_curve(wavelengths) / attenuation_curve(np.array(HALPHA / 1e4))
    return 10 ** (-0.4 * np.multiply.outer(halpha_mag, ratio))
