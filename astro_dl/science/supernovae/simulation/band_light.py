"""Fluxes of redshifted spectra through a survey's bands, tabulated once and interpolated.

Spectra are a family in two numbers, reddening and one more (the age of a type Ia supernova, the
temperature of a black body); redshift is the third. A redshift is a shift along the even grid of
the logarithm of wavelength, so that a table of all of them is a row of matrix products.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
import scipy
from astropy.table import Table
from scipy.ndimage import map_coordinates

from astro_dl.observations.photometry.galaxy_templates import LOG_WAVELENGTH, STEP, attenuation
from astro_dl.observations.photometry.synthetic_magnitudes import band_weights

Array = np.ndarray

ZERO_POINT = 27.5
"""Magnitude [AB] of a flux of one."""

LIGHT_SPEED = 2.99792458e18  # Å/s
PIVOT = 5500.0  # Å, at which `band_weights` has flux densities per wavelength and frequency agree
PARSECS_10 = 3.0857e19  # cm
STEFAN_BOLTZMANN = 5.6704e-5  # erg/s/cm²/K⁴
PLANCK_1, PLANCK_2 = 3.7417718e27, 1.4387769e8  # 2πhc² [erg Å⁴/s/cm²], hc/k [Å K]

BLUE = 4400.0
SHIFT = 5
"""Steps of the wavelengths' grid from one redshift of the tables to the next."""

LARGEST_REDSHIFT = 1.5
IA_COLORS = np.arange(-0.4, 1.01, 0.1)
IA_DAYS = np.arange(-20.0, 85.1, 1.0)
REDDENINGS = np.array([0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6])
LOG_TEMPERATURES = np.log(np.geomspace(3000, 60_000, 40))


@dataclass(frozen=True)
class BandLight:
    """Fluxes at 10 parsecs through the bands of a survey, at `ZERO_POINT`.

    Parameters
    ----------
    reddening, second : ndarray, (R,), (S,)
        Ascending values of the first two axes.
    flux : ndarray, (bands, R, S, Z)
        The last axis is the redshift, in steps of `SHIFT`.
    """

    reddening: Array
    second: Array
    flux: Array

    def at(self, band: Array, reddening: Array, second: Array, redshift: Array) -> Array:
        """Return fluxes (P,), linear between the entries; beyond the tables' ends those there."""
        places = [
            np.interp(reddening, self.reddening, np.arange(len(self.reddening))),
            np.interp(second, self.second, np.arange(len(self.second))),
            np.log1p(redshift) / (SHIFT * STEP),
        ]
        found = np.zeros(len(band))
        for number, table in enumerate(self.flux):
            rows = np.flatnonzero(band == number)
            inside = np.stack([place[rows] for place in places])
            found[rows] = map_coordinates(table, inside, order=1, mode="nearest")
        return found


@cache
def ia_light(survey: str, bands: tuple[str, ...]) -> BandLight:
    """Return the fluxes of type Ia supernovae by colour c and days since maximum.

    The spectra are Hsiao's template, 1 at its maximum in a blue band: magnitudes are to be added.
    Colour reddens as dust does (Calzetti et al. 2000), and leaves the flux at 4400 Å as it is.
    """
    wavelength = np.exp(LOG_WAVELENGTH)
    template = ia_template()
    days = scipy.interpolate.CubicSpline(template.days, template.flux, axis=0)(IA_DAYS).clip(0)
    spectra = np.array([np.interp(wavelength, template.wavelength, row) for row in days])
    blue = np.interp(BLUE, wavelength, spectra[np.argmin(abs(IA_DAYS))])
    spectra *= 10 ** (-0.4 * 48.6) * LIGHT_SPEED / BLUE**2 / blue

    def reddened(color: Array) -> Array:
        return spectra * attenuation(wavelength, color) / attenuation(np.array(BLUE), color)

    return _table(survey, bands, IA_COLORS, IA_DAYS, reddened)


@dataclass(frozen=True)
class Blanketing:
    """How lines of metals take light from a black body in the ultraviolet.

    What is left is (λ / wavelength)^p, where p falls from ``power`` with the temperature T as
    1 / (1 + (T / temperature)⁴): iron keeps most of its lines until it is ionised twice and more
    (Dessart & Hillier 2005, A&A 439, 671).

    Parameters
    ----------
    wavelength : float
        Below which light is taken [Å].
    power : float
        Of the wavelength, of cool photospheres; 1 for a linear fall (Nicholl et al. 2017, ApJ 850,
        55).
    temperature : float
        At which half of it is left [K].
    """

    wavelength: float
    power: float = 1.0
    temperature: float = np.inf

    def left(self, wavelength: Array, temperature: Array) -> Array:
        """Return the share of the light that is left, of arrays that broadcast [Å, K]."""
        power = self.power / (1 + (temperature / self.temperature) ** 4)
        return np.minimum(wavelength / self.wavelength, 1) ** power


@cache
def black_body_light(survey: str, bands: tuple[str, ...], lines: Blanketing) -> BandLight:
    """Return the fluxes of a black body of 1e43 erg/s by E(B - V) and the log of its temperature.

    What lines of metals take is lost, and comes out nowhere else.
    """
    wavelength = np.exp(LOG_WAVELENGTH)
    temperature = np.exp(LOG_TEMPERATURES)[:, None]
    surface = PLANCK_1 / wavelength**5 / np.expm1(PLANCK_2 / (wavelength * temperature))
    shares = surface / (STEFAN_BOLTZMANN * temperature**4)
    spectra = 1e43 / (4 * np.pi * PARSECS_10**2) * shares
    spectra *= lines.left(wavelength, temperature)

    def reddened(reddening: Array) -> Array:
        return spectra * attenuation(wavelength, reddening)

    return _table(survey, bands, REDDENINGS, LOG_TEMPERATURES, reddened)


@dataclass(frozen=True)
class Template:
    """Spectra ``flux`` (days, wavelengths) by days since maximum and wavelength [Å]."""

    days: Array
    wavelength: Array
    flux: Array


@cache
def ia_template() -> Template:
    """Return the spectra of a normal type Ia supernova (Hsiao et al. 2007, ApJ 663, 1187)."""
    folder = files("astro_dl.science.supernovae") / "tables"
    with as_file(folder / "hsiao_template.ecsv") as path:
        table = Table.read(path, format="ascii.ecsv")
    names = [name for name in table.colnames if name != "wavelength"]
    flux = np.array([table[name] for name in names])
    return Template(np.array(names, float), np.asarray(table["wavelength"]), flux)


def _table(
    survey: str,
    bands: tuple[str, ...],
    reddening: Array,
    second: Array,
    spectra: Callable[[Array], Array],
) -> BandLight:
    """Return the table of spectra (S, wavelengths) at every reddening, in erg/s/cm²/Å."""
    observed, weights = band_weights(survey, bands)
    per_frequency = PIVOT**2 / LIGHT_SPEED * 10 ** (0.4 * (ZERO_POINT + 48.6))
    shifts = SHIFT * np.arange(int(np.log1p(LARGEST_REDSHIFT) / (SHIFT * STEP)) + 2)
    flux = np.empty((len(bands), len(reddening), len(second), len(shifts)))
    for row, value in enumerate(reddening):
        at_rest = spectra(np.asarray(value))
        for place, shift in enumerate(shifts):
            seen = at_rest[:, observed.start - shift : observed.stop - shift]
            flux[:, row, :, place] = (seen @ weights).T * per_frequency / np.exp(shift * STEP)
    return BandLight(reddening, second, flux)
