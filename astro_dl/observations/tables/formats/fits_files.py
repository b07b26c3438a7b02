"""Tables in FITS files, read in parts; what TNULL marks is masked, also in scaled columns."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import MaskedColumn, Table

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import open_fits


def iterate_fits(
    path: Path, rows: int, which: int | str | None = None, span: range | None = None
) -> Iterator[Table]:
    """Yield the rows of a table of a FITS file in parts.

    Parameters
    ----------
    path : Path
        Also compressed.
    rows : int
        Most rows of a part.
    which : int or str, optional
        Number or name of the extension; default the first table, with a warning if there are
        several.
    span : range, optional
        Which rows; default all.

    Raises
    ------
    UsageError
        If the file is damaged, or there is no such table.
    """
    with open_fits(path, memmap=True) as file:
        hdu = _chosen(file, which, path)
        wanted = range(len(hdu.data)) if span is None else span
        for start in wanted[::rows]:
            yield _part(hdu, hdu.data[start : min(start + rows, wanted.stop)])


def count_fits(path: Path, which: int | str | None = None) -> int:
    """Return the number of rows of a table of a FITS file; parameters are of `iterate_fits`."""
    with open_fits(path, memmap=True) as file:
        return len(_chosen(file, which, path).data)


def _chosen(file: fits.HDUList, which: int | str | None, path: Path) -> Any:
    tables = {
        number: one
        for number, one in enumerate(file)
        if isinstance(one, fits.BinTableHDU | fits.TableHDU)
        and not isinstance(one, fits.CompImageHDU)
    }
    if not tables:
        raise UsageError(f"{path}: holds no table")
    held = ", ".join(f"{number} {one.name or '(no name)'}" for number, one in tables.items())
    wanted = str(next(iter(tables)) if which is None else which).strip().upper()
    found = [one for number, one in tables.items() if wanted in (str(number), one.name.upper())]
    if not found:
        raise UsageError(f"{path}: no table in extension {which!r}; it has tables in: {held}")
    if which is None and len(tables) > 1:
        warnings.warn(
            f"{path}: tables are in extensions {held}; the first is read, others by the option hdu",
            stacklevel=2,
        )
    return found[0]


def _part(hdu: Any, rows: Any) -> Table:
    table = Table.read(type(hdu)(data=rows, header=hdu.header), format="fits")
    stored = np.asarray(rows)
    for column in hdu.columns:
        scaled = column.bscale not in ("", None, 1) or column.bzero not in ("", None, 0)
        if not scaled or isinstance(column.null, str | None):
            continue
        # Nulls are numbers as they are stored; astropy looks for them among the scaled ones.
        values = table[column.name]
        mask = stored[column.name] == column.null
        table[column.name] = MaskedColumn(np.ma.getdata(values), mask=mask, unit=values.unit)
    return table
