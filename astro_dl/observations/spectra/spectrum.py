"""Spectra as observed: wavelengths in vacuum, fluxes and errors, from files of any usual kind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.wavelengths import air_to_vacuum
from astro_dl.observations.tables.columns import FILL_VALUES

Medium = Literal["air", "vacuum"]
MEDIA = ("air", "vacuum")
FEWEST_PIXELS = 16
LARGEST_FLUX = 1e30
"""[the file's unit] What is larger stands for no flux, as `FILL_VALUES` do."""

FEWEST_ZEROS = 5
"""Pixels in a row, all exactly zero, that were filled: beyond a detector, or between two."""

SHORTEST_ANGSTROM, LONGEST_ANGSTROM = 100.0, 1e7


@dataclass(frozen=True)
class Spectrum:
    """One spectrum.

    Parameters
    ----------
    id : str
        The file's name, and the object's where the file holds several.
    wavelength : ndarray of float64, (m,)
        Rising, in vacuum [Å].
    flux : ndarray of float64, (m,)
        Per unit of wavelength, on any scale; NaN where bad.
    sigma : ndarray of float64, (m,)
        Standard deviations of the flux; NaN where unknown.
    flags : tuple of str
        Words for what was assumed: ``air_assumed``.
    """

    id: str
    wavelength: np.ndarray
    flux: np.ndarray
    sigma: np.ndarray
    flags: tuple[str, ...] = ()


def make_spectrum(
    path: Path,
    name: str,
    wavelength: np.ndarray,
    flux: np.ndarray,
    variance: np.ndarray | None,
    medium: Medium | None,
) -> Spectrum:
    """Return a spectrum in vacuum, its bad pixels marked, from what a file holds.

    Pixels without positive variance are bad, where variances are known; and those whose flux is a
    mark, such as −999, beyond all measure, or zero as that of at least four neighbours.

    Raises
    ------
    UsageError
        If lengths differ, there are too few pixels, or wavelengths are out of any range, not
        monotonic, or not finite.
    """
    if not len(wavelength) == len(flux) or (variance is not None and len(variance) != len(flux)):
        raise UsageError(f"{path}: wavelengths, fluxes and errors are of different lengths")
    known = np.isfinite(wavelength)
    wavelength, flux = wavelength[known], flux[known].astype(np.float64)
    if len(wavelength) < FEWEST_PIXELS:
        raise UsageError(f"{path}: {len(wavelength)} pixels; at least {FEWEST_PIXELS} are needed")
    step = np.diff(wavelength)
    if not (np.all(step > 0) or np.all(step < 0)):
        raise UsageError(f"{path}: wavelengths neither rise nor fall throughout")
    if wavelength.min() < SHORTEST_ANGSTROM or wavelength.max() > LONGEST_ANGSTROM:
        raise UsageError(
            f"{path}: wavelengths from {wavelength.min():g} to {wavelength.max():g} Å; is the unit "
            "right?"
        )
    order = slice(None, None, 1 if step[0] > 0 else -1)
    sigma = np.full(len(flux), np.nan)
    if variance is not None:
        own = variance[known].astype(np.float64)
        good = np.isfinite(own) & (own > 0)
        sigma = np.where(good, np.sqrt(np.where(good, own, 1)), np.nan)
        flux = np.where(good, flux, np.nan)
    missing = ~np.isfinite(flux) | np.isin(flux, FILL_VALUES) | (np.abs(flux) > LARGEST_FLUX)
    missing |= _filled(flux)
    flux = np.where(missing, np.nan, flux)
    flags = () if medium else ("air_assumed",)
    if medium != "vacuum":
        wavelength = air_to_vacuum(wavelength)
    return Spectrum(name, wavelength[order], flux[order], sigma[order], flags)


def _filled(flux: np.ndarray) -> np.ndarray:
    """Return which pixels are among many in a row that are zero, unless there is no other flux."""
    if not np.any(np.nan_to_num(flux)):
        return np.zeros(len(flux), bool)
    runs = np.lib.stride_tricks.sliding_window_view(flux == 0, FEWEST_ZEROS).all(axis=1)
    return np.convolve(runs, np.ones(FEWEST_ZEROS)) > 0
