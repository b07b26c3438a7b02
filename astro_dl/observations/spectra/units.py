"""Units of wavelengths and fluxes in files of spectra: converted, or refused."""

from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.flux_units import refuse_logarithms

ANGSTROMS = {
    **dict.fromkeys(("a", "å", "aa", "ang", "angs", "angstrom", "angstroem", "ångström"), 1.0),
    **dict.fromkeys(("nm", "nanometer", "nanometre"), 10.0),
    **dict.fromkeys(("um", "µm", "μm", "mum", "micron", "micrometer", "micrometre"), 1e4),
    **dict.fromkeys(("m", "meter", "metre"), 1e10),
}
"""Å in what is often written, in lower case and the singular."""

LOGARITHMS = ("log10(", "log(", "log10 ", "log ", "dex(", "dex ")
SPEED_OF_LIGHT_ANGSTROM = 2.99792458e18
"""In Å/s."""

LOG_RANGE = (3.0, 5.0)
"""Between these a number without a unit is log10 of a wavelength in Å: 1000 Å to 10 µm."""


def in_angstroms(values: np.ndarray, unit: Any, path: Path) -> np.ndarray:
    """Return wavelengths in Å; without a unit they are in Å already.

    Parameters
    ----------
    values : ndarray
        Wavelengths, or their decimal logarithms where the unit says so.
    unit : object
        What the file says; None or an empty text for nothing.
    path : Path
        For messages.

    Raises
    ------
    UsageError
        If the unit is none of length.
    """
    text = "" if unit is None else str(unit).strip()
    logarithm = next((word for word in LOGARITHMS if text.lower().startswith(word)), None)
    if logarithm is None:
        return values * _size(text, unit, path)
    inner = text[len(logarithm) :].strip().rstrip(")").strip("[] ")
    return 10.0**values * _size(inner, unit, path)


def is_logarithm(values: np.ndarray, unit: Any) -> bool:
    """Return whether numbers without a unit must be logarithms of wavelengths [Å]."""
    bare = unit is None or not str(unit).strip()
    low, high = np.nanmin(values), np.nanmax(values)
    return bool(bare and low >= LOG_RANGE[0] and high <= LOG_RANGE[1])


def per_angstrom(
    flux: np.ndarray, wavelength: np.ndarray, unit: Any, path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Return flux per unit of wavelength, and what errors in its unit are multiplied by.

    Flux per unit of frequency is divided by the square of the wavelength, AB magnitudes become
    flux. What no unit says, or none that is known, is taken for flux per wavelength.

    Raises
    ------
    UsageError
        If the unit is a logarithm other than AB magnitudes, whose zero point is known.
    """
    text = "" if unit is None else str(unit).strip().lower()
    relative = (np.nanmedian(wavelength) / wavelength) ** 2 if len(wavelength) else wavelength
    if "mag" in text:
        if "ab" not in text:
            raise UsageError(f"{path}: flux in {unit}; give flux, or AB magnitudes")
        flux = 10 ** (-0.4 * (flux - np.nanmedian(flux))) * relative
        return flux, 0.4 * np.log(10) * flux
    refuse_logarithms(unit, path)
    # Whatever the order and spelling of powers, hertz are of a flux per frequency.
    if "hz" in text or text.endswith("jy"):
        return flux * relative, relative
    return flux, np.ones_like(flux)


def error_ratio(unit: Any, of_flux: Any, power: int = 1) -> float:
    """Return how many units of the flux one of its errors is; 1 where that is not known.

    Parameters
    ----------
    unit : object
        Of errors to a power: 2 of variances, −2 of inverse variances.
    of_flux : object
        Of the flux.
    power : int, default 1
        The power.
    """
    try:
        return float((u.Unit(unit) ** (1 / power)).to(u.Unit(of_flux)))
    except (TypeError, ValueError, u.UnitConversionError):
        # units of logarithms have no powers, and those that nobody knows are taken to be alike
        return 1.0


def _size(text: str, unit: Any, path: Path) -> float:
    """Return how many Å a unit of length is."""
    word = text.lower()
    for name in (word, word.removesuffix("s")):
        if name in ANGSTROMS:
            return ANGSTROMS[name]
    if not word:
        return 1.0
    for name in (text, text.rstrip("s"), word):
        try:
            return float(u.Unit(name).to("Angstrom"))
        except (ValueError, TypeError, u.UnitConversionError):
            continue
    raise UsageError(
        f"{path}: wavelengths in {unit}, which is no unit of length; accepted: Angstrom, nm, um, m"
    )
