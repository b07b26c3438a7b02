"""What the cells of a table of text say: whole numbers, numbers, or text.

A column of text is of whole numbers only if these, written again, are the same text: 007 and 1.50
are numbers to a network but no whole numbers, so that they stay what they are as identifiers.
"""

from collections.abc import Sequence
from enum import Enum

import numpy as np
from astropy.table import Column, MaskedColumn

NULL_WORDS = frozenset(
    {"", "-", "--", "---", "...", "<na>", "#n/a", "n/a", "na", "nan", "none"}
    | {"null", "indef", r"\n"}
)
"""What text says, in small letters, where there is no value."""


class Kind(Enum):
    """What all cells of a column are, those without a value left out."""

    NOTHING = "nothing"
    INTEGER = "whole numbers"
    POINT = "numbers with decimal points"
    COMMA = "numbers with decimal commas"
    TEXT = "text"


def is_null(cell: str) -> bool:
    """Whether a cell of text says that there is no value."""
    return cell.strip().lower() in NULL_WORDS


def kind_of(cells: Sequence[str], commas: bool = False) -> Kind:
    """Return what cells are.

    Parameters
    ----------
    cells : sequence of str
        Of one column.
    commas : bool, default False
        Whether commas may be decimal ones.
    """
    known = [cell.strip() for cell in cells if not is_null(cell)]
    if not known:
        return Kind.NOTHING
    together = "".join(known)
    # Python reads 1_000 and digits of other scripts as numbers, which no other program does.
    if "_" in together or not together.isascii():
        return Kind.TEXT
    if _are_whole(known):
        return Kind.INTEGER
    if _are_numbers(known):
        return Kind.POINT
    if commas and "." not in together and _are_numbers([one.replace(",", ".") for one in known]):
        return Kind.COMMA
    return Kind.TEXT


def kind_of_both(one: Kind, other: Kind) -> Kind:
    """Return what the cells of two parts of a column are together."""
    if Kind.NOTHING in (one, other) or one is other:
        return other if one is Kind.NOTHING else one
    if Kind.INTEGER in (one, other) and Kind.TEXT not in (one, other):
        return other if one is Kind.INTEGER else one
    return Kind.TEXT


def column_of(cells: Sequence[str], kind: Kind) -> Column:
    """Return a column of cells of a kind; masked where there is no value.

    Text is of dtype object, so that one long cell does not widen all others; empty cells alone are
    masked in it, since any word may be a name.
    """
    if kind is Kind.TEXT:
        texts = np.empty(len(cells), object)
        texts[:] = [cell.strip() for cell in cells]
        return _masked(texts, texts == "")
    missing = np.array([is_null(cell) for cell in cells], bool)
    if kind is Kind.INTEGER:
        whole = [0 if lost else int(cell) for cell, lost in zip(cells, missing, strict=True)]
        return _masked(np.array(whole, np.int64), missing)
    numbers = [
        np.nan if lost else float(cell.replace(",", "."))
        for cell, lost in zip(cells, missing, strict=True)
    ]
    return _masked(np.array(numbers, np.float64), missing)


def numbers_in(cells: Sequence[str]) -> tuple[np.ndarray, int | None]:
    """Return the numbers (n,) that cells say, NaN without a value, and the first that is none.

    Returns
    -------
    numbers : ndarray of float64, (n,)
        NaN also where a cell is no number.
    bad : int or None
        Place of the first cell that is neither a number nor says that there is none.
    """
    numbers, bad = np.full(len(cells), np.nan), None
    for place, cell in enumerate(cells):
        kind = kind_of([cell])
        if kind in (Kind.INTEGER, Kind.POINT):
            numbers[place] = float(cell)
        elif kind is Kind.TEXT and bad is None:
            bad = place
    return numbers, bad


def _masked(values: np.ndarray, missing: np.ndarray) -> Column:
    return MaskedColumn(values, mask=missing) if missing.any() else Column(values)


def _are_whole(cells: Sequence[str]) -> bool:
    try:
        values = [int(cell) for cell in cells]
        np.array(values, np.int64)
    except (ValueError, OverflowError):
        return False
    return list(map(str, values)) == list(cells)


def _are_numbers(cells: Sequence[str]) -> bool:
    try:
        for cell in cells:
            float(cell)
    except ValueError:
        return False
    return True
