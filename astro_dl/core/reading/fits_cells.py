"""Cells of binary tables of FITS files, arrays among them, read one by one.

A library reads or maps a table as a whole. Images in its cells can be more than memory holds, and
are wanted one after the other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from astro_dl.core.reading.fits_images import Header, cards_of, place_of

NUMBERS = {"B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
OTHERS = {"L": 8, "A": 8, "C": 64, "M": 128, "P": 64, "Q": 128, "X": 1}
"""Bits of what is no real number."""
LARGEST_ZERO, ZERO_OF_UNSIGNED = 2**62, 2**63
TEXTS = ("A", "L")
"""Of these, what is read as text."""


@dataclass(frozen=True)
class Column:
    """A column of a table, and where its cells are (FITS standard 4.0, section 7.3).

    Parameters
    ----------
    letter : str
        The type, as TFORM gives it.
    shape : tuple of int
        Of a cell, the axis that varies fastest last; (r,) for r numbers without TDIM.
    start : int
        Where a cell begins in a row [bytes].
    unit : str
        As TUNIT gives it.
    scale, zero, null : float
        TSCAL, TZERO and TNULL, NaN where nothing stands for a missing number.
    """

    letter: str
    shape: tuple[int, ...]
    start: int
    unit: str = ""
    scale: float = 1.0
    zero: float = 0.0
    null: float = np.nan

    @property
    def is_number(self) -> bool:
        """Whether cells are of real numbers."""
        return self.letter in NUMBERS

    @property
    def dtype(self) -> np.dtype:
        """The type of numbers none of which is missing: theirs, one that holds them, or float64."""
        stored = np.dtype(NUMBERS[self.letter]).newbyteorder("=")
        whole = stored.kind in "iu" and self.scale == 1 and self.zero.is_integer()
        if whole and self.letter == "K" and self.zero == ZERO_OF_UNSIGNED:
            return np.dtype(np.uint64)
        if whole and abs(self.zero) < LARGEST_ZERO:
            return np.dtype(np.int64) if self.zero else stored
        return np.dtype(np.float64)

    @property
    def is_image(self) -> bool:
        """Whether cells are images, or cubes of them."""
        return self.is_number and len(self.shape) in (2, 3) and 0 not in self.shape


class ColumnArray:
    """A column as an array, whose rows are read when it is indexed.

    Parameters
    ----------
    hdu : HDU
        As of `table_layout`, for which it is a table.
    name : str
        Of a column of numbers or of text.
    """

    def __init__(self, hdu: Any, name: str) -> None:
        layout = _layout(cards_of(hdu))
        assert layout is not None
        column = layout.columns[name]
        alone = not column.is_number or column.shape == (1,)
        self.shape = (layout.rows, *(() if alone else column.shape))
        self.ndim = len(self.shape)
        self.dtype = column.dtype if column.is_number else np.dtype(f"U{prod(column.shape)}")
        self._row = partial(read_cell, hdu, name)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: int | slice) -> np.ndarray:
        """Return a row, or a slice of rows."""
        rows = range(len(self))[index]
        if isinstance(rows, range):
            return np.array([self[row] for row in rows]).reshape(len(rows), *self.shape[1:])
        return np.reshape(self._row(rows), self.shape[1:])


@dataclass(frozen=True)
class Layout:
    """Number of a table's rows, bytes of one, and columns by name."""

    rows: int
    width: int
    columns: Mapping[str, Column]


def table_layout(hdu: Any) -> Layout | None:
    """Return how a binary table is laid out; None if an extension is none.

    Parameters
    ----------
    hdu : HDU
        Of a file that `astro_dl.core.reading.fits_images.open_images` has opened.

    Raises
    ------
    UsageError
        If a keyword that scales numbers is none.
    """
    return None if getattr(hdu, "is_image", False) else _layout(cards_of(hdu))


def read_cell(hdu: Any, name: str, row: int) -> Any:
    """Return what is in a cell of a binary table.

    Parameters
    ----------
    hdu : HDU
        As of `table_layout`, for which it is a table.
    name : str
        Of a column of numbers or of text.
    row : int
        From 0.

    Returns
    -------
    ndarray or str
        Numbers of the column's shape and type, float64 where one is missing, which is NaN. Or
        text without blanks at its end, also ``"T"`` and ``"F"``.
    """
    layout = _layout(cards_of(hdu))
    assert layout is not None
    column = layout.columns[name]
    file, data = place_of(hdu)
    file.seek(data + row * layout.width + column.start)
    count = prod(column.shape)
    if not column.is_number:
        return file.read(count).partition(b"\0")[0].decode("latin-1").rstrip()
    kind = np.dtype(NUMBERS[column.letter])
    stored = np.frombuffer(file.read(count * kind.itemsize), kind).reshape(column.shape)
    missing = stored == column.null
    if column.dtype.kind in "iu" and not missing.any():
        return stored.astype(column.dtype) + column.dtype.type(column.zero)
    values = np.where(missing, np.nan, stored.astype(np.float64))
    return values * column.scale + column.zero


@lru_cache(maxsize=16)
def _layout(cards: str) -> Layout | None:
    header = Header(cards)
    if header.get("XTENSION").strip().upper() != "BINTABLE" or "ZIMAGE" in header:
        return None
    columns, start = {}, 0
    for number in range(1, int(header.number("TFIELDS", 0)) + 1):
        repeat, letter = re.match(r"(\d*)([A-Z])", header.get(f"TFORM{number}").upper()).groups()  # type: ignore[union-attr]
        count = int(repeat or 1)
        columns[header.get(f"TTYPE{number}", f"col{number}").strip()] = Column(
            letter,
            _shape(header.get(f"TDIM{number}"), count),
            start,
            header.get(f"TUNIT{number}").strip(),
            header.number(f"TSCAL{number}", 1.0),
            header.number(f"TZERO{number}", 0.0),
            header.number(f"TNULL{number}", np.nan),
        )
        bits = 8 * np.dtype(NUMBERS[letter]).itemsize if letter in NUMBERS else OTHERS[letter]
        start += -(-count * bits // 8)
    rows, width = (int(header.number(key, 0)) for key in ("NAXIS2", "NAXIS1"))
    return Layout(rows, width, MappingProxyType(columns))


def _shape(text: str, count: int) -> tuple[int, ...]:
    """Return the shape that TDIM gives cells of so many elements, if it does."""
    lengths = tuple(int(one) for one in re.findall(r"\d+", text))[::-1]
    return lengths if lengths and prod(lengths) == count else (count,)
