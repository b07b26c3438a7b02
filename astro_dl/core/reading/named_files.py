"""Files that are one object each: what was read of them, by name, and their rows in a table."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from tqdm.auto import tqdm

from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read

if TYPE_CHECKING:
    from astropy.table import Row, Table

Found = TypeVar("Found")


def read_named(
    paths: Sequence[str | Path],
    read: Callable[[Path], Found],
    unit: str = "file",
    progress: bool = False,
) -> tuple[list[str], list[Found]]:
    """Return the names of the files that can be read, and what was read of each.

    Parameters
    ----------
    paths : sequence of path
        One object each.
    read : callable
        Of one file.
    unit : str, default "file"
        What a progress bar counts.
    progress : bool, default False
        Whether to show one.

    Raises
    ------
    UsageError
        The first one, unless it is tolerated; if no file can be read.
    """
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    ids: list[str] = []
    found: list[Found] = []
    for path in tqdm(files, unit=unit, disable=not progress):
        with may_fail(path):
            found.append(read(path))
            ids.append(names[path])
    if not found:
        raise nothing_read()
    return ids, found


def files_with_rows(paths: Sequence[str | Path], table: "Table") -> Iterator[tuple[Path, "Row"]]:
    """Yield each file of `read_named` that has a row in a table, with that row.

    Parameters
    ----------
    paths : sequence of path
        All files; those that could not be read have no row.
    table : astropy.table.Table
        With a column ``id`` of their names.
    """
    rows = {str(name): row for row, name in enumerate(table["id"])}
    for path, name in distinct_names([Path(one) for one in paths]).items():
        if name in rows:
            yield path, table[rows[name]]


def objects_by_file(
    paths: Sequence[str | Path], table: "Table"
) -> Iterator[tuple[Path, str, "Table"]]:
    """Yield each file, what it is called, and its rows in a table of many objects, perhaps none.

    Parameters
    ----------
    paths : sequence of path
        All files.
    table : astropy.table.Table
        With a column ``id`` of the names of files, as `distinct_names` gives them.
    """
    called = np.asarray(table["id"]).astype(str)
    for path, name in distinct_names([Path(one) for one in paths]).items():
        yield path, name, table[called == name]
