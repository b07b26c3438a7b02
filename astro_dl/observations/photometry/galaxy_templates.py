"""Spectra of galaxies: templates mixed to a continuum of types, dust, and the gas on the way.

The templates are El, Sbc, Scd, Im (Coleman, Wu & Weedman 1980, ApJS 43, 393), SB3 and SB2 (Kinney
et al. 1996, ApJ 467, 38), as extended and recalibrated by Benítez et al. (2004, ApJS 150, 1), in
some two hundred knots: tables/galaxy_templates.ecsv, made by scripts/make_galaxy_templates from the
files of pz-rail-base (MIT License, copyright 2023 LSST Dark Energy Science Collaboration).
"""

from functools import cache
from importlib.resources import as_file, files

import numpy as np
from astropy.table import Table
from numpy.lib.stride_tricks import sliding_window_view

from astro_dl.core.errors import UsageError

Array = np.ndarray

REDDEST_TO_BLUEST = ("El", "Sbc", "Scd", "Im", "SB3", "SB2")
"""Spectral types; a type is given as a number from 0 to 5, fractions in between."""

STEP = 0.002
LOG_WAVELENGTH = np.arange(np.log(600.0), np.log(11400.0), STEP)[:-1] + STEP / 2
"""ln of the wavelengths [Å] in the middle of the bins on which spectra are kept: a redshift is a
shift along it."""

POINTS_IN_BIN = 50
LYMAN_LINES = ((1215.67, 0.0036), (1025.72, 0.0017), (972.537, 0.0012), (949.743, 0.00093))
LYMAN_LIMIT = 911.75
RATIO_OF_EXTINCTION = 4.05


def binned(wavelength: Array, values: Array) -> Array:
    """Return the means over the bins of `LOG_WAVELENGTH` of a tabulated function, 0 beyond it."""
    inside = ((np.arange(POINTS_IN_BIN) + 0.5) / POINTS_IN_BIN - 0.5) * STEP
    points = np.exp(LOG_WAVELENGTH[:, None] + inside)
    return np.interp(points, wavelength, values, 0, 0).mean(axis=1)


@cache
def template_spectra() -> Array:
    """Return flux densities per wavelength (types, bins), float32, 1 at 5500 Å."""
    with as_file(
        files("astro_dl.observations.photometry") / "tables" / "galaxy_templates.ecsv"
    ) as path:
        table = Table.read(path, format="ascii.ecsv")
    wavelength = np.asarray(table["wavelength"])
    flux = [binned(wavelength, np.asarray(table[name])) for name in REDDEST_TO_BLUEST]
    return np.array(flux, np.float32)


def observed_spectra(
    spectral_type: Array, redshift: Array, reddening: Array, observed: slice
) -> Array:
    """Return flux densities per wavelength as they arrive here.

    Parameters
    ----------
    spectral_type : ndarray, (n,)
        0 (elliptical) to 5 (strong starburst), see `REDDEST_TO_BLUEST`; neighbouring templates are
        mixed linearly.
    redshift : ndarray, (n,)
        From 0 to where the observed wavelengths leave the templates.
    reddening : ndarray, (n,)
        E(B - V) of the stars' light [mag], besides what is in the templates.
    observed : slice
        Which wavelengths of the templates' grid are observed.

    Returns
    -------
    ndarray of float32, (n, m)
        In arbitrary units.

    Raises
    ------
    UsageError
        If a redshift is out of range.
    """
    templates = template_spectra()
    grid = LOG_WAVELENGTH[observed]
    place = observed.start - np.log1p(np.asarray(redshift, float)) / STEP
    if len(place) and (place.min() < 0 or place.max() > observed.start):
        limit = np.expm1(observed.start * STEP)
        raise UsageError(f"redshifts are outside 0 to {limit:.2f}, where the templates end")
    kind = np.clip(spectral_type, 0, len(REDDEST_TO_BLUEST) - 1)
    red = np.minimum(kind.astype(np.intp), len(REDDEST_TO_BLUEST) - 2)
    flux = _between(
        _shifted(templates, red, place, len(grid)),
        _shifted(templates, red + 1, place, len(grid)),
        kind - red,
    )
    dusty = np.flatnonzero(reddening)
    curve = _extinction(np.exp(LOG_WAVELENGTH)).astype(np.float32)[None]
    depth = _shifted(curve, np.zeros_like(dusty), place[dusty], len(grid))
    flux[dusty] *= np.exp(-0.4 * np.log(10) * np.asarray(reddening)[dusty, None] * depth)
    far = np.flatnonzero(redshift > np.exp(grid[0]) / LYMAN_LINES[0][0] - 1)
    flux[far] *= intergalactic_transmission(np.exp(grid)[None], np.asarray(redshift)[far, None])
    return flux


def _shifted(curves: Array, row: Array, place: Array, length: int) -> Array:
    """Return (n, length) pieces of the rows of a table that begin at fractional places."""
    first = np.minimum(place.astype(np.intp), curves.shape[1] - length - 1)
    pieces = sliding_window_view(curves, length, axis=1)
    return _between(pieces[row, first], pieces[row, first + 1], place - first)


def _between(one: Array, other: Array, part: Array) -> Array:
    """Return what lies this part of the way from one row to the other."""
    return one + part.astype(np.float32)[:, None] * (other - one)


def attenuation(wavelength: Array, reddening: Array) -> Array:
    """Return the share of light that dust lets through: Calzetti et al. (2000), eqs. 2 to 4.

    Parameters
    ----------
    wavelength : ndarray
        At rest [Å]; the law holds from 1200 Å and is continued below with its value there.
    reddening : ndarray
        E(B - V) of the stars' light [mag].
    """
    return 10 ** (-0.4 * _extinction(wavelength) * reddening)


def _extinction(wavelength: Array) -> Array:
    """Return A / E(B - V)."""
    x = 1e4 / np.maximum(wavelength, 1200.0)
    short = 2.659 * (-2.156 + 1.509 * x - 0.198 * x**2 + 0.011 * x**3)
    long = 2.659 * (-1.857 + 1.040 * x)
    return np.maximum(np.where(x > 1 / 0.63, short, long) + RATIO_OF_EXTINCTION, 0)


def intergalactic_transmission(wavelength: Array, redshift: Array) -> Array:
    """Return the mean share of light that intergalactic hydrogen lets through: Madau (1995).

    Lines of the Lyman series (eq. 15, with the coefficients of its table), and the continuum in the
    approximation of footnote 3.

    Parameters
    ----------
    wavelength : ndarray
        As observed [Å].
    redshift : ndarray
        Of the source, of a shape that broadcasts with the wavelengths.
    """
    wavelength, emitted = np.broadcast_arrays(wavelength, 1 + np.asarray(redshift, float))
    depth = np.zeros(wavelength.shape)
    for line, strength in LYMAN_LINES:
        absorbed = wavelength < line * emitted
        depth[absorbed] += strength * (wavelength[absorbed] / line) ** 3.46
    ionised = wavelength < LYMAN_LIMIT * emitted
    x, end = wavelength[ionised] / LYMAN_LIMIT, emitted[ionised]
    continuum = (
        0.25 * x**3 * (end**0.46 - x**0.46)
        + 9.4 * x**1.5 * (end**0.18 - x**0.18)
        - 0.7 * x**3 * (x**-1.32 - end**-1.32)
        - 0.023 * (end**1.68 - x**1.68)
    )
    depth[ionised] += np.maximum(continuum, 0)
    return np.exp(-depth)
