"""Long tables: one row for each measurement, objects told apart by a column."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import column_numbers, no_column, texts_of
from astro_dl.observations.tables.read import iterate_table
from astro_dl.observations.tables.units import ZERO_POINT_FLUX, check_zero_point, unit_of
from astro_dl.science.supernovae.files.photometry import Photometry, band_letters, cleaned

Array = np.ndarray

COLUMNS = {
    "id": ("id", "object_id", "objectid", "snid", "oid", "name", "diaobjectid"),
    "time": ("mjd", "time", "midpointmjdtai", "jd", "hjd", "bjd"),
    "band": ("band", "filter", "flt", "passband", "filt"),
    "flux": ("flux", "fluxcal", "psflux", "psfflux"),
    "error": ("error", "flux_err", "fluxerr", "flux_error", "fluxcalerr", "e_flux", "psffluxerr"),
    "zero_point": ("zp", "zero_point", "zeropoint", "zpt", "magzp"),
    "redshift": ("host_redshift", "host_z", "hostgal_photoz", "z", "redshift"),
    "redshift_error": (
        "host_redshift_err", "host_z_err", "hostgal_photoz_err", "z_err", "redshift_err",
    ),
}  # fmt: skip
"""What columns are called, whatever their case."""

NEEDED = ("time", "band", "flux", "error")
NUMBERED_BANDS = dict(enumerate("ugrizy"))


def read_long_table(path: Path, zero_point: float | None = None) -> Iterator[Photometry]:
    """Yield the objects of a table, in the order of their first rows.

    Parameters
    ----------
    path : Path
        Of any format of `astro_dl.observations.tables.read.read_table`. Rows of an object need not
        follow each other; without a column for it, the file holds one object. Numbers in the
        column of bands are 0 to 5 for u, g, r, i, z, y.
    zero_point : float, optional
        Magnitude of a flux of one; where it is left out, a column or the unit of the fluxes tells.

    Raises
    ------
    UsageError
        If a column is missing, nothing tells the zero point, or two things tell different ones.
    """
    parts = [_part(table, path, zero_point) for table in iterate_table(path)]
    names = list(parts[0])
    columns = {name: np.concatenate([part[name] for part in parts]) for name in names}
    ids, first, owner = np.unique(columns["id"], return_index=True, return_inverse=True)
    order = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner))
    for number in np.argsort(first):
        rows = order[ends[number] - np.sum(owner == number) : ends[number]]
        own = {name: values[rows] for name, values in columns.items()}
        yield cleaned(
            str(ids[number]),
            own["time"],
            own["band"],
            own["flux"],
            own["error"],
            own["zero_point"],
            (float(own["redshift"][0]), float(own["redshift_error"][0])),
            str(path),
        )


def _part(table: Table, path: Path, zero_point: float | None) -> dict[str, Array]:
    """Return the columns of a part of a table, all of them."""
    names = {name: _found(table, name, path) for name in COLUMNS}
    n = len(table)

    def numbers(name: str, missing: float) -> Array:
        column = names[name]
        return np.full(n, missing) if column is None else column_numbers(table, column, path)

    flux = names["flux"]
    assert flux is not None
    columns = {name: numbers(name, 0.0) for name in ("time", "flux", "error")}
    columns |= {name: numbers(name, 0.0) for name in ("redshift", "redshift_error")}
    columns["zero_point"] = _zero_points(
        table, flux, numbers("zero_point", np.nan), path, zero_point
    )
    columns["band"] = _bands(table, names["band"] or "", path)
    own = names["id"]
    ids = [path.stem] * n if own is None else texts_of(np.ma.asarray(np.ma.array(table[own])))
    columns["id"] = np.array(ids, str)
    return columns


def _found(table: Table, name: str, path: Path) -> str | None:
    """Return the table's name of a column, None for one that it lacks and may lack."""
    by_case = {column.strip().lower(): column for column in reversed(table.colnames)}
    found = next((by_case[one] for one in COLUMNS[name] if one in by_case), None)
    if found is None and name in NEEDED:
        raise UsageError(
            f"{no_column(path, COLUMNS[name][0], table.colnames)}; fluxes of every visit are "
            "needed, the undetected ones among them"
        )
    return found


def _zero_points(
    table: Table, flux: str, told: Array, path: Path, zero_point: float | None
) -> Array:
    """Return the zero point of each row, by the option, a column or the unit of the fluxes."""
    unit = unit_of(table[flux])
    if zero_point is not None:
        check_zero_point(unit, zero_point, flux, path)
        wrong = np.isfinite(told) & (np.abs(told - zero_point) > 0.01)
        if wrong.any():
            raise UsageError(
                f"{path}: zero_point is {zero_point:g}, but a column says "
                f"{told[wrong][0]:g}; leave the option out"
            )
        return np.full(len(told), zero_point)
    if np.isfinite(told).any():
        return told
    try:
        one = u.Quantity(1, unit).to(u.Jy, equivalencies=u.zero_point_flux(ZERO_POINT_FLUX))
    except (u.UnitConversionError, TypeError, ValueError):
        raise UsageError(
            f"{path}: nothing tells the zero point of column {flux!r}; give --zero-point (27.5 for "
            "SNANA's FLUXCAL, 31.4 for nJy), or a column zp"
        ) from None
    return np.full(len(told), float(-2.5 * np.log10((one / ZERO_POINT_FLUX).to_value(""))))


def _bands(table: Table, column: str, path: Path) -> Array:
    values = np.ma.array(table[column])
    if values.dtype.kind not in "iu":
        return band_letters(np.array(texts_of(values), str))
    numbers: Sequence[int] = np.ma.filled(values, -1).tolist()
    wrong = [one for one in numbers if one not in NUMBERED_BANDS]
    if wrong:
        raise UsageError(
            f"{path}: band {wrong[0]} in column {column!r}; accepted: names, or 0 to 5 for ugrizy"
        )
    return np.array([NUMBERED_BANDS[one] for one in numbers], "U1")
