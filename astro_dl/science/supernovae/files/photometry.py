"""The photometry of one object as files hold it, brought to one zero point and cleaned."""

import re
from dataclasses import dataclass

import numpy as np

from astro_dl.observations.irregular_series.series import IrregularSeries, series_from
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT

Array = np.ndarray

NUMBERED_BANDS = dict(zip("012345", "ugrizy", strict=True))
"""As PLAsTiCC numbers the bands of LSST."""

SURVEYS = "atlas|decam|des|hsc|lsst|megacam|p|ps1|sdss|skymapper|sm|ztf|z"
SPELLINGS = (
    re.compile(rf"(?:.*[\s_:.-]|(?i:{SURVEYS}))?([ugrizyY])['′]?(?:/.*)?"),
    re.compile(rf"([ugrizyY])['′]?[\s_:.-]+(?i:band|filter|{SURVEYS})\b.*"),
)
"""A letter alone, after the name of a survey, or beside the word band. Other words end with such a
letter, too: clear, Kepler; and bands of Swift with a number, as UVW2."""

HIGHEST_REDSHIFT = 20.0
"""Before there were stars: larger ones, as 99, are written where none is known."""


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
        series, band = self.series, self._numbers(bands)
        owner = np.full(len(band), number)
        points = Points(owner, series.time, band, series.value, series.error)
        return points[(band >= 0) & series.detected & np.isfinite(series.error)]

    def in_other_bands(self, bands: tuple[str, ...]) -> bool:
        """Return whether it was measured in bands that are none of these, or not known."""
        return bool((self._numbers(bands) < 0)[self.series.detected].any())

    def _numbers(self, bands: tuple[str, ...]) -> Array:
        """Return the place of the band of each point (P,) among these, -1 for others."""
        letters = [band_letter(name) for name in self.series.bands]
        places = [bands.index(one) if one in bands else -1 for one in letters]
        return np.array(places, np.intp)[self.series.band]


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
    """Return a redshift and its error; zeros for numbers that are none, as -9 and 99."""
    redshift = redshift if 0 < redshift < HIGHEST_REDSHIFT else 0.0
    return redshift, error if redshift and 0 < error < HIGHEST_REDSHIFT else 0.0


def band_letter(name: str) -> str:
    """Return which of the bands ugrizy a name means: g, g', LSST-g and DES-g/x are g.

    0 to 5 are u to y. Empty where it does not tell, as for ``clear`` or ``UVW2``.
    """
    name = name.strip()
    found = next((m[1] for one in SPELLINGS if (m := one.fullmatch(name))), "")
    return NUMBERED_BANDS.get(name, found.lower())
