"""Tables in files of text: columns divided by commas, semicolons, tabs, bars or blanks.

A file is read twice: first to see what each column holds, from its first row to its last, then in
parts that are all of these types.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.cells import Kind, column_of, kind_of, kind_of_both
from astro_dl.observations.tables.columns import refuse_twins

DELIMITERS = (",", ";", "\t", "|")
BLANKS = " "
LINES_LOOKED_AT = 50
CELLS_AT_ONCE = 2**20
LONGEST_CELL = 2**27

SIGNATURES = {
    "ascii.ecsv": re.compile(r"# %ECSV "),
    "ascii.cds": re.compile(r"^\s*Byte-by-byte Description", re.MULTILINE),
    "ascii.ipac": re.compile(r"(?:\\.*\n)*(?:\|[^\n]*\|\s*\n){2,4}[^|\\\n]"),
    "ascii.sextractor": re.compile(r"#\s+1\s+\w+.*\n#\s+\d+\s+\w+"),
}
"""What the beginnings of files look like that astropy has readers of their own for."""


@dataclass(frozen=True)
class Layout:
    """How a file of text is laid out.

    Parameters
    ----------
    delimiter : str
        Between columns; a blank stands for any number of blanks and tabs.
    names : tuple of str
        Of the columns.
    lines_before : int
        Lines before the first row, that of names included.
    framed : bool, default False
        Whether each line begins and ends with the delimiter, too.
    """

    delimiter: str
    names: tuple[str, ...]
    lines_before: int
    framed: bool = False


def text_format(path: Path) -> str:
    """Return astropy's name of the format of a file of text; ``"text"`` for what is read here."""
    beginning = "".join(islice(_lines(path), LINES_LOOKED_AT * 20))
    return next(
        (name for name, mark in SIGNATURES.items() if _begins(mark, name, beginning)), "text"
    )


def read_whole_text(path: Path, kind: str) -> Table:
    """Return the table of a file that astropy has a reader of its own for."""
    from astropy.io import ascii

    return ascii.read(
        [line.rstrip("\r\n") for line in _lines(path)],
        format=kind.removeprefix("ascii."),
        guess=False,
    )


def iterate_text(path: Path, rows: int, as_text: str = "") -> Iterator[Table]:
    """Yield the rows of a file of text in parts.

    Parameters
    ----------
    path : Path
        UTF-8, or UTF-16 with a byte order mark; also ``.gz``.
    rows : int
        Most rows of a part.
    as_text : str, optional
        Column that is read as it is written, unless it is of whole numbers.

    Raises
    ------
    UsageError
        Naming the line that cannot be read.
    """
    layout = _layout(path)
    refuse_twins(layout.names, path)
    rows = max(1, min(rows, CELLS_AT_ONCE // len(layout.names)))
    kinds = _kinds(path, layout, rows)
    if as_text in kinds and kinds[as_text] is not Kind.INTEGER:
        kinds[as_text] = Kind.TEXT
    for block in _blocks(path, layout, rows):
        cells = zip(*block, strict=True)
        yield Table(
            {
                name: column_of(column, kinds[name])
                for name, column in zip(layout.names, cells, strict=True)
            }
        )


def _kinds(path: Path, layout: Layout, rows: int) -> dict[str, Kind]:
    kinds = dict.fromkeys(layout.names, Kind.NOTHING)
    commas = layout.delimiter != ","
    for block in _blocks(path, layout, rows):
        for name, cells in zip(layout.names, zip(*block, strict=True), strict=True):
            if kinds[name] is not Kind.TEXT:
                kinds[name] = kind_of_both(kinds[name], kind_of(cells, commas))
    if Kind.POINT in kinds.values():
        # Where points are decimal, a comma stands between thousands, or is a slip.
        kinds = {name: Kind.TEXT if one is Kind.COMMA else one for name, one in kinds.items()}
    return kinds


def _blocks(path: Path, layout: Layout, rows: int) -> Iterator[list[list[str]]]:
    records = _records(path, layout)
    while block := list(islice(records, rows)):
        yield block


def _records(path: Path, layout: Layout) -> Iterator[list[str]]:
    """Yield the cells of each row; spreadsheets end rows early whose last cells are empty."""
    width = len(layout.names)
    lines = islice(_lines(path), layout.lines_before, None)
    for number, row in _split(lines, layout.delimiter, path, layout.lines_before):
        comment = row[0].startswith("#") and (len(row) != width or layout.delimiter == BLANKS)
        if comment or (len(row) == 1 and not row[0]):
            continue
        if layout.framed and len(row) > 1:
            row = row[1:-1]
        if len(row) > width or (len(row) < width and layout.delimiter == BLANKS):
            raise UsageError(
                f"{path}: line {number} has {len(row)} cells, but {width} columns have names: "
                f"{', '.join(layout.names[:8])}{' …' if width > 8 else ''}"
            )
        yield row + [""] * (width - len(row))


def _split(
    lines: Iterable[str], delimiter: str, path: Path, before: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the last line and the cells of each row that is not blank."""
    csv.field_size_limit(LONGEST_CELL)
    if delimiter == BLANKS:
        lines = (line.replace("\t", " ").strip() for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            if row:
                yield before + reader.line_num, row
    except csv.Error as error:
        raise UsageError(
            f"{path}: line {before + reader.line_num} cannot be divided into cells ({error}); "
            "is a quotation mark left open?"
        ) from None


def _lines(path: Path) -> Iterator[str]:
    number = 0
    with (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rb") as raw:
        mark = raw.read(2)
        raw.seek(0)
        encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            for line in io.TextIOWrapper(raw, encoding=encoding, newline=""):  # type: ignore[arg-type]
                number += 1
                if "\0" in line:
                    raise UsageError(f"{path}: line {number} is no text: it holds NUL characters")
                yield line
        except UnicodeDecodeError as error:
            raise UsageError(
                f"{path}: after line {number} is a byte {error.object[error.start]:#x} that is no "
                "UTF-8; save the file as UTF-8"
            ) from None


def _layout(path: Path) -> Layout:
    comment, before = "", 0
    body: list[str] = []
    for line in _lines(path):
        if body or (line.strip() and not line.lstrip().startswith("#")):
            body.append(line)
        else:
            comment, before = line if line.strip() else comment, before + 1
        if len(body) == LINES_LOOKED_AT:
            break
    if not body:
        raise UsageError(f"{path}: the table has no rows")
    is_csv = path.name.lower().removesuffix(".gz").endswith(".csv")
    delimiter = _delimiter(body, is_csv, path)
    last, names = next(_split(body, delimiter, path))
    commented = _cells(comment.lstrip("# \t"), delimiter, path)
    if len(commented) == len(names) and _has_numbers(names) and not _has_numbers(commented):
        names, last = commented, 0
    elif not is_csv and all(kind_of([name]) is not Kind.TEXT for name in names):
        names, last = [""] * len(names), 0
    framed = delimiter == "|" and len(names) > 2 and not (names[0].strip() or names[-1].strip())
    names = names[1:-1] if framed else names
    named = [name.strip() or f"col{place}" for place, name in enumerate(names, 1)]
    return Layout(delimiter, tuple(named), before + last, framed)


def _cells(line: str, delimiter: str, path: Path) -> list[str]:
    """Return the cells of a line that may not be one of a table."""
    try:
        return next(_split([line], delimiter, path))[1]
    except (UsageError, StopIteration):
        return []


def _has_numbers(cells: Iterable[str]) -> bool:
    return any(kind_of([cell], True) not in (Kind.TEXT, Kind.NOTHING) for cell in cells)


def _delimiter(lines: list[str], is_csv: bool, path: Path) -> str:
    """Return what divides the first lines into equally many cells, or the first of them at all."""
    candidates = DELIMITERS if is_csv else (*DELIMITERS[::-1], BLANKS)
    counts = {one: [len(_cells(line, one, path)) for line in lines] for one in candidates}
    divides = [one for one in candidates if counts[one][0] > 1]
    even = [one for one in divides if len({*counts[one]} - {0}) == 1]
    if {",", ";"} <= {*even}:
        raise UsageError(
            f"{path}: are columns divided by ',' or by ';'? Quote cells with the other"
        )
    return next(chain(even, divides, [DELIMITERS[0]]))


def _begins(mark: re.Pattern[str], kind: str, beginning: str) -> bool:
    return bool((mark.search if kind == "ascii.cds" else mark.match)(beginning))
