"""Tables written part by part, so that large ones never lie in memory as a whole."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from astropy.table import Table, vstack

from astro_dl.core.files import atomic_path
from astro_dl.observations.tables.write import (
    first_row,
    plain_columns,
    table_format,
    text_lines,
    write_table,
)
from astro_dl.observations.tables.write_fits import write_fits


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

    everything = (plain_columns(part, ending) for part in chain([first], counted()))
    if ending in (".csv", ".ecsv"):
        with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8") as file:
            for number, part in enumerate(everything):
                lines = text_lines(part, ending)
                file.writelines(lines[first_row(lines) :] if number else lines)
    elif ending == ".fits":
        with atomic_path(path) as temporary:
            write_fits(everything, temporary)
    else:
        write_table(vstack(list(everything), metadata_conflicts="silent"), path)
    return first, sum(rows)
