"""Tables written part by part, so that large ones never lie in memory as a whole."""

import io
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
from astropy.io import fits
from astropy.table import Table, vstack

from astro_dl.core.files import atomic_path
from astro_dl.observations.tables.write import for_fits, table_format, write_table

FITS_RECORD = 2880


def write_parts(parts: Iterable[Table], path: str | Path) -> tuple[Table, int]:
    """Write tables that follow each other as one; whole or not at all.

    CSV, ECSV and FITS files are written part by part; for other formats parts are gathered first.

    Parameters
    ----------
    parts : iterable of astropy.table.Table
        At least one; all with the columns of the first, whose header is written.
    path : str or Path
        As in `astro_dl.observations.tables.write.write_table`.

    Returns
    -------
    first : astropy.table.Table
        The first part.
    n : int
        Rows of all parts.

    Raises
    ------
    UsageError
        As `astro_dl.observations.tables.write.write_table`.
    """
    ending, path = table_format(path), Path(path)
    remaining = iter(parts)
    first = next(remaining)
    rows = [len(first)]

    def counted() -> Iterator[Table]:
        for part in remaining:
            rows.append(len(part))
            yield part

    everything = chain([first], counted())
    if ending in (".csv", ".ecsv"):
        with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8") as file:
            for number, part in enumerate(everything):
                text = io.StringIO()
                part.write(text, format=f"ascii{ending}")
                lines = text.getvalue().splitlines(keepends=True)
                file.writelines(_without_header(lines) if number else lines)
    elif ending == ".fits":
        with atomic_path(path) as temporary:
            _write_fits(temporary, everything)
    else:
        write_table(vstack(list(everything), metadata_conflicts="silent"), path)
    return first, sum(rows)


def _without_header(lines: list[str]) -> list[str]:
    """Return lines without comments and the line of column names."""
    names = next(k for k, line in enumerate(lines) if not line.startswith("#"))
    return lines[names + 1 :]


def _write_fits(path: Path, parts: Iterable[Table]) -> None:
    """Write parts, kept beside the file until their number and the widths of texts are known."""
    files: list[Path] = []
    header: fits.Header | None = None
    types, n = np.dtype([]), 0
    for part in parts:
        plain = for_fits(part)
        array = np.asarray(plain.as_array())
        header = fits.table_to_hdu(plain[:1]).header if header is None else header
        types = np.result_type(types, array.dtype) if files else array.dtype
        n += len(array)
        files.append(path.with_name(f"{len(files)}.npy"))
        np.save(files[-1], array, allow_pickle=False)
    assert header is not None
    header["NAXIS2"] = n
    widths = fits.table_to_hdu(Table(np.zeros(1, types))).header
    header.update({key: widths[key] for key in widths if key.startswith(("TFORM", "NAXIS1"))})
    with path.open("wb") as file:
        file.write(fits.PrimaryHDU().header.tostring().encode("ascii"))
        file.write(header.tostring().encode("ascii"))
        for one in files:
            file.write(_stored(np.load(one).astype(types)))
        _fill_record(file)


def _stored(rows: np.ndarray) -> bytes:
    """Return rows as FITS stores them; unsigned ones and truth values have own forms."""
    hdu = fits.table_to_hdu(Table(rows))
    whole = io.BytesIO()
    hdu.writeto(whole)
    start = len(fits.PrimaryHDU().header.tostring()) + len(hdu.header.tostring())
    return whole.getvalue()[start : start + rows.nbytes]


def _fill_record(file: BinaryIO) -> None:
    file.write(bytes(-file.tell() % FITS_RECORD))
