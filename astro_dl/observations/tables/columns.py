"""Columns of catalogues in files: FITS, VOTable, CSV, ECSV, Parquet; missing values are NaN."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import open_fits
from astro_dl.core.reading.hdf5_files import open_hdf5

SENTINELS = (99.0, -99.0, 999.0, -999.0, -9999.0)
"""Numbers that catalogues write where there is none; magnitudes also have 99.x and −99.x."""

FORMATS = {
    ".csv": "ascii.csv",
    ".ecsv": "ascii.ecsv",
    ".fits": "fits",
    ".fit": "fits",
    ".vot": "votable",
    ".xml": "votable",
    ".votable": "votable",
    ".parquet": "parquet",
    ".hdf5": "hdf5",
    ".h5": "hdf5",
}


def read_table(path: str | Path) -> Table:
    """Return the first table of a file.

    Parameters
    ----------
    path : str or Path
        CSV, ECSV, FITS (also ``.gz``), VOTable, HDF5 or Parquet, by its ending.

    Raises
    ------
    UsageError
        If the file is missing, of no known format, unreadable or empty.
    """
    kind = table_kind(path)
    with reading(path, f"{kind} table"):
        table = READERS.get(kind, _read_any)(Path(path), kind)
    if not len(table):
        raise UsageError(f"{path}: the table has no rows")
    return table


def _read_any(path: Path, kind: str) -> Table:
    return Table.read(path, format=kind)


def _read_fits(path: Path, kind: str) -> Table:
    with open_fits(path) as hdus:
        return Table.read(hdus, format=kind)


def _read_hdf5(path: Path, kind: str) -> Table:
    with open_hdf5(path) as file:
        return Table.read(file, format=kind)


READERS = {"fits": _read_fits, "hdf5": _read_hdf5}


def table_kind(path: str | Path) -> str:
    """Return what astropy calls the format of a table's file, by its ending.

    Raises
    ------
    UsageError
        If there is no such file, it is empty, its ending names no table, or it is a CSV file with
        columns of one name.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    ending = (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()
    if ending not in FORMATS:
        accepted = ", ".join(FORMATS)
        raise UsageError(f"{path}: ending {ending!r} names no table; accepted: {accepted}")
    if not path.stat().st_size:
        raise UsageError(f"{path}: the file is empty")
    if FORMATS[ending] == "ascii.csv" and ending == path.suffix.lower():
        _check_header(path)
    return FORMATS[ending]


def _check_header(path: Path) -> None:
    """Refuse columns of one name, which the reader would rename without a word."""
    with (
        reading(path, "CSV"),
        path.open(encoding="utf-8-sig", errors="replace", newline="") as file,
    ):
        names = Counter(name.strip() for name in next(csv.reader(file), []))
    for name, times in names.most_common(1):
        if times == 1:
            return
        raise UsageError(f"{path}: {times} columns are called {name!r}; rename them")


def read_columns(
    table: Table,
    names: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    where: str | Path = "table",
    sentinels: Sequence[float] = SENTINELS,
    infinite: bool = False,
) -> dict[str, np.ndarray]:
    """Return columns as plain numbers.

    Parameters
    ----------
    table : astropy.table.Table
        Column names are matched whatever their case and surrounding blanks.
    names : sequence of str
        The wanted columns.
    mapping : mapping of str to str, optional
        Wanted name to the table's name of it.
    units : mapping of str to str, optional
        Unit of a wanted column, to which a column with another one is converted; columns without a
        unit are taken as they are.
    where : str or Path
        What messages call the table.
    sentinels : sequence of float, default `SENTINELS`
        Numbers that stand for missing values.
    infinite : bool, default False
        Whether infinities are kept.

    Returns
    -------
    dict of str to ndarray of float64, (n,)
        NaN where a value is masked, not finite or a sentinel.

    Raises
    ------
    UsageError
        If a column is missing, ambiguous, not of numbers, or of a unit that cannot be converted.
    """
    mapping = mapping or {}
    for name in mapping:
        if name not in names:
            raise UsageError(f"columns: {name!r} is no input{did_you_mean(name, names)}")
    found = {name: _find(table, mapping.get(name, name), name, where) for name in names}
    values = {
        name: _numbers(table, column, (units or {}).get(name), where)
        for name, column in found.items()
    }
    return {name: missing_as_nan(one, sentinels, infinite) for name, one in values.items()}


def missing_as_nan(
    values: np.ndarray, sentinels: Sequence[float] = SENTINELS, infinite: bool = False
) -> np.ndarray:
    """Return values with NaN for sentinels and, unless they are kept, infinities."""
    missing = np.isin(values, sentinels) | (~np.isfinite(values) & (not infinite))
    return np.where(missing, np.nan, values)


def class_numbers(
    labels: Iterable[object], known: Mapping[str, int], where: str | Path
) -> np.ndarray:
    """Return the numbers of classes, (n,) int32.

    Parameters
    ----------
    labels : iterable
        As a file has them; compared as text.
    known : mapping of str to int
        Number by label.
    where : str or Path
        What messages call the file.

    Raises
    ------
    UsageError
        If a label is unknown.
    """
    texts = [str(label) for label in labels]
    unknown = sorted(set(texts) - set(known))
    if unknown:
        raise UsageError(f"{where}: class {unknown[0]!r}; known: {', '.join(known)}")
    return np.array([known[text] for text in texts], np.int32)


def parse_column_names(text: str) -> dict[str, str]:
    """Return the mapping that ``"name=column,name=column"`` says.

    Raises
    ------
    UsageError
        If it is not of this form, or names something twice.
    """
    mapping: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, sign, column = (piece.strip() for piece in part.partition("="))
        if not (name and sign and column):
            raise UsageError(f"columns: {part!r} is not of the form name=column")
        if name in mapping:
            raise UsageError(f"columns: {name!r} is named twice")
        mapping[name] = column
    return mapping


def _find(table: Table, wanted: str, name: str, where: str | Path) -> str:
    if wanted in table.colnames:
        return wanted
    alike = [one for one in table.colnames if one.strip().lower() == wanted.lower()]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise UsageError(f"{where}: several columns are called {wanted!r}: {', '.join(alike)}")
    raise UsageError(
        f"{where}: no column {wanted!r}{did_you_mean(wanted, table.colnames)} "
        f"(name it: --columns {name}=COLUMN, in Python columns='{name}=COLUMN')"
    )


def _numbers(table: Table, column: str, unit: str | None, where: str | Path) -> np.ndarray:
    values = table[column]
    try:
        numbers = np.ma.filled(np.ma.asarray(np.ma.array(values), dtype=np.float64), np.nan)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: column {column!r} does not hold numbers") from error
    if numbers.ndim != 1:
        raise UsageError(f"{where}: column {column!r} holds several numbers in a row; one needed")
    if unit is None or values.unit is None:
        return numbers
    try:
        return (numbers * u.Unit(values.unit)).to_value(u.Unit(unit))
    except (u.UnitConversionError, TypeError, ValueError) as error:
        raise UsageError(
            f"{where}: column {column!r} is in {values.unit}, which is no {unit}"
        ) from error
