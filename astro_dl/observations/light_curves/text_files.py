"""Light curves in files of text."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.observations.light_curves.light_curve import JULIAN_DATES, LightCurve, from_arrays
from astro_dl.observations.light_curves.names import (
    FLUX_NAMES,
    MAGNITUDE_NAMES,
    QUALITY_NAMES,
    TIME_NAMES,
    Title,
    read_title,
)
from astro_dl.observations.light_curves.units import linear_flux
from astro_dl.observations.tables.times import in_days

MISSING = ("", "nan", "null", "none", "--", "na", "n/a", "masked")


@dataclass(frozen=True)
class _Table:
    """The cells of a file (rows, columns) and what the columns are called, if it says so."""

    path: Path
    cells: list[list[str]]
    titles: list[Title] | None

    def column(self, accepted: tuple[str, ...]) -> int | None:
        """Return the position of the first accepted name that is there."""
        names = [title.name for title in self.titles or ()]
        return next((names.index(name) for name in accepted if name in names), None)

    def numbers(self, column: int) -> np.ndarray:
        """Return a column as numbers, NaN where it is empty.

        Raises
        ------
        UsageError
            If it holds other text.
        """
        values = np.empty(len(self.cells))
        for row, cells in enumerate(self.cells):
            number = _number(cells[column])
            if number is None:
                raise UsageError(
                    f"{self.path}: {cells[column]!r} in row {row + 1} of column {column + 1} is "
                    f"no number; leave empty what is missing, or write nan"
                )
            values[row] = number
        return values


def read_text(path: Path) -> LightCurve:
    """Return the light curve of a text file.

    Comma-, semicolon-, tab- or blank-separated. With a header, columns are found by name (any
    case), and magnitudes become flux; without, the first is time and the second flux. Lines that
    start with ``#`` are skipped, but for one that names the columns; a line of units may follow it.

    Raises
    ------
    UsageError
        If there is no column of times or of flux, or values are no numbers.
    """
    table = _read(path)
    if table.titles is None:
        return from_arrays(path.stem, table.numbers(0), table.numbers(1), path=path)
    at_time = table.column(TIME_NAMES)
    if at_time is None:
        raise _lacks(table, "time", TIME_NAMES)
    at_flux = table.column((*FLUX_NAMES, *MAGNITUDE_NAMES))
    if at_flux is None:
        raise _lacks(table, "flux", (*FLUX_NAMES, *MAGNITUDE_NAMES))
    when, what = table.titles[at_time], table.titles[at_flux]
    time = in_days(table.numbers(at_time), when.unit, str(path))
    unit = "mag" if what.name in MAGNITUDE_NAMES and "mag" not in what.unit else what.unit
    at_quality = table.column(QUALITY_NAMES)
    offset = np.nan if when.offset is None else when.offset
    # A column called BJD that holds small numbers has lost an offset that nobody knows.
    if offset == 0 and not np.nanmax(time, initial=0.0) > JULIAN_DATES:
        offset = np.nan
    return from_arrays(
        path.stem,
        time,
        linear_flux(table.numbers(at_flux), unit, str(path)),
        good=None if at_quality is None else table.numbers(at_quality) == 0,
        offset=offset,
        path=path,
    )


def _read(path: Path) -> _Table:
    lines = [line.strip() for line in _text(path).splitlines() if line.strip()]
    body = [line for line in lines if not line.startswith("#")]
    if not body:
        raise UsageError(f"{path}: the file holds no numbers")
    delimiter = next((mark for mark in ";\t," if mark in body[0]), None)
    cells = [_split(line, delimiter) for line in body]
    if not _numeric(cells[0]):
        titles, cells = [read_title(cell) for cell in cells[0]], cells[1:]
        if cells and not any(map(_is_number, cells[0])) and any(map(str.strip, cells[0])):
            titles, cells = _with_units(titles, cells[0]), cells[1:]
    else:
        above = lines[: lines.index(body[0])]
        titles = _titles_above([line.lstrip("# ") for line in above], delimiter, len(cells[0]))
    width = len(titles) if titles else len(cells[0]) if cells else 0
    if width < 2 or not cells:
        raise UsageError(f"{path}: {width} columns and {len(cells)} rows; time and flux are needed")
    for number, row in enumerate(cells, start=len(body) - len(cells) + 1):
        if len(row) < width:
            raise UsageError(f"{path}: row {number} has {len(row)} values, not {width}")
    return _Table(path, cells, titles or None)


def _titles_above(comments: list[str], delimiter: str | None, width: int) -> list[Title]:
    """Return the titles in the last comment that names times, with the units of the next one."""
    for position in reversed(range(len(comments))):
        titles = [read_title(cell) for cell in _split(comments[position], delimiter)]
        # Some end each line of numbers by a comma, but not the line of names.
        if 2 <= len(titles) <= width and any(title.name in TIME_NAMES for title in titles):
            after = comments[position + 1 :]
            units = _split(after[0], delimiter) if after else []
            return _with_units(titles, units) if len(units) == len(titles) else titles
    return []


def _with_units(titles: list[Title], units: list[str]) -> list[Title]:
    return [
        replace(title, unit=title.unit or unit.strip())
        for title, unit in zip(titles, units, strict=False)
    ]


def _text(path: Path) -> str:
    with reading(path, "text"):
        content = path.read_bytes()
    if b"\0" in content:
        raise UsageError(f"{path}: is not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _split(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return [line]


def _numeric(cells: list[str]) -> bool:
    return all(_number(cell) is not None for cell in cells[:2])


def _is_number(cell: str) -> bool:
    return cell.strip().lower() not in MISSING and _number(cell) is not None


def _number(cell: str) -> float | None:
    """Return a number, NaN for what is missing, None for other text."""
    if cell.strip().lower() in MISSING:
        return np.nan
    for text in (cell, cell.replace(",", ".")):
        try:
            return float(text)
        except ValueError:
            continue
    return None


def _lacks(table: _Table, what: str, accepted: tuple[str, ...]) -> UsageError:
    names = ", ".join(title.name for title in table.titles or ())
    return UsageError(
        f"{table.path}: no column of {what} among {names}; accepted: {', '.join(accepted)}"
    )
