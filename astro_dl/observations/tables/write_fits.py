"""FITS files of tables, written part by part."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError

FITS_RECORD = 2880


def write_fits(parts: Iterable[Table], path: Path) -> None:
    """Write tables that follow each other as one.

    They are kept beside the file until their number and the widths of texts are known.

    Parameters
    ----------
    parts : iterable of astropy.table.Table
        At least one; all with the columns of the first, whose header is written as JSON in the
        keyword ``ASTRODL``.
    path : Path
        In a folder of its own.

    Raises
    ------
    UsageError
        For texts beyond printable ASCII, which the FITS standard (section 7.3.3.1) excludes, and
        for missing truth values, and whole numbers where none is left to stand for "missing".
    """
    files: list[Path] = []
    header: fits.Header | None = None
    types, n = np.dtype([]), 0
    lacking: dict[str, bool] = {}
    for part in parts:
        plain, missing = _for_fits(part)
        array = np.asarray(plain.as_array())
        header = fits.table_to_hdu(plain[:1]).header if header is None else header
        types = np.result_type(types, array.dtype) if files else array.dtype
        n += len(array)
        lacking |= dict.fromkeys(missing, True)
        files.append(path.with_name(f"{len(files)}.npz"))
        arrays = {"rows": array, **{f"missing {key}": one for key, one in missing.items()}}
        np.savez(files[-1], **arrays)  # type: ignore[arg-type]
    assert header is not None
    widths = fits.table_to_hdu(Table(np.zeros(1, types))).header
    header.update({key: widths[key] for key in widths if key.startswith(("TFORM", "NAXIS1"))})
    header["NAXIS2"] = n
    columns = list(types.names or ())
    for name in lacking:
        kept = types[name]
        signed = np.dtype(f"i{kept.itemsize}") if kept.itemsize > 1 else kept
        header[f"TNULL{columns.index(name) + 1}"] = int(np.iinfo(signed).max)
    with path.open("wb") as file:
        file.write(fits.PrimaryHDU().header.tostring().encode("ascii"))
        file.write(header.tostring().encode("ascii"))
        for one in files:
            file.write(_stored(_filled(one, types, lacking)))
        _fill_record(file)


def _for_fits(table: Table) -> tuple[Table, dict[str, np.ndarray]]:
    """Return a table that FITS can hold, and where its whole numbers are missing."""
    plain = table.copy()
    missing = {}
    for name in plain.colnames:
        _require_ascii([name], "the name of a column")
        kind, mask = plain[name].dtype.kind, np.ma.getmaskarray(plain[name])
        if kind == "U":
            texts = np.where(mask, "", np.ma.getdata(plain[name])).astype(str)
            _require_ascii(texts.tolist(), f"column {name!r}")
            plain[name] = np.char.encode(texts, "ascii")
        elif kind == "i" and plain[name].dtype.itemsize == 1:
            # FITS has no signed bytes; astropy would write truth values.
            plain[name] = plain[name].astype(np.int16)
        if kind in "iu" and mask.any():
            missing[name] = mask
        if kind == "b" and mask.any():
            raise UsageError(
                f"FITS has no missing truth values, and column {name!r} has some; write .ecsv, "
                ".hdf5 or .parquet"
            )
        if hasattr(plain[name], "filled") and kind in "fc":
            plain[name] = plain[name].filled(np.nan)
    # FITS keywords are short and hold no nested values.
    plain.meta = {"ASTRODL": json.dumps(dict(table.meta), default=str)}
    return plain, missing


def _require_ascii(texts: Iterable[str], where: str) -> None:
    for text in texts:
        if not (text.isascii() and text.isprintable()):
            raise UsageError(
                f"FITS holds printable ASCII letters only, and {where} has {text!r}; write .ecsv, "
                ".csv, .hdf5 or .parquet"
            )


def _filled(path: Path, types: np.dtype, lacking: Iterable[str]) -> np.ndarray:
    """Return the rows of a part; the largest number of its type stands for one that is missing."""
    with np.load(path, allow_pickle=False) as part:
        rows = part["rows"].astype(types)
        for name in lacking:
            null = np.iinfo(types[name]).max
            missing = part.get(f"missing {name}", np.zeros(rows[name].shape, bool))
            if (rows[name][~missing] == null).any():
                raise UsageError(
                    f"column {name!r} has missing numbers, for which {null} would stand in FITS, "
                    "but there is such a number; write .ecsv, .csv, .hdf5 or .parquet"
                )
            rows[name][missing] = null
    return rows


def _stored(rows: np.ndarray) -> bytes:
    """Return rows as FITS stores them; unsigned ones and truth values have own forms."""
    hdu = fits.table_to_hdu(Table(rows))
    whole = io.BytesIO()
    hdu.writeto(whole)
    start = len(fits.PrimaryHDU().header.tostring()) + len(hdu.header.tostring())
    return whole.getvalue()[start : start + rows.nbytes]


def _fill_record(file: BinaryIO) -> None:
    file.write(bytes(-file.tell() % FITS_RECORD))
