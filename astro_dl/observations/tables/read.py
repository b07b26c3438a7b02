"""Tables in files of the formats that astronomers use, read as a whole or in parts."""

import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.observations.tables.columns import FIRST_ROW
from astro_dl.observations.tables.formats.fits_files import count_fits, iterate_fits
from astro_dl.observations.tables.formats.hdf5_files import read_hdf5
from astro_dl.observations.tables.formats.json_files import read_json
from astro_dl.observations.tables.formats.parquet_files import count_parquet, iterate_parquet
from astro_dl.observations.tables.formats.text_files import (
    iterate_text,
    read_whole_text,
    text_format,
)

ROWS_AT_ONCE = 65_536

FORMATS = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".dat": "text",
    ".tbl": "text",
    ".ipac": "text",
    ".mrt": "text",
    ".ecsv": "ascii.ecsv",
    ".fits": "fits",
    ".fit": "fits",
    ".vot": "votable",
    ".xml": "votable",
    ".votable": "votable",
    ".parquet": "parquet",
    ".hdf5": "hdf5",
    ".h5": "hdf5",
    ".json": "json",
}


def read_table(path: str | Path, which: int | str | None = None, as_text: str = "") -> Table:
    """Return a table of a file, as a whole; it is what `iterate_table` gives in parts.

    Parameters
    ----------
    path : str or Path
        By its ending FITS, VOTable, HDF5, Parquet, JSON, ECSV or text (``.csv``, ``.tsv``,
        ``.txt``, ``.dat``, ``.tbl``, ``.ipac``, ``.mrt``), in which CDS, machine-readable, IPAC and
        SExtractor tables are known by how they begin; FITS and text also with ``.gz``.
    which : int or str, optional
        The table that is meant where a file holds several: number or name of an extension of FITS
        or of a table of a VOTable, path in an HDF5 file. Default the first, with a warning.
    as_text : str, optional
        As in `iterate_table`.

    Raises
    ------
    UsageError
        If the file is missing, of no known format, unreadable or empty.
    """
    parts = list(iterate_table(path, which=which, as_text=as_text))
    table = parts[0] if len(parts) == 1 else vstack(parts, metadata_conflicts="silent")
    table.meta.pop(FIRST_ROW, None)
    return table


def iterate_table(
    path: str | Path,
    rows: int = ROWS_AT_ONCE,
    which: int | str | None = None,
    as_text: str = "",
    span: range | None = None,
) -> Iterator[Table]:
    """Yield the rows of a table in parts that follow each other, with columns of the same types.

    FITS, text and Parquet files are read part by part; ECSV, CDS, IPAC, VOTable, JSON and HDF5
    files, whose formats or readers know the whole only, are read at once and then divided.

    Parameters
    ----------
    path, which
        As in `read_table`.
    rows : int, default 65536
        Most rows of a part.
    as_text : str, optional
        Column of a file of text that is read as it is written, unless it is of whole numbers.
    span : range, optional
        Which rows, of a file whose `count_rows` is known.

    Yields
    ------
    astropy.table.Table
        Its header has the number of the first row, from 0, by the key `FIRST_ROW`.

    Raises
    ------
    UsageError
        If the file cannot be read, or is empty.
    """
    path = Path(path)
    kind = table_kind(path)
    start_row = read = 0 if span is None else span.start
    with reading(path, f"{kind} table"):
        for part in _parts(path, kind, rows, which, as_text, span):
            for start in range(0, len(part), rows):
                piece = part[start : start + rows]
                piece.meta[FIRST_ROW] = read
                read += len(piece)
                yield piece
    if read == start_row:
        raise UsageError(f"{path}: the table has no rows")


def count_rows(path: str | Path, which: int | str | None = None) -> int | None:
    """Return the number of rows of a table that can be read from any row on.

    Parameters
    ----------
    path, which
        As in `read_table`.

    Returns
    -------
    int or None
        None for formats that can be read from their beginning only.

    Raises
    ------
    UsageError
        If the file cannot be read.
    """
    path = Path(path)
    kind = table_kind(path)
    with reading(path, f"{kind} table"):
        if kind == "fits":
            return count_fits(path, which)
        return count_parquet(path) if kind == "parquet" and find_spec("pyarrow") else None


def meant_table(hdu: int | str | None, path: str) -> int | str | None:
    """Return which table of a file is meant by the options ``hdu`` and ``path``, None for neither.

    Raises
    ------
    UsageError
        If both are given.
    """
    if hdu is not None and path:
        raise UsageError(f"hdu {hdu!r} is for FITS files and path {path!r} for HDF5; give one")
    return hdu if hdu is not None else path or None


def table_kind(path: str | Path) -> str:
    """Return what the format of a table's file is called, by its ending; text also by what it says.

    Raises
    ------
    UsageError
        If there is no such file, it is empty, or its ending names no table.
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
    if FORMATS[ending] != "text":
        return FORMATS[ending]
    with reading(path, "text table"):
        return text_format(path)


def _parts(
    path: Path,
    kind: str,
    rows: int,
    which: int | str | None,
    as_text: str,
    span: range | None,
) -> Iterator[Table]:
    if which is not None and kind not in ("fits", "hdf5", "votable"):
        raise UsageError(f"{path}: a {kind} file holds one table, and no {which!r} to choose")
    if kind == "fits":
        yield from iterate_fits(path, rows, which, span)
    elif kind == "text":
        yield from iterate_text(path, rows, as_text)
    elif kind == "parquet":
        if find_spec("pyarrow") is None:
            raise UsageError(f"{path}: Parquet needs pyarrow (pip install pyarrow)")
        yield from iterate_parquet(path, rows, span)
    elif kind == "hdf5":
        yield read_hdf5(path, None if which is None else str(which))
    elif kind == "votable":
        yield _votable(path, which)
    elif kind == "json":
        yield read_json(path)
    else:
        yield read_whole_text(path, kind)


def _votable(path: Path, which: int | str | None) -> Table:
    from astropy.io.votable import parse

    tables = list(parse(path).iter_tables())
    held = ", ".join(f"{number} {one.ID or one.name or ''}" for number, one in enumerate(tables))
    wanted = "0" if which is None else str(which)
    found = [one for number, one in enumerate(tables) if wanted in (str(number), one.ID, one.name)]
    if not found:
        raise UsageError(f"{path}: no table {wanted!r}; it has: {held or 'none'}")
    if which is None and len(tables) > 1:
        warnings.warn(
            f"{path}: holds the tables {held}; the first is read, others by the option hdu",
            stacklevel=2,
        )
    return found[0].to_table(use_names_over_ids=True)
