"""Spectra: those of specutils, one or many on common wavelengths."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.inference.objects.headers import header_of, unit_text

TO_DEVIATION: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "std": lambda values: values,
    "var": np.sqrt,
    "ivar": lambda values: np.where(values > 0, values, np.nan) ** -0.5,
}
"""Standard deviation of each type of astropy's uncertainties."""


def is_spectrum(given: Any) -> bool:
    """Whether something has ``spectral_axis`` and ``flux``."""
    return all(hasattr(given, name) for name in ("spectral_axis", "flux"))


def write_spectrum(one: Any, path: Path) -> None:
    """Write spectra as a FITS table with the columns ``wavelength``, ``flux`` and ``error``.

    Parameters
    ----------
    one : object
        ``spectral_axis`` (pixels,) in any spectral unit, ``flux`` (pixels,) or (n, pixels), and
        where it has them ``uncertainty``, ``mask`` and ``meta``. Masked pixels become NaN.
    path : Path
        The file.

    Raises
    ------
    UsageError
        If the axis is none of wavelengths, frequencies or energies.
    """
    axis = u.Quantity(one.spectral_axis)
    try:
        wavelength = axis.to(u.AA, u.spectral())
    except u.UnitConversionError as error:
        raise UsageError(f"a {type(one).__name__} has no spectral axis ({error})") from None
    flux = u.Quantity(one.flux)
    values = np.array(flux.value, np.float64)
    mask = getattr(one, "mask", None)
    if mask is not None:
        values[np.broadcast_to(mask, values.shape)] = np.nan
    columns = {"wavelength": np.broadcast_to(wavelength.value, values.shape), "flux": values}
    uncertainty: Any = getattr(one, "uncertainty", None)
    convert = TO_DEVIATION.get(getattr(uncertainty, "uncertainty_type", ""))
    if convert is not None:
        columns["error"] = convert(np.asarray(uncertainty.array, np.float64))
    hdu = fits.table_to_hdu(QTable(columns))
    hdu.header.update(header_of(getattr(one, "meta", None)))
    hdu.columns["wavelength"].unit = "Angstrom"
    for name in columns.keys() - {"wavelength"}:
        hdu.columns[name].unit = unit_text(flux.unit)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
