"""Spectra in plain text of two or three columns: wavelength, flux, error."""

from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading

TEXT_ENDINGS = (".txt", ".dat", ".asc", ".ascii", ".spec", ".tsv")
PLAIN_NAMES = ("wavelength", "flux", "error")


def read_columns_of_text(path: Path, known: frozenset[str]) -> Table:
    """Return the table of a text file, blank-, tab-, comma- or semicolon-separated.

    Parameters
    ----------
    path : Path
        The file. Lines that start with ``#`` or ``%`` are comments; the last of them, or the first
        line, may name the columns.
    known : frozenset of str
        Names of columns, in lower case; a comment without any of them names nothing.

    Returns
    -------
    Table
        Columns of numbers; without names, ``wavelength``, ``flux`` and ``error``.

    Raises
    ------
    UsageError
        If it is not text, or its lines are not numbers of equally many columns, two or more.
    """
    with reading(path, "text"):
        content = path.read_bytes()
    if b"\0" in content:
        raise UsageError(f"{path}: is not text")
    text = content.decode("utf-8-sig", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    body = [line for line in lines if line[0] not in "#%"]
    if not body:
        raise UsageError(f"{path}: the file holds no numbers")
    above = [line for line in lines[: lines.index(body[0])] if line[0] in "#%"]
    names: list[str] | None = None
    if not _are_numbers(_cells(body[0])):
        names, body = [cell.lower() for cell in _cells(body[0])], body[1:]
    rows = [_cells(line) for line in body]
    width = len(names) if names else len(rows[0]) if rows else 0
    if width < 2:
        raise UsageError(f"{path}: {width} columns; wavelength and flux are needed")
    if names is None:
        titles = [[cell.lower() for cell in _cells(line.lstrip("#% "))] for line in above]
        fitting = (one for one in reversed(titles) if len(one) == width and known & set(one))
        names = next(fitting, None) or _plain_names(path, width)
    return Table(_numbers(path, rows, width), names=names)


def _plain_names(path: Path, width: int) -> list[str]:
    if width > len(PLAIN_NAMES):
        raise UsageError(
            f"{path}: {width} columns without names; accepted: two or three "
            f"({', '.join(PLAIN_NAMES)}), or a first line of names"
        )
    return list(PLAIN_NAMES[:width])


def _numbers(path: Path, rows: list[list[str]], width: int) -> np.ndarray:
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise UsageError(f"{path}: row {number} has {len(row)} values, not {width}")
        if not _are_numbers(row):
            wrong = next(cell for cell in row if not _are_numbers([cell]))
            raise UsageError(f"{path}: {wrong!r} in row {number} is no number; write nan for none")
    return np.array(rows, dtype=np.float64)


def _cells(line: str) -> list[str]:
    delimiter = next((mark for mark in ";\t," if mark in line), None)
    return [cell.strip() for cell in line.split(delimiter)]


def _are_numbers(cells: list[str]) -> bool:
    try:
        return bool([float(cell) for cell in cells])
    except ValueError:
        return False
