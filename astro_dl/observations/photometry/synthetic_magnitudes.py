"""Magnitudes of spectra through the bands of surveys.

The filter curves are those of the package speclite: Doi et al. (2010) for SDSS, Abbott et al.
(2018) for DES, the throughputs 1.9 of the Rubin Observatory for LSST; all with the atmosphere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from astro_dl.core.errors import UsageError, look_up
from astro_dl.observations.photometry.galaxy_templates import (
    LOG_WAVELENGTH,
    binned,
    observed_spectra,
)
from astro_dl.observations.photometry.surveys import SURVEYS

Array = np.ndarray
ROWS_AT_ONCE = 512
SMALLEST_THROUGHPUT = 1e-7


@dataclass(frozen=True)
class PhotometricSurvey:
    """How well a survey measures brightness.

    Parameters
    ----------
    name : str
        For people.
    filters : str
        What speclite calls its set of filters.
    depths : dict of float
        By band, blue to red: magnitude [AB] of a point source measured at five standard deviations.
    gammas : dict of float
        By band, the parameter γ of
        `astro_dl.observations.photometry.magnitude_errors.noise_to_signal`.
    floor : float
        Standard deviation of the calibration [mag].
    reference : str
        Where the numbers are from.
    """

    name: str
    filters: str
    depths: dict[str, float]
    gammas: dict[str, float]
    floor: float
    reference: str

    def choose(self, bands: Sequence[str]) -> tuple[str, ...]:
        """Return these bands, or all of them if none is named.

        Raises
        ------
        UsageError
            If one is unknown or named twice, or only one is named.
        """
        for band in bands:
            look_up(f"band of {self.name}", band, self.depths)
        if len(set(bands)) != len(bands) or len(bands) == 1:
            raise UsageError(f"bands are {tuple(bands)}; two or more different ones are needed")
        return tuple(bands) or tuple(self.depths)


def coadd_depths(survey: str, bands: str) -> dict[str, float]:
    """Return depths by band, as `PhotometricSurvey` has them, of an imaging survey."""
    return {band: SURVEYS[survey].bands[band].five_sigma_depth for band in bands}


PHOTOMETRIC_SURVEYS = {
    "sdss": PhotometricSurvey(
        "SDSS",
        "sdss2010",
        {"u": 22.15, "g": 23.13, "r": 22.70, "i": 22.20, "z": 20.71},
        dict.fromkeys("ugriz", 0.038),
        0.02,
        "York et al. (2000), AJ 120, 1579; Abazajian et al. (2009), ApJS 182, 543 (DR7)",
    ),
    "des": PhotometricSurvey(
        "DES",
        "decamDR1",
        coadd_depths("des", "griz"),
        dict.fromkeys("griz", 0.039),
        0.01,
        SURVEYS["des"].reference,
    ),
    "lsst": PhotometricSurvey(
        "LSST, ten years",
        "lsst2023",
        coadd_depths("lsst", "ugrizy"),
        {"u": 0.038} | dict.fromkeys("grizy", 0.039),
        0.005,
        SURVEYS["lsst"].reference,
    ),
}
"""Surveys by name."""


def galaxy_magnitudes(
    survey: str,
    bands: Sequence[str],
    spectral_type: Array,
    redshift: Array,
    reddening: Array,
) -> Array:
    """Return AB magnitudes of galaxies, up to one constant for each.

    Parameters
    ----------
    survey : str
        Of `PHOTOMETRIC_SURVEYS`.
    bands : sequence of str
        Of this survey.
    spectral_type, redshift, reddening : ndarray, (n,)
        As in `astro_dl.observations.photometry.galaxy_templates.observed_spectra`.

    Returns
    -------
    ndarray of float64, (n, bands)
        Infinite where no light is left, as bluewards of the Lyman limit.
    """
    observed, weights = band_weights(survey, tuple(bands))
    parts = [
        observed_spectra(spectral_type[rows], redshift[rows], reddening[rows], observed) @ weights
        for rows in (slice(i, i + ROWS_AT_ONCE) for i in range(0, len(redshift), ROWS_AT_ONCE))
    ]
    return _magnitudes(np.concatenate(parts) if parts else np.empty((0, len(bands))))


def band_magnitudes(survey: str, bands: Sequence[str], wavelength: Array, flux: Array) -> Array:
    """Return the AB magnitudes of given spectra, up to one constant.

    Parameters
    ----------
    survey, bands
        As in `galaxy_magnitudes`.
    wavelength : ndarray, (m,)
        Rising [Å]; beyond them there is no light.
    flux : ndarray, (n, m)
        Flux densities per wavelength.

    Returns
    -------
    ndarray of float64, (n, bands)
    """
    observed, weights = band_weights(survey, tuple(bands))
    grid = np.exp(LOG_WAVELENGTH[observed])
    sampled = np.stack([np.interp(grid, wavelength, one, 0, 0) for one in np.atleast_2d(flux)])
    return _magnitudes(sampled @ weights)


@cache
def band_weights(survey: str, bands: tuple[str, ...]) -> tuple[slice, Array]:
    """Return which wavelengths of the templates' grid are seen, and their weights (m, bands).

    The weighted sum of a spectrum is its flux in a band. A detector counts photons, and a source of
    constant flux per frequency has the same magnitude in all bands: Fukugita et al. (1996), AJ 111,
    1748, eq. 7.
    """
    curves = np.stack([_throughput(survey, band) for band in bands], axis=1)
    used = np.flatnonzero(curves.any(axis=1))
    observed = slice(int(used[0]), int(used[-1]) + 1)
    # Integrals over wavelength are sums over the even grid of its logarithm, times wavelength.
    wavelength = np.exp(LOG_WAVELENGTH[observed])[:, None] / 5500
    weights = curves[observed] * wavelength**2 / curves[observed].sum(axis=0)
    return observed, weights.astype(np.float32)


@cache
def _throughput(survey: str, band: str) -> Array:
    """Return the share of photons that are detected, relative to the largest one."""
    # Only what simulates galaxies pays for this import.
    from speclite.filters import load_filter

    response = load_filter(f"{look_up('survey', survey, PHOTOMETRIC_SURVEYS).filters}-{band}")
    curve = binned(response.wavelength, response.response)
    return np.where(curve > SMALLEST_THROUGHPUT * curve.max(), curve / curve.max(), 0)


def _magnitudes(flux: Array) -> Array:
    with np.errstate(divide="ignore"):
        return -2.5 * np.log10(flux.astype(np.float64))
