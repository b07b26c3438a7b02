"""Columns that a network learns: classes and values, and what belongs together.

A row without a target is refused, by whatever its table says that there is none.
"""

from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.blocks import identifiers
from astro_dl.observations.tables.cells import NULL_WORDS
from astro_dl.observations.tables.columns import (
    DOUBTFUL_SENTINELS,
    no_column,
    read_columns,
    texts_of,
)
from astro_dl.observations.tables.units import ANY_UNIT

MOST_WHOLE_CLASSES = 20
NO_CLASS = NULL_WORDS - {"na", "none", "-"} | {f"{one:g}" for one in DOUBTFUL_SENTINELS if one < 0}
"""Words that are no class: missing values by another name; Na, none and - may be classes."""

YES, NO = ("1", "yes", "true", "y", "t"), ("0", "no", "false", "n", "f")

FARTHEST = 10.0
"""Widths from the centre beyond which 99, -999 … are no measurements."""


def looks_like_classes(column: Any) -> bool:
    """Whether a column holds texts, truth values, or at most 20 different whole numbers."""
    values = np.ma.asarray(np.ma.array(column))
    if values.dtype.kind in "iu":
        return len(np.unique(values.compressed())) <= MOST_WHOLE_CLASSES
    return values.dtype.kind != "f"


def class_names(labels: list[str], name: str, where: str | Path) -> tuple[str, ...]:
    """Return the classes of a column in order, numbers by value and before texts.

    Raises
    ------
    UsageError
        If there is one class only, or about as many as rows.
    """
    classes = sorted(set(labels), key=_order)
    if len(classes) < 2:
        raise UsageError(f"{where}: target {name!r} has one class, {classes[0]!r}; two are needed")
    if len(classes) > len(labels) / 2:
        raise UsageError(
            f"{where}: target {name!r} has {len(classes)} classes in {len(labels)} rows; is it a "
            "number? Then say kind regression"
        )
    return tuple(classes)


def changing_values(values: np.ndarray, name: str, where: str | Path) -> np.ndarray:
    """Return the values (n,) of a target; refuse one that is constant."""
    if values.min() == values.max():
        raise UsageError(f"{where}: target {name!r} is always {values[0]:g}")
    return values


def groups(table: Table, name: str, where: str | Path) -> np.ndarray:
    """Return what each row (n,) belongs to, as text: the row itself where no column is named.

    Raises
    ------
    UsageError
        If the column is missing, or a value in it.
    """
    if not name:
        return np.arange(len(table)).astype(str)
    named = identifiers(table, name, where).astype(str)
    bad = np.char.strip(named) == ""
    if bad.any():
        raise UsageError(
            f"{where}: group {name!r} is empty in {bad.sum()} rows, the first is row "
            f"{int(np.argmax(bad))}; say what they belong to, or remove them"
        )
    return named


def target_values(table: Table, name: str, unit: str, where: str | Path) -> np.ndarray:
    """Return the numbers (n,) of a target column, in a unit or, where none is given, its own.

    Raises
    ------
    UsageError
        If the column is missing or not of numbers, or one of them is not finite, or a sentinel such
        as -999 beyond all others.
    """
    units = {name: unit or ANY_UNIT}
    values = read_columns(table, (name,), None, units, where, ())[name]
    bad = ~np.isfinite(values)
    if bad.any():
        raise _no_target(where, name, bad, "not a finite number")
    bad = _stands_for_nothing(values)
    if bad.any():
        raise _no_target(where, name, bad, f"{values[bad][0]:g}, which stands for no value,")
    return values


def class_labels(table: Table, name: str, where: str | Path) -> list[str]:
    """Return the values (n,) of a column of classes as texts.

    Raises
    ------
    UsageError
        If the column is missing, or a value is: masked, a word such as null, or -999.
    """
    values: Any = np.ma.asarray(np.ma.array(_column(table, name, where)))
    bad = np.ma.getmaskarray(values).copy()
    if values.dtype.kind == "f":
        bad |= ~np.isfinite(np.ma.filled(values, np.nan))
        whole = not bad.any() and (values == np.round(values)).all()
        values = values.astype(int) if whole else values
    labels = [one.strip() for one in texts_of(values)]
    bad |= np.array([label.lower() in NO_CLASS for label in labels])
    if bad.any():
        raise _no_target(where, name, bad, "missing")
    return labels


def yes_or_no(table: Table, name: str, where: str | Path) -> np.ndarray:
    """Return the values (n,) of a column of yes and no as bool.

    Raises
    ------
    UsageError
        If the column is missing, a value is, or it is neither yes nor no.
    """
    words = [label.lower() for label in class_labels(table, name, where)]
    known = np.array([word in YES or word in NO for word in words])
    if not known.all():
        row = int(np.argmin(known))
        raise UsageError(
            f"{where}: label {name!r} is {words[row]!r} in row {row}; accepted: "
            f"{', '.join(YES)} and {', '.join(NO)}"
        )
    return np.array([word in YES for word in words])


def _stands_for_nothing(values: np.ndarray) -> np.ndarray:
    """Return which values (n,) are sentinels that lie beyond all others.

    Far from them, that is, or below zero where all others are positive: temperatures of stars may
    be spread so widely that −99 K is not far.
    """
    marks = np.isin(values, DOUBTFUL_SENTINELS)
    known = values[~marks]
    if not len(known):
        return np.zeros(len(values), bool)
    left, centre, right = np.quantile(known, [0.16, 0.5, 0.84])
    far = np.abs(values - centre) > FARTHEST * ((right - left) / 2 or known.std())
    far |= (values < 0) & (known.min() > 0)
    return marks & far & ((values < known.min()) | (values > known.max()))


def _no_target(where: str | Path, name: str, bad: np.ndarray, what: str) -> UsageError:
    return UsageError(
        f"{where}: target {name!r} is {what} in {bad.sum()} of {len(bad)} rows, the first is row "
        f"{int(np.argmax(bad))}; remove these rows"
    )


def _column(table: Table, name: str, where: str | Path) -> np.ndarray:
    if name not in table.colnames:
        raise UsageError(no_column(where, name, table.colnames))
    return table[name]


def _order(label: str) -> tuple[float, str]:
    try:
        return float(label), label
    except ValueError:
        return np.inf, label
