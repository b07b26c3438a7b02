"""Light curves of one's own, dense or sparse, in flux or in magnitudes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.files import FLUX_NAMES, TIME_NAMES, read_fits
from astro_dl.observations.light_curves.light_curve import FEWEST_POINTS
from astro_dl.observations.tables.columns import read_columns
from astro_dl.observations.tables.read import FORMATS, read_table

FITS = (".fits", ".fit")
MAGNITUDE_NAMES = ("mag", "magnitude", "vmag", "v", "mag_0", "psfmag", "magpsf", "g", "r", "i")
TIMES = (*TIME_NAMES, "hjd", "obstime", "time_jd")


@dataclass(frozen=True)
class Series:
    """A light curve of any sampling.

    Parameters
    ----------
    time : ndarray, (T,)
        Ascending [d].
    flux : ndarray, (T,)
        Relative, of median 1.
    """

    time: np.ndarray
    flux: np.ndarray

    @property
    def scatter(self) -> float:
        """Half the distance between the quantiles .16 and .84 of the flux."""
        low, high = np.quantile(self.flux, [0.16, 0.84])
        return float(high - low) / 2


def read_series(path: str | Path) -> Series:
    """Return the light curve of a file.

    Parameters
    ----------
    path : str or Path
        FITS of a mission, as `astro_dl.observations.light_curves.files.read_fits` takes it; or a
        table with a column of times and one of fluxes or magnitudes.

    Raises
    ------
    UsageError
        If it cannot be read, a column is missing, or fewer than 20 points are finite.
    """
    path = Path(path)
    if path.name.lower().removesuffix(".gz").endswith(FITS):
        curve = read_fits(path)
        return Series(curve.time, curve.flux)
    table = read_table(path)
    by_case = {name.strip().lower(): name for name in reversed(table.colnames)}
    found = [
        next((by_case[one] for one in names if one in by_case), "")
        for names in (TIMES, FLUX_NAMES, MAGNITUDE_NAMES)
    ]
    time, flux, magnitude = found
    if not time or not (flux or magnitude):
        what, accepted = ("times", TIMES) if not time else ("fluxes", FLUX_NAMES + MAGNITUDE_NAMES)
        raise UsageError(
            f"{path}: no column of {what} among {', '.join(table.colnames)}; accepted: "
            f"{', '.join(accepted)}"
        )
    values = read_columns(table, (time, flux or magnitude), where=path)
    brightness = values[flux or magnitude]
    if not flux:
        brightness = 10 ** (-0.4 * (brightness - np.nanmedian(brightness)))
    return make_series(path, values[time], brightness)


def make_series(where: str | Path, time: np.ndarray, flux: np.ndarray) -> Series:
    """Return a light curve in order of time, of median 1, without points that are not finite.

    Raises
    ------
    UsageError
        If fewer than 20 points are left, or the median is not above 0, or the flux is constant.
    """
    known = np.isfinite(time) & np.isfinite(flux)
    if known.sum() < FEWEST_POINTS:
        raise UsageError(f"{where}: {known.sum()} finite points; {FEWEST_POINTS} are needed")
    time, first = np.unique(time[known], return_index=True)
    flux = flux[known][first]
    level = float(np.median(flux))
    if not level > 0:
        raise UsageError(f"{where}: the median flux is {level:.4g}; above 0 is needed")
    if len(time) < FEWEST_POINTS or flux.min() == flux.max():
        raise UsageError(f"{where}: the flux is constant, or fewer than {FEWEST_POINTS} times")
    return Series(time, flux / level)


ENDINGS = tuple(dict.fromkeys((*FITS, *FORMATS)))
