"""The photometry of one object as files hold it, brought to one zero point and cleaned."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT

Array = np.ndarray

LATEST_DAY = 1e7
"""Times beyond are no days: Julian dates are 2.5 million."""


@dataclass(frozen=True)
class Photometry:
    """Fluxes of one object at zero point 27.5.

    Parameters
    ----------
    id : str
        What the object is called.
    time : ndarray of float64, (P,)
        When [d], as in the file.
    band : ndarray of str, (P,)
        Names of bands, their last letter, such as ``"g"``.
    flux, error : ndarray of float64, (P,)
        Fluxes and their standard errors.
    redshift, redshift_error : float
        Of the host, 0 where it is not known.
    flags : tuple of str
        What was found and mended.
    """

    id: str
    time: Array
    band: Array
    flux: Array
    error: Array
    redshift: float = 0.0
    redshift_error: float = 0.0
    flags: tuple[str, ...] = ()

    def points(self, number: int, bands: tuple[str, ...]) -> Points:
        """Return the points in these bands, as those of the object of this number."""
        places = {name: place for place, name in enumerate(bands)}
        band = np.array([places.get(str(name), -1) for name in self.band], np.intp)
        owner = np.full(len(band), number)
        return Points(owner, self.time, band, self.flux, self.error)[band >= 0]


def cleaned(
    id: str,
    time: Array,
    band: Array,
    flux: Array,
    error: Array,
    zero_point: Array | float,
    redshift: tuple[float, float] = (0.0, 0.0),
    where: str = "",
) -> Photometry:
    """Return the photometry of an object, points in the order of time.

    Points without a finite time or flux, and those whose error is not above zero (−9 where there is
    none), are left out: ``missing_values``, ``bad_errors``. Of points that agree in all, one is
    kept: ``duplicate_points``. A redshift that is not above 0 is none.

    Parameters
    ----------
    id, time, band, flux, error, redshift
        As in `Photometry`, fluxes at their own zero point.
    zero_point : ndarray, (P,), or float
        Magnitude of a flux of one.
    where : str
        What messages call the file.

    Raises
    ------
    UsageError
        If times are no days.
    """
    finite = np.isfinite(time) & np.isfinite(flux) & np.isfinite(zero_point)
    sound = np.isfinite(error) & (error > 0)
    kept = finite & sound
    if kept.any() and np.abs(time[kept]).max() > LATEST_DAY:
        raise UsageError(
            f"{where}: times up to {np.abs(time[kept]).max():.4g} are no days; convert seconds to "
            "days"
        )
    factor = np.broadcast_to(10 ** (-0.4 * (np.asarray(zero_point) - ZERO_POINT)), flux.shape)
    columns = [time, flux * factor, error * factor]
    order = np.lexsort((columns[1], band, time))
    order = order[kept[order]]
    ascending = bool((np.diff(time[kept]) >= 0).all())
    rows = np.stack([column[order] for column in columns])
    again = np.zeros(len(order), bool)
    again[1:] = (rows[:, 1:] == rows[:, :-1]).all(axis=0) & (band[order][1:] == band[order][:-1])
    order = order[~again]
    said = {
        "missing_values": not finite.all(),
        "bad_errors": not sound[finite].all(),
        "unsorted_times": not ascending,
        "duplicate_points": bool(again.any()),
        "mixed_zero_points": bool(np.ptp(zero_point) > 0) if np.size(zero_point) else False,
    }
    z, spread = redshift
    z = z if np.isfinite(z) and z > 0 else 0.0
    return Photometry(
        id,
        time[order],
        band[order],
        columns[1][order],
        columns[2][order],
        z,
        spread if z and np.isfinite(spread) and spread > 0 else 0.0,
        tuple(word for word, holds in said.items() if holds),
    )


def band_letters(names: Array) -> Array:
    """Return the last letter of each name: LSST-g and DES-g/x are g."""
    unique, place = np.unique(np.char.strip(names.astype(str)), return_inverse=True)
    letters = np.array([one.partition("/")[0][-1:] for one in unique], "U1")
    return letters[place]
