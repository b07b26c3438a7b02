"""FITS headers of what objects say of themselves."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

from astropy.io import fits

STRUCTURE = ("SIMPLE", "XTENSION", "BITPIX", "EXTEND", "PCOUNT", "GCOUNT", "BSCALE", "BZERO", "END")
OF_DATA = ("NAXIS", "TTYPE", "TFORM", "TUNIT", "TDIM", "TNULL", "TFIELDS", "TSCAL", "TZERO")


def header_of(meta: Any) -> fits.Header:
    """Return a header of those entries of a mapping that a FITS header can hold.

    Parameters
    ----------
    meta : mapping or None
        Texts, numbers and truth values by keyword, in either case; all else is left out, and what
        tells how data are stored.
    """
    header = fits.Header()
    entries = dict(meta).items() if isinstance(meta, Mapping | fits.Header) else ()
    for key, value in entries:
        name = str(key).upper()
        if name in STRUCTURE or name.startswith(OF_DATA) or len(name) > 8:
            continue
        if isinstance(value, str | bool | Real):
            try:
                header[name] = value
            except ValueError:
                # Not a number, letters that are not ASCII, or a keyword that is none.
                continue
    return header


def unit_text(unit: Any) -> str:
    """Return a unit as FITS spells it, or as it stands where FITS knows no such unit."""
    try:
        return str(unit.to_string("fits"))
    except (AttributeError, ValueError):
        return "" if unit is None else str(unit)
