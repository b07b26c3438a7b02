"""Spectra in files: FITS images whose rows are spectra, and tables of all kinds."""

from collections import ChainMap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import has_image, keyword_number, open_fits
from astro_dl.observations.spectra.desi import is_coadd, read_coadd
from astro_dl.observations.spectra.iraf import (
    error_band,
    has_bands,
    has_multispec,
    multispec_wavelengths,
)
from astro_dl.observations.spectra.spectrum import MEDIA, Medium, Spectrum, make_spectrum
from astro_dl.observations.spectra.text_files import TEXT_ENDINGS, read_columns_of_text
from astro_dl.observations.spectra.units import (
    error_ratio,
    in_angstroms,
    is_logarithm,
    per_angstrom,
)
from astro_dl.observations.tables.read import FORMATS, read_table

VARIANCE_NAMES, ERROR_NAMES, IVAR_NAMES = ("VARIANCE", "VAR"), ("ERROR", "SIGMA"), ("IVAR",)
PROGRAMME = ("P", "")
FEWEST_PARTS, SAME_WAVELENGTH = 3, 1e-3
LARGEST_LOGARITHM = 10.0
FITS_ENDINGS = (".fits", ".fit", ".fts")
WAVELENGTHS = ("wavelength", "wave", "lambda", "lam", "wl")
LOG_WAVELENGTHS = ("loglam", "log_wavelength", "log_lambda")
FLUXES = ("flux", "flux_density", "intensity", "f_lambda", "counts")
INVERSE_VARIANCES, VARIANCES = ("ivar",), ("variance", "var")
ERRORS = ("error", "flux_error", "err", "sigma", "uncertainty", "e_flux", "flux_err")
MASKS = ("andmask",)
"""Columns that are zero for good pixels, where errors don't tell."""

COLUMN_NAMES = frozenset((*WAVELENGTHS, *LOG_WAVELENGTHS, *FLUXES))


def read_spectra(path: str | Path, medium: Medium | None = None) -> list[Spectrum]:
    """Return the spectra of a file.

    Parameters
    ----------
    path : str or Path
        FITS: native SDSS (``spec-*.fits``, ``spSpec-*.fit``), LAMOST, DESI coadds, any table with
        columns of wavelength and flux, or images of one spectrum (in any extension) or many (a row
        each, in the first) with linear or logarithmic wavelengths by keywords or in an extension
        ``WAVELENGTH``, with ``VARIANCE`` and ``FIBRES`` extensions as those of 2dF and AAOmega; of
        IRAF's bands the first, with the one that ``BANDID`` calls sigma, and wavelengths of its
        texts ``WAT2``.
        CSV, ECSV, VOTable, HDF5 or Parquet: tables with the columns ``wavelength`` or ``loglam``,
        ``flux`` and, perhaps, ``error`` or ``ivar``. Text (``.txt``, ``.dat``, ``.asc``): the same,
        or two or three columns without names, wavelength, flux and error.
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
    if ending in TEXT_ENDINGS:
        table = read_columns_of_text(path, COLUMN_NAMES)
        return [from_columns(path, path.name, table, medium)]
    if ending not in FORMATS:
        accepted = ", ".join(
            (*FITS_ENDINGS, *TEXT_ENDINGS, *(one for one in FORMATS if "fit" not in one))
        )
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
        wavelength = in_angstroms(_numbers(table[column]), table[column].unit, path)
    flux = _column(table, FLUXES)
    if flux is None:
        raise UsageError(
            f"{path}: no column of fluxes among {', '.join(table.colnames)}; accepted: "
            f"{', '.join(FLUXES)}"
        )
    values, factor = per_angstrom(_numbers(table[flux]), wavelength, table[flux].unit, path)
    variance = _variance(table, table[flux].unit)
    if variance is not None:
        variance = variance * factor**2
    return make_spectrum(path, name, wavelength, values, variance, medium or own_medium)


def _variance(table: Table, unit: Any) -> np.ndarray | None:
    """Return variances in the unit of the flux, NaN at bad pixels; None where nothing is said."""
    variance = _stated_variance(table, unit)
    mask = _column(table, MASKS)
    if variance is None or mask is None:
        return variance
    return np.where(_numbers(table[mask]) == 0, variance, np.nan)


def _stated_variance(table: Table, unit: Any) -> np.ndarray | None:
    inverse = _column(table, INVERSE_VARIANCES)
    if inverse is not None:
        ratio = error_ratio(table[inverse].unit, unit, power=-2)
        return _inverted(_numbers(table[inverse])) * ratio**2
    variance, error = _column(table, VARIANCES), _column(table, ERRORS)
    if variance is not None:
        return _numbers(table[variance]) * error_ratio(table[variance].unit, unit, power=2) ** 2
    if error is None:
        return None
    return _squared(_numbers(table[error])) * error_ratio(table[error].unit, unit) ** 2


def _inverted(inverse: np.ndarray) -> np.ndarray:
    """Return variances of their inverses, NaN where these are not above zero."""
    return np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), np.nan)


def _squared(error: np.ndarray) -> np.ndarray:
    """Return variances of errors, NaN where these are not above zero."""
    return np.where(error > 0, error**2, np.nan)


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
    if is_coadd(hdus):
        return read_coadd(path, hdus, medium)
    if _holds_spectra(primary):
        return _from_image(path, hdus, medium)
    for hdu in hdus[1:]:
        names = {name.lower() for name in _column_names(hdu)}
        if names & {*WAVELENGTHS, *LOG_WAVELENGTHS} and names & {*FLUXES}:
            own = _medium(ChainMap(hdu.header, primary.header))
            return [
                from_columns(path, name, table, medium, own)
                for name, table in _spectra_of_table(path, _read_hdu(hdu)).items()
            ]
    for number, hdu in enumerate(hdus):
        if _holds_spectra(hdu) and len(_image(path, hdu)) == 1 and "CRVAL1" in hdu.header:
            own = _medium(ChainMap(hdu.header, primary.header))
            return _from_image(path, hdus[number:], medium or own)
    found = "; ".join(f"{hdu.name or 'PRIMARY'} {', '.join(_column_names(hdu))}" for hdu in hdus)
    raise UsageError(
        f"{path}: no spectrum: neither an image of one or two axes nor a table with columns of "
        f"wavelength ({', '.join((*WAVELENGTHS, *LOG_WAVELENGTHS))}) and flux "
        f"({', '.join(FLUXES)}); found: {found}"
    )


def _holds_spectra(hdu: Any) -> bool:
    """Whether an image has one or two axes, further ones of length 1, or bands along a third."""
    if not has_image(hdu) or not hdu.data.size:
        return False
    return max(hdu.data.shape[:-2], default=1) == 1 or has_bands(hdu)


def _column_names(hdu: Any) -> list[str]:
    return [str(name) for name in hdu.columns.names] if hasattr(hdu, "columns") else []


def _read_hdu(hdu: Any) -> Table:
    """Return a table whose units are texts as the file has them, so that none is lost."""
    names = hdu.columns.names
    units = [hdu.columns[name].unit for name in names]
    table = Table({name: np.ma.asarray(np.ma.array(hdu.data[name])) for name in names})
    for name, unit in zip(names, units, strict=True):
        table[name].unit = None if not unit else u.Unit(unit, parse_strict="silent")
    return table


def _spectra_of_table(path: Path, table: Table) -> dict[str, Table]:
    """Return tables by name: one, or one for each row where a row holds a whole spectrum."""
    flux = _column(table, FLUXES)
    if flux is None or table[flux].ndim != 2:
        return {path.name: table}
    pixels = table[flux].shape[1]
    names = [name for name in table.colnames if table[name].shape[1:] == (pixels,)]
    units = {name: table[name].unit for name in names}
    made = {}
    for row in range(len(table)):
        own = Table({name: table[name][row] for name in names})
        for name, unit in units.items():
            own[name].unit = unit
        made[path.name if len(table) == 1 else f"{path.name}:{row}"] = own
    return made


def _from_image(path: Path, hdus: Any, medium: Medium | None) -> list[Spectrum]:
    """Return the rows of an image; sky and unused fibres are left out where they are marked."""
    header = hdus[0].header
    flux = _image(path, hdus[0])
    by_name = {hdu.name.upper(): hdu for hdu in hdus[1:]}
    variance: np.ndarray | None
    own_rows = _rows_of_one(path, header, by_name, flux)
    if own_rows is not None:
        flux, variance = own_rows
        by_name = {}
    else:
        variance = _image_variance(path, by_name)
    if variance is None and has_bands(hdus[0]):
        error = error_band(hdus[0])
        variance = None if error is None else error**2
    if variance is not None and variance.shape != flux.shape:
        raise UsageError(f"{path}: fluxes {flux.shape} and variances {variance.shape} differ")
    wavelength = np.atleast_2d(_wavelengths(path, header, by_name, flux.shape))
    if wavelength.shape not in (flux.shape, (1, flux.shape[1])):
        raise UsageError(f"{path}: fluxes {flux.shape} and wavelengths {wavelength.shape} differ")
    wavelength = np.broadcast_to(wavelength, flux.shape)
    flux, factor = per_angstrom(flux, wavelength, header.get("BUNIT"), path)
    variance = None if variance is None else variance * factor**2
    names = _fibres(path, by_name, len(flux))
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


def _rows_of_one(
    path: Path, header: Any, by_name: dict[str, Any], rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return flux and variance (1, pixels) where the rows are not spectra but parts of one."""
    if "COEFF0" not in header or "VARIANCE" in by_name or len(rows) < FEWEST_PARTS:
        return None
    expected = _from_coefficients(path, header, rows.shape[1])
    if np.allclose(rows[2], expected, rtol=SAME_WAVELENGTH):
        # LAMOST: flux, inverse variance, wavelength, masks of any and of all exposures.
        good = rows[3:4] == 0 if len(rows) > FEWEST_PARTS else True
        return rows[:1], np.where(good, _inverted(rows[1:2]), np.nan)
    # The first releases of SDSS: flux, flux without continuum, error, mask.
    return rows[:1], rows[2:3] ** 2


def _image(path: Path, hdu: Any) -> np.ndarray:
    """Return the numbers of an extension, (rows, pixels)."""
    data = getattr(hdu, "data", None) if hdu.is_image else None
    if data is None or not _holds_spectra(hdu):
        raise UsageError(f"{path}: {hdu.name or 'PRIMARY'} is no image of one or two axes")
    data = data[0] if has_bands(hdu) else data
    return np.atleast_2d(data).reshape(-1, data.shape[-1])


def _image_variance(path: Path, by_name: dict[str, Any]) -> np.ndarray | None:
    for name, hdu in by_name.items():
        if name in VARIANCE_NAMES:
            return _image(path, hdu)
        if name in ERROR_NAMES:
            return _squared(_image(path, hdu))
        if name in IVAR_NAMES:
            return _inverted(_image(path, hdu))
    return None


def _wavelengths(
    path: Path, header: Any, by_name: dict[str, Any], shape: tuple[int, ...]
) -> np.ndarray:
    """Return wavelengths (pixels,) or (rows, pixels) [Å], in the file's medium."""
    if "WAVELENGTH" in by_name:
        values = _image(path, by_name["WAVELENGTH"]).astype(np.float64)
        if not np.isfinite(values).any():
            raise UsageError(f"{path}: no wavelength is a finite number")
        own = by_name["WAVELENGTH"].header.get("BUNIT")
        return 10**values if is_logarithm(values, own) else in_angstroms(values, own, path)
    rows, pixels = shape
    if has_multispec(header):
        return multispec_wavelengths(path, header, rows, pixels)
    place = np.arange(pixels)
    if "COEFF0" in header:
        return _from_coefficients(path, header, pixels)
    step = keyword_number(header, "CDELT1", path, keyword_number(header, "CD1_1", path, 0.0))
    step = keyword_number(header, "CD1_1", path, step) if step == 1.0 else step
    if "CRVAL1" not in header or not step:
        raise UsageError(f"{path}: no wavelengths: neither CRVAL1 and CDELT1 nor COEFF0 is there")
    start = keyword_number(header, "CRVAL1", path)
    offset = place + 1 - keyword_number(header, "CRPIX1", path, 1.0)
    unit = header.get("CUNIT1")
    values = np.asarray(start + step * offset, np.float64)
    if header.get("DC-FLAG") == 1 or is_logarithm(values, unit):
        return 10 ** _logarithms(path, values)
    if str(header.get("CTYPE1", "")).upper().endswith("-LOG"):
        # Greisen et al. (2006), A&A 446, 747, eq. 5
        values = np.asarray(start * np.exp(_logarithms(path, step * offset / start)), np.float64)
    return in_angstroms(values, unit, path)


def _from_coefficients(path: Path, header: Any, pixels: int) -> np.ndarray:
    """Return the wavelengths (pixels,) [Å] of keywords COEFF0 and COEFF1."""
    first, slope = (keyword_number(header, key, path) for key in ("COEFF0", "COEFF1"))
    return 10 ** _logarithms(path, first + slope * np.arange(pixels))


def _logarithms(path: Path, values: np.ndarray) -> np.ndarray:
    if np.abs(values).max() > LARGEST_LOGARITHM:
        raise UsageError(f"{path}: logarithms of wavelengths reach {np.abs(values).max():g}")
    return values


def _fibres(path: Path, by_name: dict[str, Any], rows: int) -> dict[int, str]:
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
        raise UsageError(f"{path}: no fibre is of type P: all are of the sky, or unused")
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
