"""The one door to files of photometry: which reader a file is for, and redshifts from elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import read_each
from astro_dl.observations.irregular_series.columns import LongColumns
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.magnitudes import Quantity
from astro_dl.observations.tables.columns import column_numbers, no_column, texts_of
from astro_dl.observations.tables.read import read_table
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

Hosts = Mapping[str, tuple[float, float]]


def iterate_photometry(
    paths: Sequence[Path], zero_point: float | None = None, hosts: Hosts | None = None
) -> Iterator[Photometry]:
    """Yield the objects of files: those of SNANA first, then those of long tables.

    Parameters
    ----------
    paths : sequence of Path
        Text or ``HEAD.FITS`` of SNANA, or tables with a row for each measurement of fluxes, see
        `astro_dl.observations.irregular_series.long_table.iterate_series`.
    zero_point : float, optional
        Magnitude of a flux of one, of tables that don't tell by a unit or a column.
    hosts : mapping, optional
        Redshift and its error by the object's name, in place of what files say.

    Raises
    ------
    UsageError
        If a file cannot be used, or a zero point is given for a file that has its own.
    """
    tables = [path for path in paths if not _is_snana(path)]
    others = [path for path in paths if path not in tables]
    if others and zero_point is not None:
        raise UsageError(
            f"{others[0]}: files of SNANA tell their zero point; leave zero_point out for them"
        )
    for _, objects in read_each(others, _read_snana):
        yield from (_with_host(one, hosts) for one in objects)
    if tables:
        about = LongColumns(
            {}, Quantity.FLUX, zero_point, wanted=Quantity.FLUX, wanted_zero_point=ZERO_POINT
        )
        for series in iterate_series(tables, about):
            yield _with_host(Photometry(series, flags=series.flags), hosts)


def read_hosts(path: Path) -> Hosts:
    """Return redshifts of hosts and their errors by the name of the object.

    Raises
    ------
    UsageError
        If a column is missing, or an object is named twice.
    """
    table = read_table(path)
    names = {}
    for name, accepted in HOST_COLUMNS.items():
        found = [one for one in table.colnames if one.strip().lower() in accepted]
        if not found:
            raise UsageError(no_column(path, accepted[0], table.colnames))
        names[name] = found[0]
    ids = texts_of(np.ma.asarray(np.ma.array(table[names["id"]])))
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


def _with_host(one: Photometry, hosts: Hosts | None) -> Photometry:
    if hosts is None or one.id not in hosts:
        return one
    redshift, error = sound_redshift(*hosts[one.id])
    return replace(one, redshift=redshift, redshift_error=error)
