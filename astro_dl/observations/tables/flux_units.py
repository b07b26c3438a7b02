"""Which texts name a unit of linear flux, and which one of logarithms such as magnitudes."""

import re
import warnings
from pathlib import Path

from astropy import units as u

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.units import COUNTS

FLUXES = tuple(u.Unit(text) for text in ("", "Jy", "mgy", "W", "W / m2", "W / (m2 Angstrom)"))
PARTS = (u.dimensionless_unscaled, u.beam, u.pix, u.sr)
"""Of the sky, each with a flux."""
WORDS_OF_FLUX = re.compile(
    r"\b(e|electrons?|counts?|cts?|adu|dn|photons?|ph|(n|mn)?maggy|n?mgy|fluxe?s?"
    r"|norm\w*|relative|arbitrary|none|unitless)\b"
)
"""In units that `astropy` doesn't know, such as ``e-/s``."""
LOGARITHMS = re.compile(r"mag(?!g)|^(dex|db|log)")
"""Maggies are none: they are fluxes."""


def is_linear_flux(unit: str) -> bool:
    """Whether a text names a unit of fluxes or counts, by `astropy` or by one of the words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", u.UnitsWarning)
        known = u.Unit(unit, parse_strict="silent")
    if isinstance(known, u.UnrecognizedUnit):
        return WORDS_OF_FLUX.search(unit.lower()) is not None
    if isinstance(known, u.FunctionUnitBase) or known == u.dex:
        return False
    if COUNTS & set(known.bases):
        return True
    return any(known.is_equivalent(flux / part) for flux in FLUXES for part in PARTS)


def refuse_logarithms(unit: object, where: str | Path) -> None:
    """Raise `UsageError` if what a file says of its fluxes, None for nothing, is a logarithm."""
    if LOGARITHMS.search(str(unit or "").strip().lower()):
        raise UsageError(f"{where}: flux in {unit}; give a linear unit of flux or counts")
