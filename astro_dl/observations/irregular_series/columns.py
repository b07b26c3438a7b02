"""Which columns of a long table are which, and what their numbers are: by name, unit or option."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.irregular_series.column_names import NAMES, refuse_lookalike
from astro_dl.observations.irregular_series.magnitudes import (
    Quantity,
    fluxes_of,
    magnitudes_of,
    without_marked_points,
    without_sentinels,
)
from astro_dl.observations.tables.columns import (
    column_numbers,
    find_column,
    missing_as_nan,
    texts_of,
)
from astro_dl.observations.tables.times import column_days
from astro_dl.observations.tables.units import check_zero_point, unit_of

OF_THE_SOURCE: Mapping[str, tuple[str, ...]] = {
    "magpsf_corr": ("sigmapsf_corr_ext", "sigmapsf_corr"),
    "mag_corr": ("e_mag_corr_ext", "e_mag_corr"),
}
"""Magnitudes of all light, and their errors, in alerts of ZTF, the names of both interfaces of
ALeRCE: what stars need where the columns below are of the difference."""
OF_THE_DIFFERENCE: Mapping[str, str] = {"magpsf": "sigmapsf", "mag": "e_mag"}
"""Where the column `SIGN` stands beside them."""
FILTERS_BY_NUMBER: Mapping[str, str] = {"1": "g", "2": "r", "3": "i"}
"""As ZTF's column ``fid`` numbers them."""
SIGN = "isdiffpos"
BELOW_TEMPLATE = frozenset(("f", "false", "0", "-1", "n", "no"))

AB_SYSTEMS = ("", "ab", "abmag", "sdss")
"""What is said of magnitudes of the AB system, or near it."""

WORDS_FOR_LIMITS = frozenset(("1", "t", "true", "yes", "y", ">", "<", "ul", "limit"))
SURELY_SECONDS, LONGEST_DAYS = 1e7, 73_000.0
"""No date in days is beyond ten million, and no light curve covers two centuries."""


@dataclass(frozen=True)
class LongColumns:
    """What is told of long tables besides what they say themselves.

    Parameters
    ----------
    names : mapping of str to str
        Column of ``id``, ``time``, ``magnitude``, ``flux``, ``error``, ``band``, ``zero_point``,
        ``system`` or ``limit``, where it has another name than one of `NAMES`.
    quantity : Quantity or None
        What a column ``value`` holds; None for what its unit says.
    zero_point : float or None
        Magnitude of a flux of one.
    time_unit : str
        Of times without one.
    wanted : Quantity
        What the series are made of.
    wanted_zero_point : float
        Of fluxes that are made.
    """

    names: Mapping[str, str]
    quantity: Quantity | None = None
    zero_point: float | None = None
    time_unit: str = ""
    wanted: Quantity = Quantity.MAGNITUDE
    wanted_zero_point: float = 27.5

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in (*NAMES, "value"):
                accepted = ", ".join((*NAMES, "value"))
                raise UsageError(f"columns: {name!r} is no column; accepted: {accepted}")


@dataclass(frozen=True)
class Rows:
    """Columns of a part of a long table, (n,) each.

    Parameters
    ----------
    time, value, error : ndarray, float64
        Times [d], and magnitudes or fluxes as wanted.
    band : ndarray of str
        Names of bands.
    detected : ndarray of bool
        False for limits, and for magnitudes of fluxes that are not above zero.
    system : ndarray of str
        Systems of magnitudes, in small letters; empty where nothing tells.
    """

    time: np.ndarray
    value: np.ndarray
    error: np.ndarray
    band: np.ndarray
    detected: np.ndarray
    system: np.ndarray


def known_column(table: Table, name: str, about: LongColumns, where: str | Path) -> str | None:
    """Return the table's column for what we call ``name``; None where it has none.

    Raises
    ------
    UsageError
        If the column that was named is missing, or several have names that fit.
    """
    if name in about.names:
        return find_column(table, about.names[name], name, where)
    whole = tuple(OF_THE_SOURCE) if about.wanted is Quantity.MAGNITUDE else ()
    first = whole if name == Quantity.MAGNITUDE.value else ()
    return _first_column(table, (name, *first, *NAMES.get(name, ())))


def _first_column(table: Table, names: Sequence[str]) -> str | None:
    known = {one.strip().lower(): one for one in reversed(table.colnames)}
    return next((known[name] for name in names if name in known), None)


def read_rows(table: Table, about: LongColumns, where: str | Path) -> Rows:
    """Return the measurements of a part of a long table.

    Raises
    ------
    UsageError
        If times or values are missing, or it is not said what the values are: magnitudes, or fluxes
        of which zero point; if times are no days, or bands have magnitudes of several systems.
    """
    time_column = known_column(table, "time", about, where)
    if time_column is None:
        raise UsageError(
            f"{where}: no column of times among {', '.join(table.colnames)}; name it: "
            "--columns time=COLUMN"
        )
    time = _days(table, time_column, about, where)
    column, quantity = _value_column(table, about, where)
    value, beyond = _numbers_and_limits(table, column, where)
    error_column = _error_column(table, column, about, where)
    error = np.full(len(table), np.nan)
    if error_column is not None:
        error = column_numbers(table, error_column, where)
    detected = ~(beyond | _limits(table, about, where))
    bands, systems = _bands(table, about, where), _systems(table, about, where)
    one_system(bands, systems, where)
    if quantity is Quantity.MAGNITUDE:
        value, error = _in_magnitudes(table, column, error_column, value, error)
        sign = _signs(table, column, about, where)
        if about.wanted is Quantity.FLUX:
            _require_ab(systems, where)
            value, error = fluxes_of(value, error, about.wanted_zero_point)
            value = value * sign
    else:
        zero_point = _zero_points(table, column, about, where)
        if _in_ab(table, column, about):
            systems = np.full(len(table), "ab")
        if about.wanted is Quantity.MAGNITUDE:
            positive = value > 0
            detected &= positive | ~np.isfinite(value)
            value, error = magnitudes_of(value, error, zero_point)
        else:
            factor = 10 ** (0.4 * (about.wanted_zero_point - zero_point))
            value, error = value * factor, error * factor
    return Rows(time, value, error, bands, detected, systems)


def _days(table: Table, column: str, about: LongColumns, where: str | Path) -> np.ndarray:
    unit = str(getattr(table[column], "unit", None) or about.time_unit or "")
    time = column_days(table, column, unit, where)
    known = time[np.isfinite(time)]
    if len(known) and (np.abs(known).max() > SURELY_SECONDS or np.ptp(known) > LONGEST_DAYS):
        raise UsageError(
            f"{where}: column {column!r} holds times from {known.min():.10g} to "
            f"{known.max():.10g}, which are no days; tell their unit: time_unit=s"
        )
    return time


def _numbers_and_limits(
    table: Table, column: str, where: str | Path
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers (n,) of a column, and which are limits, as the texts ``>17.2`` are.

    Raises
    ------
    UsageError
        If it holds other text.
    """
    values = np.ma.asarray(np.ma.array(table[column]))
    if values.dtype.kind not in "OSU" or values.ndim != 1:
        return column_numbers(table, column, where), np.zeros(len(table), bool)
    texts = [text.strip() for text in texts_of(values)]
    plain = Table({column: [text.lstrip("<>= ") for text in texts]}, meta=table.meta)
    limits = np.array([text.startswith(("<", ">")) for text in texts], bool)
    return column_numbers(plain, column, where), limits


def _value_column(table: Table, about: LongColumns, where: str | Path) -> tuple[str, Quantity]:
    """Return the column of values, and what they are."""
    found = {quantity: known_column(table, quantity.value, about, where) for quantity in Quantity}
    present = {quantity: column for quantity, column in found.items() if column is not None}
    if about.quantity in present and "value" not in about.names:
        return present[about.quantity], about.quantity
    if len(present) == 1 and "value" not in about.names:
        quantity, column = next(iter(present.items()))
        _check_unit(table, column, quantity, where)
        return column, quantity
    if len(present) == 2 and "value" not in about.names:
        raise UsageError(
            f"{where}: has both {' and '.join(present.values())}; tell which: quantity=magnitude "
            "or quantity=flux"
        )
    value = known_column(table, "value", about, where)
    if value is None:
        raise UsageError(
            f"{where}: no column of magnitudes or fluxes among {', '.join(table.colnames)}; name "
            "it: --columns magnitude=COLUMN or --columns flux=COLUMN"
        )
    meant = about.quantity or _by_unit(table, value)
    if meant is None:
        raise UsageError(
            f"{where}: column {value!r} may hold magnitudes or fluxes; tell which: "
            "quantity=magnitude or quantity=flux"
        )
    return value, meant


def _error_column(table: Table, column: str, about: LongColumns, where: str | Path) -> str | None:
    """Return the column of errors of the values, and not of other values beside them."""
    found = known_column(table, "error", about, where)
    own = OF_THE_SOURCE.get(column.strip().lower())
    if own is None or "error" in about.names:
        return found
    of_others = (found or "").strip().lower() in OF_THE_DIFFERENCE.values()
    return _first_column(table, own) or (None if of_others else found)


def _by_unit(table: Table, column: str) -> Quantity | None:
    unit = unit_of(table[column])
    if unit is None:
        return None
    return Quantity.MAGNITUDE if unit.is_equivalent(u.mag) else Quantity.FLUX


def _check_unit(table: Table, column: str, quantity: Quantity, where: str | Path) -> None:
    said = _by_unit(table, column)
    if said not in (None, quantity):
        raise UsageError(
            f"{where}: column {column!r} is taken for a {quantity.value}, but is in "
            f"{table[column].unit}; name it: --columns value={column}"
        )


def _in_magnitudes(
    table: Table, column: str, error_column: str | None, value: np.ndarray, error: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    factors = []
    for name in (column, error_column):
        unit = None if name is None else unit_of(table[name])
        factors.append(unit.to(u.mag) if unit is not None and unit.is_equivalent(u.mag) else 1.0)
    return without_sentinels(value * factors[0]), without_marked_points(error * factors[1])


def _signs(table: Table, column: str, about: LongColumns, where: str | Path) -> np.ndarray | float:
    """Return -1 for magnitudes of sources that are fainter than in the template, else 1.

    Raises
    ------
    UsageError
        If magnitudes of a difference image are taken for those of a star, without being named.
    """
    found = _first_column(table, (SIGN,))
    if found is None or column.strip().lower() not in OF_THE_DIFFERENCE:
        return 1.0
    if about.wanted is Quantity.MAGNITUDE and not {"magnitude", "value"} & set(about.names):
        raise UsageError(
            f"{where}: {column!r} holds magnitudes of difference images, not of the star; name the "
            "column that does: --columns magnitude=COLUMN"
        )
    words = [one.lower() for one in _codes(table, found)]
    return np.where([one in BELOW_TEMPLATE for one in words], -1.0, 1.0)


def _codes(table: Table, column: str) -> list[str]:
    """Return words, or whole numbers though gaps in the column have made them 1.0."""
    return [one.strip().removesuffix(".0") for one in texts_of(np.ma.asarray(table[column]))]


def _zero_points(
    table: Table, column: str, about: LongColumns, where: str | Path
) -> np.ndarray | float:
    """Return the zero point of fluxes: a column's, or that of the option, or that of their unit."""
    own = unit_of(table[column])
    named = known_column(table, "zero_point", about, where)
    if named is not None:
        return missing_as_nan(column_numbers(table, named, where))
    if about.zero_point is not None:
        check_zero_point(own, about.zero_point, column, where)
        return about.zero_point
    if own is not None:
        try:
            return float(own.to(u.ABmag))
        except (u.UnitConversionError, TypeError, ValueError):
            pass
    if about.wanted is Quantity.MAGNITUDE:
        raise UsageError(
            f"{where}: column {column!r} holds fluxes without a unit; tell the magnitude of a "
            "flux of one: zero_point=27.5, or 31.4 for nJy"
        )
    raise UsageError(f"{where}: fluxes {column!r} have no zero point; tell it: zero_point=27.5")


def _limits(table: Table, about: LongColumns, where: str | Path) -> np.ndarray:
    column = known_column(table, "limit", about, where)
    if column is None:
        return np.zeros(len(table), bool)
    return np.array([one.lower() in WORDS_FOR_LIMITS for one in _codes(table, column)])


def _bands(table: Table, about: LongColumns, where: str | Path) -> np.ndarray:
    column = known_column(table, "band", about, where)
    if column is None:
        refuse_lookalike(table, "band", where)
        return np.full(len(table), "")
    if column.strip().lower() == "fid":
        return np.array([FILTERS_BY_NUMBER.get(one, one) for one in _codes(table, column)])
    return np.array(texts_of(np.ma.asarray(table[column])))


def _in_ab(table: Table, column: str, about: LongColumns) -> bool:
    """Return whether the unit of fluxes, which is that of AB magnitudes, gives their zero point."""
    told = about.zero_point is not None or known_column(table, "zero_point", about, "") is not None
    return not told and unit_of(table[column]) is not None


def _systems(table: Table, about: LongColumns, where: str | Path) -> np.ndarray:
    column = known_column(table, "system", about, where)
    if column is None:
        return np.full(len(table), "")
    return np.array([one.strip().lower() for one in texts_of(np.ma.asarray(table[column]))])


def _require_ab(systems: np.ndarray, where: str | Path) -> None:
    others = sorted(set(systems.tolist()).difference(AB_SYSTEMS))
    if others:
        raise UsageError(
            f"{where}: magnitudes are of the system {others[0]!r}; fluxes need those of AB"
        )


def one_system(bands: np.ndarray, systems: np.ndarray, where: str | Path) -> dict[str, str]:
    """Return the system of each band.

    Raises
    ------
    UsageError
        If a band has several.
    """
    found = {}
    for band in np.unique(bands):
        mixed = np.unique(systems[bands == band])
        if len(mixed) > 1:
            raise UsageError(
                f"{where}: magnitudes of band {str(band)!r} are of several systems: "
                f"{', '.join(str(one) or 'none told' for one in mixed)}; bring them to one"
            )
        found[str(band)] = str(mixed[0])
    return found


def option_quantity(text: str | None) -> Quantity | None:
    """Return the quantity that an option names; None for none.

    Raises
    ------
    UsageError
        If it names neither.
    """
    accepted: Sequence[str] = [one.value for one in Quantity]
    if text is not None and text not in accepted:
        raise UsageError(f"quantity is {text!r}; accepted: {', '.join(accepted)}")
    return None if text is None else Quantity(text)
