"""Units of columns: converted to what is wanted, or refused."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u

from astro_dl.core.errors import UsageError

ANY_UNIT = "any unit"
"""Wanted of a column whose unit nobody told: a file's is not looked at, with a warning."""

PLAIN_WORDS = frozenset(("", "none", "null", "unitless", "dimensionless", "n/a", "-", "--"))
MAGNITUDE_WORDS = re.compile(r"(ab)?mag(nitude)?s?(ab)?")
SPELLINGS = {"nanomaggy": "nmgy", "nanomaggies": "nmgy", "maggy": "mgy", "maggies": "mgy"}

LOGARITHMS = (u.dex, u.dimensionless_unscaled)
"""A unit and what was wanted where numbers stand as they are: abundances are plain logarithms."""
COUNTS = frozenset((u.adu, u.ct, u.electron, u.photon, u.DN))
ZERO_POINT_FLUX = 3631 * u.Jy
ROUNDING_OF_ZERO_POINTS = 0.01


def parse_unit(text: str) -> u.UnitBase | None:
    """Return the unit that a text says, None if it says that there is none.

    Magnitudes of the AB system, however they are spelled, are ``mag``: surveys write either.
    """
    text = text.strip()
    if text.lower() in PLAIN_WORDS:
        return None
    if MAGNITUDE_WORDS.fullmatch(re.sub(r"[^a-z]", "", text.lower())):
        return u.mag
    return u.Unit(SPELLINGS.get(text.lower(), text), parse_strict="silent")


def unit_of(column: Any) -> u.UnitBase | None:
    """Return the unit of a column, None if it has none."""
    return parse_unit(str(getattr(column, "unit", None) or ""))


def in_unit(
    numbers: np.ndarray, own: u.UnitBase | None, wanted: str, name: str, where: str | Path
) -> np.ndarray:
    """Return numbers in the wanted unit.

    Parameters
    ----------
    numbers : ndarray
        Of a column.
    own : astropy.units.Unit or None
        Their unit; without one they are taken as they are.
    wanted : str
        As astropy spells it, empty for plain numbers; or `ANY_UNIT`.
    name : str
        What messages call the column.
    where : str or Path
        What messages call the table.

    Raises
    ------
    UsageError
        If the unit cannot be converted.
    """
    if own is None:
        return numbers
    if wanted == ANY_UNIT:
        warnings.warn(
            f"{where}: column {name!r} is in {own}; the table of the training told no unit for it, "
            "and its numbers are taken as they are",
            stacklevel=2,
        )
        return numbers
    target = parse_unit(wanted) or u.dimensionless_unscaled
    if own == target or (own, target) == LOGARITHMS:
        return numbers
    try:
        return np.asarray(own.to(target, numbers))
    except (u.UnitConversionError, TypeError, ValueError) as error:
        said = wanted or "plain number"
        raise UsageError(f"{where}: column {name!r} is in {own}, which is no {said}") from error


def check_zero_point(
    own: u.UnitBase | None, zero_point: float, name: str, where: str | Path
) -> None:
    """Refuse a column of fluxes whose unit has another AB magnitude, or that is of no fluxes.

    Parameters
    ----------
    own : astropy.units.Unit or None
        Of the column; None and units of counts say nothing of magnitudes.
    zero_point : float
        AB magnitude that a flux of one is said to have.
    name : str
        What messages call the column.
    where : str or Path
        What messages call the table.

    Raises
    ------
    UsageError
    """
    if own is None or COUNTS & {*getattr(own, "bases", (own,))}:
        return
    try:
        flux = own.to(u.Jy, equivalencies=u.zero_point_flux(ZERO_POINT_FLUX))
    except (u.UnitConversionError, TypeError, ValueError):
        raise UsageError(
            f"{where}: column {name!r} is in {own}, which is no flux, and zero_point is "
            f"{zero_point:g}; leave it out for magnitudes"
        ) from None
    magnitude = -2.5 * np.log10(flux / ZERO_POINT_FLUX.value)
    if abs(magnitude - zero_point) > ROUNDING_OF_ZERO_POINTS:
        raise UsageError(
            f"{where}: column {name!r} is in {own}, of which one has {magnitude:.2f} mag, but "
            f"zero_point is {zero_point:g}"
        )
