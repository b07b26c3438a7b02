"""Spectra as observed: wavelengths in vacuum, fluxes and errors, from files of any usual kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.observations.spectra.wavelengths import air_to_vacuum
from astro_dl.observations.tables.columns import FORMATS, read_table

__all__ = ["Medium", "Spectrum", "from_columns", "make_spectrum", "read_spectra"]

Medium = Literal["air", "vacuum"]
MEDIA = ("air", "vacuum")
FITS_ENDINGS = (".fits", ".fit", ".fts")
FEWEST_PIXELS = 16
SHORTEST_ANGSTROM, LONGEST_ANGSTROM = 100.0, 1e7

WAVELENGTHS = ("wavelength", "wave", "lambda", "lam", "wl")
LOG_WAVELENGTHS = ("loglam", "log_wavelength", "log_lambda")
FLUXES = ("flux", "flux_density", "intensity", "f_lambda", "counts")
INVERSE_VARIANCES, VARIANCES = ("ivar",), ("variance", "var")
ERRORS = ("error", "flux_error", "err", "sigma", "uncertainty", "e_flux", "flux_err")


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


def read_spectra(path: str | Path, medium: Medium | None = None) -> list[Spectrum]:
    """Return the spectra of a file.

    Parameters
    ----------
    path : str or Path
        FITS: native SDSS (``spec-*.fits``, ``spSpec-*.fit``), any table with columns of wavelength
        and flux, or images of one spectrum or many (a row each) with linear or logarithmic
        wavelengths by keywords or in an extension ``WAVELENGTH``, with ``VARIANCE`` and ``FIBRES``
        extensions as those of 2dF and AAOmega. CSV, ECSV, VOTable, HDF5 or Parquet: tables with the
        columns ``wavelength`` or ``loglam``, ``flux`` and, perhaps, ``error`` or ``ivar``.
    medium : {"air", "vacuum"}, optional
        What the wavelengths are measured in, whatever the file says.

    Returns
    -------
    list of Spectrum
        Air wavelengths are converted; where a file says nothing, they are taken to be of air, and
        flagged.

    Raises
    ------
    UsageError
        If the file is missing or is not a spectrum, or its wavelengths make no sense.
    """
    from astro_dl.observations.spectra.files import read_fits_spectra

    path = Path(path)
    if medium is not None and medium not in MEDIA:
        raise unknown_name("medium", medium, MEDIA)
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    inner = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    ending = inner.suffix.lower()
    if ending in FITS_ENDINGS:
        return read_fits_spectra(path, medium)
    if ending not in FORMATS:
        accepted = ", ".join((*FITS_ENDINGS, *(one for one in FORMATS if "fit" not in one)))
        raise UsageError(f"{path}: ending {ending!r} names no spectrum; accepted: {accepted}")
    return [from_columns(path, path.name, read_table(path), medium)]


def from_columns(
    path: Path, name: str, table: Table, medium: Medium | None, own_medium: Medium | None = None
) -> Spectrum:
    """Return the spectrum of a table with columns of wavelength and flux.

    Raises
    ------
    UsageError
        If one of them is missing, or a unit is not one of length.
    """
    logarithms = _column(table, LOG_WAVELENGTHS)
    if logarithms is not None:
        wavelength = 10.0 ** _numbers(table[logarithms])
    else:
        column = _column(table, WAVELENGTHS)
        if column is None:
            raise UsageError(
                f"{path}: no column of wavelengths among {', '.join(table.colnames)}; accepted: "
                f"{', '.join((*WAVELENGTHS, *LOG_WAVELENGTHS))}"
            )
        wavelength = _numbers(table[column]) * angstroms(table[column].unit, path)
    flux = _column(table, FLUXES)
    if flux is None:
        raise UsageError(
            f"{path}: no column of fluxes among {', '.join(table.colnames)}; accepted: "
            f"{', '.join(FLUXES)}"
        )
    variance = _variance(table)
    own = medium or own_medium
    return make_spectrum(path, name, wavelength, _numbers(table[flux]), variance, own)


def make_spectrum(
    path: Path,
    name: str,
    wavelength: np.ndarray,
    flux: np.ndarray,
    variance: np.ndarray | None,
    medium: Medium | None,
) -> Spectrum:
    """Return a spectrum in vacuum, its bad pixels marked, from what a file holds.

    Pixels without positive variance are bad, where variances are known.

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
    flux = np.where(np.isfinite(flux), flux, np.nan)
    flags = () if medium else ("air_assumed",)
    if medium != "vacuum":
        wavelength = air_to_vacuum(wavelength)
    return Spectrum(name, wavelength[order], flux[order], sigma[order], flags)


def angstroms(unit: Any, path: Path) -> float:
    """Return how many Å a unit of length is; 1 for none."""
    if unit is None or not str(unit).strip():
        return 1.0
    try:
        return float(u.Unit(str(unit).strip().rstrip("s")).to("Angstrom"))
    except (ValueError, TypeError, u.UnitConversionError) as error:
        raise UsageError(f"{path}: wavelengths in {unit}, which is no unit of length") from error


def _variance(table: Table) -> np.ndarray | None:
    inverse = _column(table, INVERSE_VARIANCES)
    if inverse is not None:
        values = _numbers(table[inverse])
        return np.where(values > 0, 1 / np.where(values > 0, values, 1), np.nan)
    variance, error = _column(table, VARIANCES), _column(table, ERRORS)
    if variance is not None:
        return _numbers(table[variance])
    return None if error is None else _numbers(table[error]) ** 2


def _column(table: Table, names: Sequence[str]) -> str | None:
    lower = {name.strip().lower(): name for name in table.colnames}
    return next((lower[name] for name in names if name in lower), None)


def _numbers(column: Any) -> np.ndarray:
    values = np.ma.asarray(np.ma.array(column), dtype=np.float64)
    return np.asarray(np.ma.filled(values, np.nan))
