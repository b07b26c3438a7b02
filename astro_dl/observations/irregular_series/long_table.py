"""Long tables, one row per measurement, to one series per object, in bounded memory.

Rows are read part by part and put into files of a temporary folder, a thousand objects to a file,
so that the rows of an object may stand anywhere; then the files are read one by one. Objects come
in the order in which they are first mentioned.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.observations.irregular_series.column_names import refuse_lookalike
from astro_dl.observations.irregular_series.columns import (
    LongColumns,
    known_column,
    one_system,
    read_rows,
)
from astro_dl.observations.irregular_series.series import IrregularSeries, series_from
from astro_dl.observations.tables.blocks import identifier_texts, identifiers
from astro_dl.observations.tables.columns import FIRST_ROW
from astro_dl.observations.tables.read import ROWS_AT_ONCE, iterate_table

OBJECTS_OF_A_FILE = 1024
ROW = np.dtype(
    [
        ("number", np.int64), ("time", np.float64), ("value", np.float64), ("error", np.float64),
        ("band", np.int16), ("detected", np.bool_),
    ]
)  # fmt: skip
MOST_BANDS = 1000
UNCLEAR = "unclear"
"""System of a band for which some rows tell one, and others none."""


def iterate_series(
    paths: Sequence[str | Path],
    about: LongColumns,
    which: int | str | None = None,
    rows: int = ROWS_AT_ONCE,
    objects: int = OBJECTS_OF_A_FILE,
) -> Iterator[IrregularSeries]:
    """Yield the objects of long tables; one of several tables is one object.

    Parameters
    ----------
    paths : sequence of path
        As of `astro_dl.observations.tables.read.iterate_table`. A table without a column of
        identifiers is that of one object, called as the file.
    about : LongColumns
        What the columns are.
    which : int or str, optional
        The table that is meant where files hold several.
    rows : int, default 65536
        Most rows read at once.
    objects : int, default 1024
        Objects in memory at once.

    Raises
    ------
    UsageError
        If a file cannot be read, a column is missing or not understood, or no file has a row.
    """
    with tempfile.TemporaryDirectory() as folder:
        sorted_rows = _SortedRows(Path(folder), objects)
        names = distinct_names([Path(path) for path in paths])
        for path in paths:
            with may_fail(path), sorted_rows.undone_by_errors():
                sorted_rows.add(path, str(names[Path(path)]), about, which, rows)
        if not sorted_rows.ids:
            raise nothing_read()
        yield from sorted_rows.series()


class _SortedRows:
    """Rows of objects, sorted into files by the number of the object."""

    def __init__(self, folder: Path, objects: int) -> None:
        self.folder, self.objects = folder, objects
        self.ids: dict[str, int] = {}
        self.bands: dict[str, int] = {}
        self.systems: dict[str, str] = {}

    @contextmanager
    def undone_by_errors(self) -> Iterator[None]:
        """Forget what was added before an error: of half a file no object is whole."""
        known = self.ids.copy(), self.bands.copy(), self.systems.copy()
        sizes = {file: file.stat().st_size for file in self.folder.iterdir()}
        try:
            yield
        except UsageError:
            self.ids, self.bands, self.systems = known
            for file in self.folder.iterdir():
                os.truncate(file, sizes.get(file, 0))
            raise

    def add(
        self, path: str | Path, name: str, about: LongColumns, which: int | str | None, rows: int
    ) -> None:
        """Read a file and put its rows where they belong."""
        first = next(iterate_table(path, 1, which))
        id_column = known_column(first, "id", about, path) or ""
        for table in iterate_table(path, rows, which, as_text=id_column):
            if not id_column:
                refuse_lookalike(table, "id", path)
            read = read_rows(table, about, path)
            ids = identifiers(table, id_column, path) if id_column else np.full(len(table), name)
            _check_named(ids, table, id_column, path)
            part = np.empty(len(table), ROW)
            part["number"] = _numbers(identifier_texts(ids), self.ids)
            part["band"] = _numbers(read.band, self.bands)
            self._tell(one_system(read.band, read.system, path), path)
            if len(self.bands) > MOST_BANDS:
                raise UsageError(f"{path}: more than {MOST_BANDS} bands; is it the right column?")
            for column in ("time", "value", "error", "detected"):
                part[column] = getattr(read, column)
            self._put(part)

    def _tell(self, systems: dict[str, str], path: str | Path) -> None:
        for band, system in systems.items():
            before = self.systems.setdefault(band, system)
            if before == system:
                continue
            if before not in ("", UNCLEAR) and system:
                raise UsageError(
                    f"{path}: magnitudes of band {band!r} are of system {system}, those before "
                    f"them of {before}; bring them to one"
                )
            self.systems[band] = UNCLEAR

    def _put(self, part: np.ndarray) -> None:
        place = part["number"] // self.objects
        order = np.argsort(place, kind="stable")
        starts = np.flatnonzero(np.diff(place[order], prepend=-1))
        for chosen in np.split(order, starts[1:]):
            with (self.folder / str(place[chosen[0]])).open("ab") as file:
                part[chosen].tofile(file)

    def series(self) -> Iterator[IrregularSeries]:
        """Yield the objects."""
        ids, bands = list(self.ids), tuple(self.bands)
        for start in range(0, len(ids), self.objects):
            part = np.fromfile(self.folder / str(start // self.objects), ROW)
            part = part[np.argsort(part["number"], kind="stable")]
            edges = np.searchsorted(part["number"], np.arange(start, start + self.objects + 1))
            for number in range(start, min(start + self.objects, len(ids))):
                one = part[edges[number - start] : edges[number - start + 1]]
                yield series_from(
                    ids[number],
                    one["time"],
                    one["value"],
                    one["error"],
                    one["band"],
                    bands,
                    one["detected"],
                    tuple(self.systems[band] for band in bands),
                )


def _check_named(ids: np.ndarray, table: Table, column: str, where: str | Path) -> None:
    empty = ids == "" if ids.dtype.kind in "OU" else np.zeros(len(ids), bool)
    nameless = np.flatnonzero(empty)
    if len(nameless):
        row = table.meta.get(FIRST_ROW, 0) + int(nameless[0])
        raise UsageError(
            f"{where}: column {column!r} has no value in row {row} (the first is 0): whose "
            "measurement is it?"
        )


def _numbers(names: np.ndarray, known: dict[str, int]) -> np.ndarray:
    """Return the number of each name, new ones in order of first mention."""
    found, first, place = np.unique(names, return_index=True, return_inverse=True)
    numbers = np.empty(len(found), np.int64)
    for one in np.argsort(first, kind="stable"):
        numbers[one] = known.setdefault(str(found[one]), len(known))
    return numbers[place]
