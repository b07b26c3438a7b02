"""Tables in files, read part by part so that large ones never lie in memory as a whole."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import ascii, fits
from astropy.table import Table

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import open_fits
from astro_dl.core.reading.many_files import may_fail
from astro_dl.observations.tables.columns import read_table, table_kind

ROWS_AT_ONCE = 65_536
BYTES_AT_ONCE = 2**23


def iterate_identified(
    paths: Sequence[str | Path], id_column: str = "", rows: int = ROWS_AT_ONCE
) -> Iterator[tuple[Any, Table, str | Path]]:
    """Yield what identifies the rows of tables, the tables in parts, and the files they are from.

    Parameters
    ----------
    paths : sequence of path
        As of `iterate_table`.
    id_column : str, optional
        Column that identifies a row; default the number of the row, after the file's name where
        there are several files.
    rows : int, default 65536
        Most rows of a part.

    Raises
    ------
    UsageError
        If a file cannot be read, is empty, or lacks the column.
    """
    for path in paths:
        prefix = f"{Path(path).name}:" if len(paths) > 1 else ""
        numbers = count()
        with may_fail(path):
            for table in iterate_table(path, rows):
                if id_column and id_column not in table.colnames:
                    known = did_you_mean(id_column, table.colnames)
                    raise UsageError(f"{path}: no column {id_column!r}{known}")
                own = [next(numbers) for _ in range(len(table))]
                named = [f"{prefix}{row}" for row in own] if prefix else own
                yield table[id_column] if id_column else named, table, path


def iterate_table(path: str | Path, rows: int = ROWS_AT_ONCE) -> Iterator[Table]:
    """Yield the rows of a table in parts that follow each other.

    FITS, CSV and Parquet files are read part by part; compressed FITS, ECSV, VOTable and HDF5
    files, whose formats or readers know the whole only, are read at once and then divided.

    Parameters
    ----------
    path : str or Path
        As in `astro_dl.observations.tables.columns.read_table`.
    rows : int, default 65536
        Most rows of a part.

    Raises
    ------
    UsageError
        If the file cannot be read, or is empty.
    """
    path = Path(path)
    kind = table_kind(path)
    if kind == "fits" and path.suffix.lower() != ".gz":
        parts = _fits(path, rows)
    elif kind == "ascii.csv":
        parts = _csv(path)
    elif kind == "parquet" and find_spec("pyarrow") is not None:
        parts = _parquet(path, rows)
    else:
        parts = iter([read_table(path)])
    empty = True
    with reading(path, f"{kind} table"):
        for part in parts:
            for start in range(0, len(part), rows):
                empty = False
                yield part[start : start + rows]
    if empty:
        raise UsageError(f"{path}: the table has no rows")


def _fits(path: Path, rows: int) -> Iterator[Table]:
    with open_fits(path, memmap=True) as file:
        tables = [one for one in file if isinstance(one, fits.BinTableHDU | fits.TableHDU)]
        if not tables:
            raise UsageError(f"{path}: holds no table")
        first = tables[0]
        for start in range(0, len(first.data), rows):
            part = first.data[start : start + rows]
            yield Table.read(type(first)(data=part, header=first.header), format="fits")


def _csv(path: Path) -> Iterator[Table]:
    """Yield parts; a column of nothing but text in one part is text in that part alone."""
    reader = {"chunk_size": BYTES_AT_ONCE, "chunk_generator": True}
    yield from ascii.read(path, format="csv", guess=False, fast_reader=reader)


def _parquet(path: Path, rows: int) -> Iterator[Table]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(batch_size=rows):
        yield Table(
            {
                name: np.asarray(column.to_numpy(zero_copy_only=False))
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
        )
