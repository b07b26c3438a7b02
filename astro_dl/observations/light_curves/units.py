"""Units of fluxes in files of light curves: converted, or refused."""

from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.flux_units import is_linear_flux

RELATIVE = {"ppm": 1e-6, "ppt": 1e-3, "percent": 1e-2, "%": 1e-2}
FAINTEST_MAGNITUDE = 50.0


def linear_flux(values: np.ndarray, unit: Any, where: str) -> np.ndarray:
    """Return values as linear flux: magnitudes become flux, parts per million factors about 1.

    Parameters
    ----------
    values : ndarray, (T,)
        In this unit.
    unit : object
        What the file says of them; None or an empty text for nothing.
    where : str
        Names the file in messages.

    Raises
    ------
    UsageError
        If the unit is none of linear fluxes, counts or magnitudes.
    """
    text = "" if unit is None else str(unit).strip().lower()
    if "mag" in text:
        milli = "mmag" in text or "milli" in text
        return flux_of_magnitudes(values * (1e-3 if milli else 1.0))
    if text in RELATIVE:
        offsets = values * RELATIVE[text]
        return offsets if np.nanmedian(offsets) > 0.5 else 1 + offsets
    if not is_linear_flux(str(unit or "").strip()):
        raise UsageError(
            f"{where}: flux in {unit}; give a linear unit of flux or counts, or magnitudes"
        )
    return values


def flux_of_magnitudes(magnitudes: np.ndarray) -> np.ndarray:
    """Return the flux relative to the median; NaN for what is no magnitude, such as 99."""
    known = np.abs(magnitudes) < FAINTEST_MAGNITUDE
    middle = np.median(magnitudes[known]) if known.any() else np.nan
    return 10 ** (-0.4 * (np.where(known, magnitudes, np.nan) - middle))
