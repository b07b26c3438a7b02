"""Tables in files of the formats that astronomers use."""

import json
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path, check_writable


def table_format(path: str | Path) -> str:
    """Return the ending that names the format of a table that is to be written.

    Raises
    ------
    UsageError
        Naming the accepted ones: ``.ecsv``, ``.csv``, ``.fits``, ``.hdf5``, ``.h5``, ``.parquet``;
        or if it cannot be written there, or pyarrow is missing.
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
        header as JSON in the keyword ``ASTRODL``; CSV keeps rows only.
    path : str or Path
        Ending in ``.ecsv``, ``.csv``, ``.fits``, ``.hdf5``, ``.h5`` or ``.parquet`` (which needs
        pyarrow).

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
        WRITERS[ending](table, temporary)
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


def _write_ecsv(table: Table, path: Path) -> None:
    table.write(path, format="ascii.ecsv", overwrite=True)


def _write_csv(table: Table, path: Path) -> None:
    table.write(path, format="ascii.csv", overwrite=True)


def for_fits(table: Table) -> Table:
    """Return a table that FITS can hold: ASCII texts, and the header as JSON in ``ASTRODL``.

    Raises
    ------
    UsageError
        For a text with letters beyond ASCII, which the FITS standard (section 7.3.3.1) excludes.
    """
    plain = table.copy()
    for name in plain.colnames:
        _require_ascii([name], "the name of a column")
        if plain[name].dtype.kind == "U":
            texts = np.asarray(plain[name])
            _require_ascii(texts.tolist(), f"column {name!r}")
            plain[name] = np.char.encode(texts, "ascii")
    # FITS keywords are short and hold no nested values.
    plain.meta = {"ASTRODL": json.dumps(dict(table.meta), default=str)}
    return plain


def _require_ascii(texts: Iterable[str], where: str) -> None:
    for text in texts:
        if not text.isascii():
            raise UsageError(
                f"FITS holds ASCII letters only, and {where} has {text!r}; write .ecsv, .csv, "
                ".hdf5 or .parquet"
            )


def _write_fits(table: Table, path: Path) -> None:
    for_fits(table).write(path, format="fits", overwrite=True)


def _write_hdf5(table: Table, path: Path) -> None:
    table.write(path, format="hdf5", path="table", serialize_meta=True, overwrite=True)


def _write_parquet(table: Table, path: Path) -> None:
    table.write(path, format="parquet", overwrite=True)


WRITERS: dict[str, Callable[[Table, Path], None]] = {
    ".ecsv": _write_ecsv,
    ".csv": _write_csv,
    ".fits": _write_fits,
    ".hdf5": _write_hdf5,
    ".h5": _write_hdf5,
    ".parquet": _write_parquet,
}
