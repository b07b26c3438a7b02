"""Spectra in files: FITS images whose rows are spectra, and tables of all kinds."""

from collections import ChainMap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import keyword_number, open_fits
from astro_dl.observations.spectra.spectrum import MEDIA, Medium, Spectrum, make_spectrum
from astro_dl.observations.tables.read import FORMATS, read_table

LARGEST_LOGARITHM = 10.0
VARIANCE_NAMES, ERROR_NAMES, IVAR_NAMES = ("VARIANCE", "VAR"), ("ERROR", "SIGMA"), ("IVAR",)
PROGRAMME = ("P", "")
FITS_ENDINGS = (".fits", ".fit", ".fts")
WAVELENGTHS = ("wavelength", "wave", "lambda", "lam", "wl")
LOG_WAVELENGTHS = ("loglam", "log_wavelength", "log_lambda")
FLUXES = ("flux", "flux_density", "intensity", "f_lambda", "counts")
INVERSE_VARIANCES, VARIANCES = ("ivar",), ("variance", "var")
ERRORS = ("error", "flux_error", "err", "sigma", "uncertainty", "e_flux", "flux_err")


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
    with reading(path):
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
    try:
        values = np.ma.asarray(np.ma.array(column), dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"column {column.name!r} does not hold numbers") from None
    if values.ndim != 1:
        raise UsageError(f"column {column.name!r} holds several numbers in a row; one is needed")
    return np.asarray(np.ma.filled(values, np.nan))


def read_fits_spectra(path: Path, medium: Medium | None) -> list[Spectrum]:
    """Return the spectra of a FITS file; see `read_spectra`."""
    with open_fits(path) as hdus:
        return _from_hdus(path, hdus, medium)


def _from_hdus(path: Path, hdus: Any, medium: Medium | None) -> list[Spectrum]:
    primary = hdus[0]
    if primary.is_image and primary.data is not None and primary.data.ndim in (1, 2):
        return _from_image(path, hdus, medium)
    for hdu in hdus[1:]:
        columns = getattr(hdu, "columns", fits.ColDefs([]))
        names = {str(name).lower() for name in columns.names}
        if names & {*WAVELENGTHS, *LOG_WAVELENGTHS} and names & {*FLUXES}:
            table = Table.read(hdu)
            own = _medium(ChainMap(hdu.header, primary.header))
            return [from_columns(path, path.name, table, medium, own)]
    found = ", ".join(hdu.name or "PRIMARY" for hdu in hdus)
    raise UsageError(
        f"{path}: no spectrum: neither an image of one or two axes nor a table with columns of "
        f"wavelength and flux; found: {found}"
    )


def _from_image(path: Path, hdus: Any, medium: Medium | None) -> list[Spectrum]:
    """Return the rows of an image; sky and unused fibres are left out where they are marked."""
    header = hdus[0].header
    flux = _image(path, hdus[0])
    by_name = {hdu.name.upper(): hdu for hdu in hdus[1:]}
    variance: np.ndarray | None
    if "COEFF0" in header and "VARIANCE" not in by_name and len(flux) > 1:
        # The rows of the first SDSS releases: flux, flux without continuum, error …
        by_name, variance, flux = {}, flux[2:3] ** 2, flux[:1]
    else:
        variance = _image_variance(path, by_name)
    if variance is not None and variance.shape != flux.shape:
        raise UsageError(f"{path}: fluxes {flux.shape} and variances {variance.shape} differ")
    wavelength = np.atleast_2d(_wavelengths(path, header, by_name, flux.shape[1]))
    if wavelength.shape not in (flux.shape, (1, flux.shape[1])):
        raise UsageError(f"{path}: fluxes {flux.shape} and wavelengths {wavelength.shape} differ")
    wavelength = np.broadcast_to(wavelength, flux.shape)
    names = _fibres(by_name, len(flux))
    own = medium or _medium(header)
    return [
        make_spectrum(
            path,
            f"{path.name}:{name}" if len(flux) > 1 else path.name,
            wavelength[row],
            flux[row],
            None if variance is None else variance[row],
            own,
        )
        for row, name in names.items()
    ]


def _image(path: Path, hdu: Any) -> np.ndarray:
    """Return the numbers of an extension, (rows, pixels)."""
    data = getattr(hdu, "data", None) if hdu.is_image else None
    if data is None or data.ndim not in (1, 2) or not data.size:
        raise UsageError(f"{path}: {hdu.name or 'PRIMARY'} is no image of one or two axes")
    return np.atleast_2d(data)


def _image_variance(path: Path, by_name: dict[str, Any]) -> np.ndarray | None:
    for name, hdu in by_name.items():
        if name in VARIANCE_NAMES:
            return _image(path, hdu)
        if name in ERROR_NAMES:
            return _image(path, hdu) ** 2
        if name in IVAR_NAMES:
            inverse = _image(path, hdu)
            return np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), np.nan)
    return None


def _wavelengths(path: Path, header: Any, by_name: dict[str, Any], pixels: int) -> np.ndarray:
    """Return wavelengths (pixels,) or (rows, pixels) [Å], in the file's medium."""
    if "WAVELENGTH" in by_name:
        values = _image(path, by_name["WAVELENGTH"]).astype(np.float64)
        if not np.isfinite(values).any():
            raise UsageError(f"{path}: no wavelength is a finite number")
        unit = angstroms(by_name["WAVELENGTH"].header.get("BUNIT"), path)
        return 10**values if np.nanmax(values) < LARGEST_LOGARITHM else values * unit
    place = np.arange(pixels)
    if "COEFF0" in header:
        first, slope = (keyword_number(header, key, path) for key in ("COEFF0", "COEFF1"))
        return 10 ** _logarithms(path, first + slope * place)
    step = keyword_number(header, "CDELT1", path, keyword_number(header, "CD1_1", path, 0.0))
    step = keyword_number(header, "CD1_1", path, step) if step == 1.0 else step
    if "CRVAL1" not in header or not step:
        raise UsageError(f"{path}: no wavelengths: neither CRVAL1 and CDELT1 nor COEFF0 is there")
    start = keyword_number(header, "CRVAL1", path)
    offset = place + 1 - keyword_number(header, "CRPIX1", path, 1.0)
    if header.get("DC-FLAG") == 1 or start < LARGEST_LOGARITHM:
        return 10 ** _logarithms(path, start + step * offset)
    unit = angstroms(header.get("CUNIT1"), path)
    if str(header.get("CTYPE1", "")).upper().endswith("-LOG"):
        # Greisen et al. (2006), A&A 446, 747, eq. 5
        return start * np.exp(_logarithms(path, step * offset / start)) * unit
    return (start + step * offset) * unit


def _logarithms(path: Path, values: np.ndarray) -> np.ndarray:
    if np.abs(values).max() > LARGEST_LOGARITHM:
        raise UsageError(f"{path}: logarithms of wavelengths reach {np.abs(values).max():g}")
    return values


def _fibres(by_name: dict[str, Any], rows: int) -> dict[int, str]:
    """Return row number to name of the objects, without sky and unused fibres."""
    table: Any = getattr(by_name.get("FIBRES"), "data", None)
    if getattr(table, "names", None) is None or len(table) != rows:
        return {row: str(row) for row in range(rows)}
    columns = {name.upper() for name in table.names}
    kinds = table["TYPE"] if "TYPE" in columns else [""] * rows
    names = table["NAME"] if "NAME" in columns else range(rows)
    chosen = {
        row: str(name).strip()
        for row, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if str(kind).strip().upper() in PROGRAMME
    }
    if not chosen:
        raise UsageError("no fibre is of type P: all are of the sky, or unused")
    return chosen


def _medium(header: Any) -> Medium | None:
    """Return what the wavelengths of a header are measured in; None if it does not say."""
    said = header.get("VACUUM")
    if said is not None:
        return "vacuum" if said in (True, 1, "T") else "air"
    kind = str(header.get("CTYPE1", "")).upper()
    if kind.startswith("AWAV"):
        return "air"
    if kind.startswith("WAVE") and not kind.startswith("WAVELENGTH"):
        return "vacuum"
    text = str(header.get("AIRORVAC", "")).lower()
    return {"air": "air", "vac": "vacuum", "vacuum": "vacuum"}.get(text)  # type: ignore[return-value]
