"""The one door to files of photometry: which reader a file is for, and redshifts from elsewhere."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import read_each
from astro_dl.core.schema import given
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.magnitudes import Quantity
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.observations.tables.blocks import identifier_texts, identifiers
from astro_dl.observations.tables.columns import column_numbers, no_column
from astro_dl.observations.tables.read import iterate_table, read_table
from astro_dl.science.supernovae.files.photometry import Photometry, sound_redshift
from astro_dl.science.supernovae.files.snana import (
    is_snana_fits,
    is_snana_text,
    read_snana_fits,
    read_snana_text,
)
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT

TEXT_ENDINGS = (".dat", ".txt")
HOST_COLUMNS = {
    "id": ("id", "object_id", "snid", "name"),
    "redshift": ("redshift", "z", "host_redshift", "hostgal_photoz"),
    "redshift_error": (
        *("redshift_error", "redshift_err", "z_err", "host_redshift_err"),
        "hostgal_photoz_err",
    ),
}
"""What columns of a table of hosts are called, whatever their case."""

NO_OPTIONS = ReadingOptions()
Hosts = Mapping[str, tuple[float, float]]


def iterate_photometry(
    paths: Sequence[Path], reading: ReadingOptions = NO_OPTIONS, hosts: Hosts | None = None
) -> Iterator[Photometry]:
    """Yield the objects of files: those of SNANA first, then those of long tables.

    Parameters
    ----------
    paths : sequence of Path
        Text or ``HEAD.FITS`` of SNANA, or tables with a row for each measurement of fluxes, see
        `astro_dl.observations.irregular_series.long_table.iterate_series`.
    reading : ReadingOptions, optional
        What is told of tables; values are fluxes where there are both.
    hosts : mapping, optional
        Redshift and its error by the object's name, in place of what files say.

    Raises
    ------
    UsageError
        If a file cannot be used, or something is told of a file of SNANA, which tells itself.

    Warns
    -----
    UserWarning
        If hosts are given, and none of them is that of an object.
    """
    known, found, first = hosts or {}, False, ""
    for one in _objects(paths, reading):
        first, host = first or one.id, known.get(one.id)
        found |= host is not None
        yield one if host is None else _with_host(one, host)
    if known and first and not found:
        warnings.warn(
            f"no object is in the table of hosts, whose first is called {next(iter(known))!r}; the "
            f"first of the files is called {first!r}",
            stacklevel=2,
        )


def _objects(paths: Sequence[Path], reading: ReadingOptions) -> Iterator[Photometry]:
    tables = [path for path in paths if not _is_snana(path)]
    others = [path for path in paths if path not in tables]
    told = given(reading)
    if others and told:
        raise UsageError(
            f"{others[0]}: files of SNANA tell their zero point and columns; leave "
            f"{', '.join(told)} out for them"
        )
    for _, objects in read_each(others, _read_snana):
        yield from objects
    if tables:
        about = replace(reading.columns_of_table(Quantity.FLUX), wanted_zero_point=ZERO_POINT)
        if about.quantity is None and "value" not in about.names:
            about = replace(about, quantity=Quantity.FLUX)
        for series in iterate_series(tables, about, reading.which):
            yield Photometry(series, flags=series.flags)


def read_hosts(path: Path) -> Hosts:
    """Return redshifts of hosts and their errors by the name of the object.

    Raises
    ------
    UsageError
        If a column is missing, or an object is named twice.
    """
    columns = next(iterate_table(path, 1)).colnames
    names = {}
    for name, accepted in HOST_COLUMNS.items():
        found = [one for one in columns if one.strip().lower() in accepted]
        if not found:
            raise UsageError(no_column(path, accepted[0], columns))
        names[name] = found[0]
    table = read_table(path, as_text=names["id"])
    ids = identifier_texts(identifiers(table, names["id"], path)).tolist()
    if len(set(ids)) < len(ids):
        twice = next(one for number, one in enumerate(ids) if one in ids[:number])
        raise UsageError(f"{path}: {twice!r} has several rows; leave one")
    values = (column_numbers(table, names[one], path) for one in ("redshift", "redshift_error"))
    return dict(zip(ids, zip(*values, strict=True), strict=True))


def _is_snana(path: Path) -> bool:
    named = is_snana_fits(path)
    return named or (path.suffix.lower() in TEXT_ENDINGS and is_snana_text(path))


def _read_snana(path: Path) -> list[Photometry]:
    return list(read_snana_fits(path)) if is_snana_fits(path) else [read_snana_text(path)]


def _with_host(one: Photometry, host: tuple[float, float]) -> Photometry:
    redshift, error = sound_redshift(*host)
    return replace(one, redshift=redshift, redshift_error=error)
