"""The photometry of one object as files hold it, brought to one zero point and cleaned."""

from dataclasses import dataclass

import numpy as np

from astro_dl.observations.irregular_series.series import IrregularSeries, series_from
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT

Array = np.ndarray

NUMBERED_BANDS = dict(zip("012345", "ugrizy", strict=True))
"""As PLAsTiCC numbers the bands of LSST."""


@dataclass(frozen=True)
class Photometry:
    """Fluxes of one object at zero point 27.5.

    Parameters
    ----------
    series : IrregularSeries
        Fluxes and errors in time, as in the file [d].
    redshift, redshift_error : float
        Of the host, 0 where it is not known.
    flags : tuple of str
        What was found and mended.
    """

    series: IrregularSeries
    redshift: float = 0.0
    redshift_error: float = 0.0
    flags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What the object is called."""
        return self.series.id

    def points(self, number: int, bands: tuple[str, ...]) -> Points:
        """Return the points in these bands, as those of the object of this number."""
        series = self.series
        letters = [band_letter(name) for name in series.bands]
        places = [bands.index(one) if one in bands else -1 for one in letters]
        band = np.array(places, np.intp)[series.band]
        owner = np.full(len(band), number)
        points = Points(owner, series.time, band, series.value, series.error)
        return points[(band >= 0) & series.detected & np.isfinite(series.error)]


def cleaned(
    id: str,
    time: Array,
    band: Array,
    flux: Array,
    error: Array,
    zero_point: float,
    redshift: tuple[float, float] = (0.0, 0.0),
) -> Photometry:
    """Return the photometry of an object, cleaned as `series_from` does.

    Parameters
    ----------
    id : str
        What the object is called.
    time : ndarray, (P,)
        When [d], in any order.
    band : ndarray of str, (P,)
        Names of bands.
    flux, error : ndarray, (P,)
        Fluxes at their zero point; points whose error is not above zero, as −9, are left out.
    zero_point : float
        Magnitude of a flux of one.
    redshift : tuple of float
        Of the host, and its error.
    """
    names, place = np.unique(band, return_inverse=True)
    factor = 10 ** (-0.4 * (zero_point - ZERO_POINT))
    series = series_from(id, time, flux * factor, error * factor, place, names.tolist())
    return Photometry(series, *sound_redshift(*redshift), series.flags)


def sound_redshift(redshift: float, error: float) -> tuple[float, float]:
    """Return a redshift and its error; zeros for one that is not above 0, which is none."""
    redshift = redshift if np.isfinite(redshift) and redshift > 0 else 0.0
    return redshift, error if redshift and np.isfinite(error) and error > 0 else 0.0


def band_letter(name: str) -> str:
    """Return the last letter of the name of a band, LSST-g and DES-g/x are g; 0 to 5 are ugrizy."""
    letter = name.strip().partition("/")[0][-1:]
    return NUMBERED_BANDS.get(letter, letter)
