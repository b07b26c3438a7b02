"""Tables: astropy's tables and time series, frames of pandas and polars, data sets of xarray."""

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Column, MaskedColumn, Table

from astro_dl.core.errors import UsageError
from astro_dl.inference.objects.headers import header_of, unit_text


def is_table(given: Any) -> bool:
    """Whether something has named columns that are got by name."""
    return _is_labelled(given) or (
        hasattr(given, "columns") and hasattr(given, "__getitem__") and hasattr(given, "__len__")
    )


def write_table(one: Any, path: Path) -> None:
    """Write a table as FITS, with units and what its header says.

    Parameters
    ----------
    one : object
        ``columns``, a sequence of names or a mapping, and columns by name; an index of pandas that
        has a name becomes a column. Times become Julian dates [d], positions ``ra`` and ``dec``.
    path : Path
        The file.

    Raises
    ------
    UsageError
        If a column holds other things than numbers, texts or times.
    """
    if _is_labelled(one):
        one = one.to_dataframe().reset_index()
    elif any(name is not None for name in getattr(getattr(one, "index", None), "names", ())):
        one = one.reset_index()
    columns: dict[str, Any] = {}
    has_times = False
    for name in one.columns:
        for own_name, column, is_time in _columns(str(name), one[name]):
            columns[own_name] = column
            has_times |= is_time
    if not columns:
        raise UsageError(f"a {type(one).__name__} without columns is no table")
    table = Table(columns)
    hdu = fits.table_to_hdu(table)
    for name in table.colnames:
        if unit_text(table[name].unit):
            hdu.columns[name].unit = unit_text(table[name].unit)
    hdu.header.update(header_of(getattr(one, "meta", None)))
    if has_times:
        hdu.header["JDREFI"], hdu.header["JDREFF"] = 0, 0.0
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)


def _is_labelled(given: Any) -> bool:
    """Whether something is a data set of xarray, or one of its arrays of one axis."""
    return hasattr(given, "to_dataframe") and (
        hasattr(given, "data_vars") or getattr(given, "ndim", 0) == 1
    )


def _columns(name: str, column: Any) -> list[tuple[str, Any, bool]]:
    """Return name, plain column, and whether it holds times, of what becomes of a column."""
    if hasattr(column, "jd1"):
        return [(name, Column(np.ma.filled(column.jd, np.nan), unit="d"), True)]
    if hasattr(column, "spherical"):
        position = column.icrs
        return [
            ("ra", Column(position.ra.deg, unit="deg"), False),
            ("dec", Column(position.dec.deg, unit="deg"), False),
        ]
    values, missing = _values(name, column)
    if values.dtype.kind == "M":
        from astropy.time import Time

        dates = Time(values.astype("datetime64[us]"), format="datetime64").jd
        return [(name, Column(np.where(np.isnat(values), np.nan, dates), unit="d"), True)]
    unit = getattr(column, "unit", None)
    if not missing.any():
        return [(name, Column(values, unit=unit), False)]
    return [(name, MaskedColumn(values, mask=missing, unit=unit), False)]


def _values(name: str, column: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the plain values of a column, and where there are none."""
    missing = _missing(column)
    if hasattr(column, "to_numpy"):
        values = np.asarray(column.to_numpy())
    else:
        values = getattr(column, "unmasked", column)
        values = np.ma.getdata(np.ma.asarray(getattr(values, "value", values)))
    if values.dtype.kind == "O":
        values = _of_objects(name, values, np.broadcast_to(missing, values.shape))
    if values.dtype.kind == "U":
        values = np.char.encode(values, "utf-8")
    if values.dtype.kind not in "fiubSM":
        raise UsageError(f"column {name!r} holds {values.dtype}; accepted: numbers, texts, times")
    return values, np.broadcast_to(missing, values.shape)


def _missing(column: Any) -> np.ndarray:
    """Return where a column of pandas, polars or astropy has no value."""
    for method in ("isna", "is_null"):
        if hasattr(column, method):
            return np.asarray(getattr(column, method)(), bool)
    return np.asarray(getattr(column, "mask", False), bool)


def _of_objects(name: str, values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return objects as texts, or as numbers with NaN where there is none."""
    known = values[~missing]
    if all(isinstance(one, str) for one in known):
        return np.where(missing, "", values).astype(str)
    try:
        numbers = np.where(missing, np.nan, values).astype(np.float64)
    except (TypeError, ValueError):
        kinds = ", ".join(sorted({type(one).__name__ for one in known})[:3])
        raise UsageError(
            f"column {name!r} holds {kinds}; accepted: numbers, texts, times"
        ) from None
    return numbers
