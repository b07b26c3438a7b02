"""Times of columns: numbers of a unit and dates, converted to days or refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table
from astropy.time import Time

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.cells import is_null
from astro_dl.observations.tables.columns import SENTINELS, column_numbers, texts_of

DAYS = {"d", "day", "days", "bjd", "jd", "hjd", "mjd", "btjd", "bkjd", "tbjd", "tjd"}
PART_OF_DAY = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 24.0),
    **dict.fromkeys(("min", "minute", "minutes"), 1440.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 86400.0),
}

FIRST_OF_MJD = datetime(1858, 11, 17, tzinfo=UTC)
DAYS_OF_DATES = 10_000.0
"""Median above which times are dates, counted from some day of another century."""


def column_days(table: Table, column: str, unit: Any, where: str | Path) -> np.ndarray:
    """Return the times (n,) of a column [d], NaN where there is none.

    Parameters
    ----------
    table : astropy.table.Table
        With the column, of numbers, `astropy.time.Time`, dates of NumPy, or texts as ISO 8601 has
        them. Dates become modified Julian ones, those with a time zone in UTC; those without are
        taken to be in it.
    column : str
        Its name.
    unit : str or None
        Of numbers.
    where : str or Path
        What messages call the table.

    Returns
    -------
    ndarray of float64, (n,)
        Among dates, 0, negative numbers and sentinels are none.

    Raises
    ------
    UsageError
        If it holds neither times nor dates, or its unit is none of time.
    """
    values = table[column]
    dates = _dates(values)
    days = (
        in_days(column_numbers(table, column, where), unit, str(where)) if dates is None else dates
    )
    days = np.where(np.isfinite(days), days, np.nan)
    known = days[np.isfinite(days)]
    if len(known) and np.median(known) > DAYS_OF_DATES:
        with np.errstate(invalid="ignore"):
            days = np.where((days <= 0) | np.isin(days, SENTINELS), np.nan, days)
    return days


def _dates(values: Any) -> np.ndarray | None:
    """Return the modified Julian dates (n,) of dates; None for what is no column of them."""
    if isinstance(values, Time):
        told = values.value if values.format in ("jd", "mjd") else values.mjd
        return np.asarray(np.ma.filled(np.ma.array(told, dtype=float), np.nan))
    plain: Any = np.ma.asarray(np.ma.array(values))
    if plain.dtype.kind == "M":
        first = np.datetime64(FIRST_OF_MJD.replace(tzinfo=None))
        days = (np.ma.getdata(plain) - first) / np.timedelta64(1, "D")
        return np.where(np.ma.getmaskarray(plain) | np.isnat(np.ma.getdata(plain)), np.nan, days)
    if plain.dtype.kind not in "OSU" or plain.ndim != 1:
        return None
    found = [_date(text) for text in texts_of(plain)]
    return None if None in found else np.array(found, float)


def _date(text: str) -> float | None:
    """Return the modified Julian date that a text says, NaN for no value, None if it says none."""
    if is_null(text):
        return np.nan
    try:
        date = datetime.fromisoformat(text.strip() if "-" in text else "")
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return (date - FIRST_OF_MJD).total_seconds() / 86_400


def in_days(values: np.ndarray, unit: Any, where: str) -> np.ndarray:
    """Return times in days; without a unit they are days.

    Raises
    ------
    UsageError
        If the unit is none of time.
    """
    text = "" if unit is None else str(unit).strip().lower()
    word = text.replace(",", " ").split()[0] if text else "d"
    if word in DAYS:
        return values
    if word in PART_OF_DAY:
        return values / PART_OF_DAY[word]
    raise UsageError(f"{where}: times in {unit!r}; accepted: days, hours, minutes, seconds")
