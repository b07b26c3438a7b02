"""Columns of catalogues as plain numbers in known units; missing values are NaN."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.observations.tables.cells import numbers_in
from astro_dl.observations.tables.units import in_unit, unit_of

FILL_VALUES = (-999.0, -9999.0)
"""Numbers that files write where there is none, even in columns that may well hold ±99."""
SENTINELS = (99.0, -99.0, 999.0, *FILL_VALUES)
"""Numbers that catalogues write where there is none; magnitudes also have 99.x and −99.x."""
DOUBTFUL_SENTINELS = (-9.0, 9999.0, *SENTINELS)
"""All that are in use; the first are values as often, and stand for none far from others alone."""

COLUMNS_LISTED = 30

FIRST_ROW = "first_row"
"""Key in the header of a part of a table: the number of its first row."""


def no_column(where: str | Path, name: str, names: Sequence[str]) -> str:
    """Return the words for a column that a table lacks: the nearest one, and those that it has."""
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    meant = f"; did you mean {near[0]!r}? It" if near else "; it"
    more = f" and {len(names) - COLUMNS_LISTED} more" if len(names) > COLUMNS_LISTED else ""
    return f"{where}: no column {name!r}{meant} has {', '.join(names[:COLUMNS_LISTED])}{more}"


def refuse_twins(names: Iterable[str], where: str | Path) -> None:
    """Refuse columns of one name, of which readers would keep one, or rename one, without a word.

    Raises
    ------
    UsageError
    """
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise UsageError(f"{where}: {times} columns are called {name!r}; rename them")


IsMissing = Callable[[str, np.ndarray, np.ndarray], np.ndarray]


def read_columns(
    table: Table,
    names: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    where: str | Path = "table",
    sentinels: Sequence[float] = SENTINELS,
    infinite: bool = False,
    is_missing: IsMissing | None = None,
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
        Unit of a wanted column, to which a column with another one is converted; wanted columns
        that are left out are plain numbers. Columns without a unit are taken as they are. Default:
        units are not looked at.
    where : str or Path
        What messages call the table.
    sentinels : sequence of float, default `SENTINELS`
        Numbers that stand for missing values.
    infinite : bool, default False
        Whether infinities are kept.
    is_missing : callable, optional
        ``(name, numbers as stored, in the wanted unit) -> (n,) bool``: which others are missing.

    Returns
    -------
    dict of str to ndarray of float64, (n,)
        NaN where a value is masked, not finite or a sentinel.

    Raises
    ------
    UsageError
        If a column is missing, ambiguous, not of numbers (the first text that is none is named),
        or of a unit that cannot be converted.
    """
    mapping = mapping or {}
    for name in mapping:
        if name not in names:
            raise UsageError(f"columns: {name!r} is no input{did_you_mean(name, names)}")
    found = {name: find_column(table, mapping.get(name, name), name, where) for name in names}
    # Sentinels are looked for as the file has them: in another unit they are other numbers.
    values = {
        name: missing_as_nan(column_numbers(table, column, where), sentinels, infinite)
        for name, column in found.items()
    }
    if units is not None:
        for name, column in found.items():
            own, wanted, stored = unit_of(table[column]), units.get(name, ""), values[name]
            values[name] = in_unit(stored, own, wanted, column, where)
            if is_missing is not None:
                values[name] = np.where(
                    is_missing(name, stored, values[name]), np.nan, values[name]
                )
    return {name: missing_as_nan(one, (), infinite) for name, one in values.items()}


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


def find_column(table: Table, wanted: str, name: str, where: str | Path) -> str:
    """Return the name of a column as the table spells it, whatever its case and outer blanks.

    Parameters
    ----------
    table : astropy.table.Table
        With the column.
    wanted : str
        The column.
    name : str
        What it is to us, for the message.
    where : str or Path
        What messages call the table.

    Raises
    ------
    UsageError
        If there is none, or several.
    """
    if wanted in table.colnames:
        return wanted
    alike = [one for one in table.colnames if one.strip().lower() == wanted.lower()]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise UsageError(f"{where}: several columns are called {wanted!r}: {', '.join(alike)}")
    raise UsageError(
        f"{no_column(where, wanted, table.colnames)} "
        f"(rename it; predict takes --columns {name}=COLUMN, in Python columns='{name}=COLUMN')"
    )


def column_numbers(table: Table, column: str, where: str | Path) -> np.ndarray:
    """Return the numbers (n,) of a column, float64, in its own unit; NaN where masked.

    Raises
    ------
    UsageError
        If it holds text that says no numbers, or several numbers in a row.
    """
    values: Any = np.ma.asarray(np.ma.array(table[column]))
    if values.ndim != 1:
        raise UsageError(f"{where}: column {column!r} holds several numbers in a row; one needed")
    if values.dtype.kind in "OSU":
        return _said_numbers(texts_of(values), table, column, where)
    if values.dtype.kind == "c":
        raise UsageError(f"{where}: column {column!r} holds complex numbers; real ones needed")
    try:
        return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: column {column!r} does not hold numbers") from error


def texts_of(values: Any) -> list[str]:
    """Return the texts (n,) of a column, empty where masked."""
    masked = np.ma.getmaskarray(values)
    return [
        "" if lost else one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
        for one, lost in zip(np.ma.getdata(values), masked, strict=True)
    ]


def _said_numbers(texts: Sequence[str], table: Table, column: str, where: str | Path) -> np.ndarray:
    numbers, bad = numbers_in(texts)
    if bad is not None:
        row = bad + table.meta.get(FIRST_ROW, 0)
        raise UsageError(
            f"{where}: column {column!r} does not hold numbers: {texts[bad][:40]!r} in row {row} "
            "(the first is 0); leave the cell empty where there is no value"
        )
    return numbers
