"""Light curves in FITS tables, in text, and as objects of other packages."""

import csv
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import is_number, keyword_number, open_fits
from astro_dl.observations.light_curves.light_curve import TIME_OFFSETS, LightCurve, from_arrays

FLUXES = ("PDCSAP_FLUX", "KSPSAP_FLUX", "DET_FLUX", "FLUX", "SAP_FLUX")
QUALITIES = ("QUALITY", "SAP_QUALITY")
KEPLER_BAD, TESS_BAD = 1130799, 17087 | 4096
"""Quality bits that spoil a cadence: the default masks of lightkurve for Kepler and TESS, and the
bit by which QLP marks its own."""

IDENTIFIERS = ("TICID", "KEPLERID")
MAGNITUDES = ("TESSMAG", "KEPMAG")
TIME_NAMES = ("time", "t", "bjd", "btjd", "bkjd", "jd", "mjd", "date", "time_bjd", "tbjd")
FLUX_NAMES = (
    "pdcsap_flux",
    "flux",
    "fcor",
    "corrected_flux",
    "sap_flux",
    "f",
    "rel_flux",
    "relative_flux",
    "detrended_flux",
)
QUALITY_NAMES = ("quality", "sap_quality", "flag", "flags")
OFFSETS = {"bjd": 0.0, "jd": 0.0, "btjd": 2457000.0, "bkjd": 2454833.0, "mjd": 2400000.5}


def read_light_curve(source: Any) -> LightCurve:
    """Return the light curve in a file, or of an object with ``time`` and ``flux``.

    Parameters
    ----------
    source : path or object
        FITS (``.fits``, ``.fit``, also ``.gz``) with a table of ``TIME`` and a flux, as SPOC, QLP,
        Kepler and K2 make them; text (``.csv``, ``.txt``, ``.dat``, ``.tsv``) with a header or with
        times in the first and flux in the second column; or an object such as a lightkurve
        ``LightCurve``.

    Raises
    ------
    UsageError
        If it is no light curve, a column is missing, no point is finite, or times are not in days.
    """
    if not isinstance(source, str | Path):
        return _from_object(source)
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    endings = [ending.lower() for ending in path.suffixes]
    if any(ending in endings for ending in (".fits", ".fit", ".fts")):
        return read_fits(path)
    if endings and endings[-1] in (".csv", ".txt", ".dat", ".tsv"):
        return read_text(path)
    raise UsageError(
        f"{path}: ending {path.suffix!r} is no light curve; accepted: .fits, .csv, .txt, .dat, .tsv"
    )


def _from_object(source: Any) -> LightCurve:
    """Read an object by its ``time`` and ``flux``, as lightkurve's, without importing it."""
    time, flux = getattr(source, "time", None), getattr(source, "flux", None)
    if time is None or flux is None:
        raise UsageError(
            f"a {type(source).__name__} is no light curve; give a file, or an object with "
            "time and flux"
        )
    if hasattr(source, "columns") and "quality" in getattr(source, "columns", ()):
        good = np.asarray(_values(source["quality"])) == 0
    else:
        good = None
    scale = getattr(time, "format", "")
    offset = {name.lower(): value for value, name in TIME_OFFSETS.items()}.get(scale, np.nan)
    meta = getattr(source, "meta", None) or {}
    label = getattr(source, "label", None) or meta.get("OBJECT") or type(source).__name__
    return from_arrays(
        str(label), _values(time), _values(flux), good=good, offset=offset if scale else np.nan
    )


def _values(column: Any) -> np.ndarray:
    """Return the plain numbers of an astropy Time, Quantity, masked column or array."""
    plain = getattr(column, "value", column)
    return np.ma.filled(np.ma.asarray(plain, np.float64), np.nan)


def read_fits(path: Path) -> LightCurve:
    """Return the light curve of a FITS file; see `read_light_curve`.

    The first of ``PDCSAP_FLUX``, ``KSPSAP_FLUX``, ``DET_FLUX``, ``FLUX`` and ``SAP_FLUX`` that has
    finite values is taken, without the cadences that its quality column rules out.

    Raises
    ------
    UsageError
        If it is no FITS file, no table of it has ``TIME`` and one of these, or times have no known
        unit.
    """
    with open_fits(path) as hdus:
        return _from_hdus(path, hdus)


def _from_hdus(path: Path, hdus: Any) -> LightCurve:
    table = next((hdu for hdu in hdus if hdu.is_image is False and "TIME" in _columns(hdu)), None)
    if table is None:
        found = ", ".join(f"{hdu.name or 'PRIMARY'} {_columns(hdu)}" for hdu in hdus)
        raise UsageError(
            f"{path}: no table with a column TIME; a light-curve file is needed, found: {found}"
        )
    columns = _columns(table)
    candidates = [name for name in FLUXES if name in columns and table.data[name].ndim == 1]
    if not candidates:
        raise UsageError(
            f"{path}: table {table.name!r} has no flux; accepted: {', '.join(FLUXES)} "
            "(one value for each time: target pixels are no light curve)"
        )
    fluxes = {name: _column(path, table, name) for name in candidates}
    flux = next((name for name in fluxes if np.isfinite(fluxes[name]).any()), candidates[0])
    header, primary = table.header, hdus[0].header
    merged = ChainMap(header, primary)
    quality = next((name for name in QUALITIES if name in columns), None)
    kepler = "kepler" in str(merged.get("TELESCOP", merged.get("MISSION", ""))).lower()
    good = None
    if quality is not None:
        bad = KEPLER_BAD if kepler else TESS_BAD
        words = table.data[quality]
        if words.dtype.kind not in "iub" or words.ndim != 1:
            raise UsageError(f"{path}: column {quality} is {words.dtype}; integers are needed")
        good = (words.astype(np.int64) & bad) == 0
    unit = str(header.get(f"TUNIT{columns.index('TIME') + 1}", "")).strip().lower() or "d"
    if unit.split()[0] not in ("d", "day", "days", "bjd", "jd"):
        raise UsageError(f"{path}: TIME is in {unit!r}; days are needed")
    magnitude = next((merged[key] for key in MAGNITUDES if is_number(merged.get(key))), np.nan)
    return from_arrays(
        _identifier(path, merged),
        _column(path, table, "TIME"),
        fluxes[flux],
        good=good,
        offset=_offset(path, merged, unit),
        magnitude=float(magnitude),
    )


def _columns(hdu: Any) -> list[str]:
    return [str(name).upper() for name in hdu.columns.names] if hasattr(hdu, "columns") else []


def _column(path: Path, table: Any, name: str) -> np.ndarray:
    values = table.data[name]
    if values.dtype.kind not in "fiub" or values.ndim != 1:
        raise UsageError(f"{path}: column {name} holds no numbers, one for each time")
    return values.astype(np.float64)


def _identifier(path: Path, header: Mapping[str, Any]) -> str:
    if header.get("OBJECT"):
        return str(header["OBJECT"]).strip()
    for key, prefix in zip(IDENTIFIERS, ("TIC", "KIC"), strict=True):
        if is_number(header.get(key)):
            return f"{prefix} {header[key]}"
    return path.stem


def _offset(path: Path, header: Mapping[str, Any], unit: str) -> float:
    if is_number(header.get("BJDREFI")):
        return float(header["BJDREFI"]) + keyword_number(header, "BJDREFF", path, 0.0)
    # Some say it in the unit alone: "BJD - 2457000".
    number = unit.replace(",", "").split("-")[-1].strip()
    return float(number) if "-" in unit and number.replace(".", "").isdigit() else np.nan


def read_text(path: Path) -> LightCurve:
    """Return the light curve of a text file; see `read_light_curve`.

    Comma-, semicolon-, tab- or blank-separated. With a header, columns are found by name (any
    case); without, the first is time and the second flux. Lines that start with ``#`` are skipped,
    but for one that names the columns just above the numbers.

    Raises
    ------
    UsageError
        If there is no column of times or of flux, or values are no numbers.
    """
    rows, names = _text_rows(path)
    table = np.array(rows)
    if names is None:
        time, flux, good, offset = table[:, 0], table[:, 1], None, np.nan
    else:
        time_name = _named(path, names, TIME_NAMES, "time")
        time = table[:, names.index(time_name)]
        flux = table[:, names.index(_named(path, names, FLUX_NAMES, "flux"))]
        quality = next((name for name in QUALITY_NAMES if name in names), None)
        good = None if quality is None else table[:, names.index(quality)] == 0
        offset = OFFSETS.get(time_name, np.nan)
        # A column called BJD that holds small numbers has lost an offset that nobody knows.
        if offset == 0 and not np.nanmax(time) > 2.4e6:
            offset = np.nan
    return from_arrays(path.stem, time, flux, good=good, offset=offset)


def _text_rows(path: Path) -> tuple[list[list[float]], list[str] | None]:
    """Return the numbers of a text file, and its column names if it has any."""
    lines = [line.strip() for line in _text(path).splitlines() if line.strip()]
    body = [line for line in lines if not line.startswith("#")]
    if not body:
        raise UsageError(f"{path}: the file holds no numbers")
    delimiter = next((mark for mark in ",;\t" if mark in body[0]), None)
    with reading(path, "text table"):
        cells = [_split(line, delimiter) for line in body]
    names = None
    if not _numeric(cells[0]):
        names, cells = [cell.strip().lower() for cell in cells[0]], cells[1:]
    else:
        above = [line for line in lines[: lines.index(body[0])] if line.startswith("#")]
        titles = _split(above[-1].lstrip("# "), delimiter) if above else []
        if len(titles) == len(cells[0]) and not _numeric(titles):
            names = [title.strip().lower() for title in titles]
    width = len(names) if names else len(cells[0]) if cells else 0
    if width < 2 or not cells:
        raise UsageError(f"{path}: {width} columns and {len(cells)} rows; time and flux are needed")
    rows = []
    for number, row in enumerate(cells, start=len(body) - len(cells) + 1):
        if len(row) < width:
            raise UsageError(f"{path}: row {number} has {len(row)} values, not {width}")
        rows.append([_number(cell) for cell in row[:width]])
    return rows, names


def _text(path: Path) -> str:
    with reading(path, "text"):
        return path.read_text(encoding="utf-8-sig")


def _split(line: str, delimiter: str | None) -> list[str]:
    return line.split() if delimiter is None else next(csv.reader([line], delimiter=delimiter))


def _numeric(cells: list[str]) -> bool:
    return all(not np.isnan(_number(cell)) or _missing(cell) for cell in cells[:2])


def _missing(cell: str) -> bool:
    return cell.strip().lower() in ("", "nan", "null", "none", "--", "na")


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _named(path: Path, names: list[str], accepted: tuple[str, ...], what: str) -> str:
    for name in accepted:
        if name in names:
            return name
    raise UsageError(
        f"{path}: no column of {what} among {', '.join(names)}; accepted: {', '.join(accepted)}"
    )
