"""Tables in files of the formats that astronomers use."""

import io
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Column, MaskedColumn, Table

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path, check_writable
from astro_dl.core.new_hdf5 import new_hdf5
from astro_dl.observations.tables.write_fits import write_fits

COMMENT_LIKE = re.compile(r"^(#[^\s,]*)")
"""The first cell of a line that would be read as a comment; none with blanks, which is quoted."""


def table_format(path: str | Path) -> str:
    """Return the ending that names the format of a table that is to be written.

    Raises
    ------
    UsageError
        Naming the accepted ones: ``.ecsv``, ``.csv``, ``.fits``, ``.hdf5``, ``.h5``,
        ``.parquet``, ``.vot``, ``.votable``, ``.xml``; or if it cannot be written there, or
        pyarrow is missing.
    """
    ending = Path(path).suffix.lower()
    if ending not in WRITERS:
        raise UsageError(
            f"{path}: ending {ending!r} names no format; accepted: {', '.join(WRITERS)}"
        )
    if ending == ".parquet" and find_spec("pyarrow") is None:
        raise UsageError(f"{path}: Parquet needs pyarrow (pip install pyarrow); or write .ecsv")
    if not Path(path).parent.is_dir():
        raise UsageError(f"{path}: folder {Path(path).parent} does not exist")
    check_writable(Path(path))
    return ending


def write_table(table: Table, path: str | Path) -> Path:
    """Write a table in the format that the ending of its path names; whole or not at all.

    Parameters
    ----------
    table : astropy.table.Table
        Any table. Units and header are kept in full by ECSV, HDF5 and Parquet; FITS holds the
        header as JSON in the keyword ``ASTRODL``; VOTable keeps units, CSV rows only.
    path : str or Path
        Ending in ``.ecsv``, ``.csv``, ``.fits``, ``.hdf5``, ``.h5``, ``.vot``, ``.votable``,
        ``.xml`` or ``.parquet`` (which needs pyarrow).

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        For another ending, a missing folder, a missing pyarrow, or letters that the format cannot
        hold.
    """
    path = Path(path)
    ending = table_format(path)
    with atomic_path(path) as temporary:
        WRITERS[ending](plain_columns(table, ending), temporary)
    return path


def printed_rows(table: Table, most: int = 40) -> list[str]:
    """Return the lines of a table for people: numbers to six digits, those above 1000 to 1e-4.

    Parameters
    ----------
    table : astropy.table.Table
        Any table; it is left as it is.
    most : int, default 40
        Lines; of longer tables those in the middle are left out.
    """
    shown = table.copy()
    for name in shown.colnames:
        if shown[name].dtype.kind == "f":
            shown[name].info.format = _short
    return shown.pformat(max_lines=most, max_width=-1)


def _short(value: Any) -> str:
    if value is np.ma.masked:
        return "--"
    number = getattr(value, "value", value)
    return f"{number:.4f}" if 1e3 <= abs(number) < 1e10 else f"{number:.6g}"


def plain_columns(table: Table, ending: str) -> Table:
    """Return a table whose texts are texts, and neither bytes nor objects.

    Raises
    ------
    UsageError
        For a column of other objects, in a format that has none.
    """
    plain = table.copy(copy_data=False)
    for name in plain.colnames:
        kind = plain[name].dtype.kind
        if kind == "S":
            plain[name] = np.ma.array(
                np.char.decode(np.asarray(plain[name]), "utf-8", "replace"),
                mask=np.ma.getmaskarray(plain[name]),
            )
        elif kind == "O" and (texts := _texts(plain[name])) is not None:
            plain[name] = texts
        elif kind == "O" and ending != ".ecsv":
            raise UsageError(
                f"column {name!r} holds objects, such as {plain[name][0]!r}, which {ending} files "
                "cannot; write .ecsv"
            )
    return plain


def text_lines(table: Table, ending: str) -> list[str]:
    """Return the lines of a file of text; the header's begin with ``#``, and none of the rows'."""
    text = io.StringIO()
    table.write(text, format=f"ascii{ending}")
    lines = text.getvalue().splitlines(keepends=True)
    rows = first_row(lines)
    # Nothing else would tell it from a comment.
    return lines[:rows] + [COMMENT_LIKE.sub(r'"\1"', line) for line in lines[rows:]]


def first_row(lines: Sequence[str]) -> int:
    """Return the place of the first row in the lines of a file of text, after the names."""
    return next(k for k, line in enumerate(lines) if not line.startswith("#")) + 1


def _texts(column: Any) -> MaskedColumn | None:
    """Return a column of objects as text, masked where there is None; None if it holds others."""
    values = np.ma.getdata(column)
    missing = np.ma.getmaskarray(column) | np.array([one is None for one in values], bool)
    known = [one for one, lost in zip(values, missing, strict=True) if not lost]
    if not all(isinstance(one, str) for one in known):
        return None
    texts = np.where(missing, "", values).astype(str)
    return MaskedColumn(texts, mask=missing) if missing.any() else Column(texts)


def _write_text(table: Table, path: Path) -> None:
    path.write_text("".join(text_lines(table, path.suffix.lower())), encoding="utf-8", newline="")


def _write_fits(table: Table, path: Path) -> None:
    write_fits([table], path)


def _write_hdf5(table: Table, path: Path) -> None:
    with new_hdf5(path) as file:
        table.write(file, format="hdf5", path="table", serialize_meta=True)


def _write_parquet(table: Table, path: Path) -> None:
    table.write(path, format="parquet", overwrite=True)


def _write_votable(table: Table, path: Path) -> None:
    table.write(path, format="votable", overwrite=True)


WRITERS: dict[str, Callable[[Table, Path], None]] = {
    ".ecsv": _write_text,
    ".csv": _write_text,
    ".fits": _write_fits,
    ".hdf5": _write_hdf5,
    ".h5": _write_hdf5,
    ".parquet": _write_parquet,
    ".vot": _write_votable,
    ".votable": _write_votable,
    ".xml": _write_votable,
}
