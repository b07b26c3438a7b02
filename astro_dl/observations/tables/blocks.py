"""Rows of tables with what identifies them, part by part."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail
from astro_dl.core.reading.share import current_share
from astro_dl.observations.tables.columns import FIRST_ROW, no_column
from astro_dl.observations.tables.read import ROWS_AT_ONCE, iterate_table

LONGEST_IDENTIFIER = 1000
KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "U": "text"}
"""What identifiers may be, by NumPy's letter of their type; numbers that are not whole also."""


def iterate_identified(
    paths: Sequence[str | Path],
    id_column: str = "",
    rows: int = ROWS_AT_ONCE,
    which: int | str | None = None,
) -> Iterator[tuple[np.ndarray, Table, str | Path]]:
    """Yield what identifies the rows of tables, the tables in parts, and the files they are from.

    Parameters
    ----------
    paths : sequence of path
        As of `astro_dl.observations.tables.read.iterate_table`.
    id_column : str, optional
        Column that identifies a row; default the number of the row, after the file's name (and as
        many folders as tell it from the others) where there are several files.
    rows : int, default 65536
        Most rows of a part.
    which : int or str, optional
        The table that is meant where files hold several.

    Raises
    ------
    UsageError
        If a file cannot be read, is empty, or lacks the column; if a row has no identifier, or
        identifiers are whole numbers in one file and text in another.
    """
    first: tuple[str, str | Path] | None = None
    share = current_share()
    alone = len(paths) == 1 if share is None else share.alone
    span = None if share is None else share.rows
    names = distinct_names([Path(path) for path in paths])
    for path in paths:
        prefix = "" if alone else f"{names[Path(path)]}:"
        with may_fail(path):
            for table in iterate_table(path, rows, which, id_column, span):
                if not id_column:
                    yield _row_numbers(table, prefix), table, path
                    continue
                ids = identifiers(table, id_column, path)
                first = first or (ids.dtype.kind, path)
                if ids.dtype.kind != first[0]:
                    raise UsageError(
                        f"column {id_column!r} holds {_said(first[0])} in {first[1]} and "
                        f"{_said(ids.dtype.kind)} in {path}; give the files one by one"
                    )
                yield ids, table, path


def _row_numbers(table: Table, prefix: str) -> np.ndarray:
    start = table.meta[FIRST_ROW]
    numbers = np.arange(start, start + len(table))
    return np.char.add(prefix, numbers.astype(str)) if prefix else numbers


def identifiers(table: Table, name: str, where: str | Path) -> np.ndarray:
    """Return the identifiers (n,) of rows as they are: whole numbers, truth values or text.

    Raises
    ------
    UsageError
        If the column is missing, or holds no value, several or an endless one in a row, or a
        number that has been rounded.
    """
    if name not in table.colnames:
        raise UsageError(no_column(where, name, table.colnames))
    values: Any = np.ma.asarray(np.ma.array(table[name]))
    if values.ndim != 1:
        raise UsageError(f"{where}: column {name!r} holds several values in a row; one needed")
    data, missing = np.ma.getdata(values), np.ma.getmaskarray(values)
    start = table.meta.get(FIRST_ROW, 0)
    if data.dtype.kind in "OSU":
        return _texts(np.where(missing, "", data), name, start, where)
    missing = missing | np.isnan(data) if data.dtype.kind == "f" else missing
    if missing.any():
        raise UsageError(
            f"{where}: column {name!r} has no value in row {start + int(np.argmax(missing))} (the "
            "first is 0); leave id_column out to number the rows"
        )
    if data.dtype.kind == "f":
        _refuse_rounded(data, name, start, where)
    return np.asarray(data)


def identifier_texts(ids: np.ndarray) -> np.ndarray:
    """Return identifiers (n,) as texts; 7 and 7.0 are one, as gaps turn whole numbers into others.

    Parameters
    ----------
    ids : ndarray
        As `identifiers` gives them.
    """
    whole = ids.dtype.kind == "f" and (ids == np.round(ids)).all()
    return (ids.astype(np.int64) if whole else ids).astype(str)


def _refuse_rounded(values: np.ndarray, name: str, start: int, where: str | Path) -> None:
    """Refuse numbers so large that several identifiers have become one, and what is no number."""
    whole_to = 2.0 ** (np.finfo(values.dtype).nmant + 1)
    bad = ~(np.abs(values) < whole_to)
    if bad.any():
        place = int(np.argmax(bad))
        raise UsageError(
            f"{where}: column {name!r} has {values[place]:.17g} in row {start + place} (the first "
            f"is 0), a number of {values.dtype.itemsize} bytes, which holds no whole numbers of so "
            "many digits: write them as integers or text"
        )


def _texts(values: np.ndarray, name: str, start: int, where: str | Path) -> np.ndarray:
    texts = []
    for place, value in enumerate(values):
        try:
            text = value.decode("utf-8") if isinstance(value, bytes) else value
        except UnicodeDecodeError:
            text = None
        if not isinstance(text, str) or len(text) > LONGEST_IDENTIFIER or "\0" in text:
            raise UsageError(
                f"{where}: column {name!r} has no identifier in row {start + place} (the first is "
                f"0): {str(value)[:40]!r} is no text of at most {LONGEST_IDENTIFIER:,} letters"
            )
        texts.append(text)
    return np.array(texts, str)


def _said(kind: str) -> str:
    return KINDS.get(kind, "numbers")
