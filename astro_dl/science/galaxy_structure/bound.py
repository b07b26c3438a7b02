"""The least error that any unbiased estimate of the structure of galaxies can have."""

import numpy as np
from astropy.table import Table

from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import stamp_derivatives
from astro_dl.observations.images.pixels import blocks
from astro_dl.observations.images.sersic import SersicLight

Array = np.ndarray
MAGNITUDES = 2.5 / np.log(10)
"""By which the logarithm of a flux is divided in magnitudes."""

ASKED = 5
"""Of the parameters of stamps the first ones are targets: flux, radius, index and ellipticity."""

AT_ONCE = 128


def cramer_rao(
    light: SersicLight, flux: Array, point_spread: Array, size: int, sky_error: float
) -> Array:
    """Return the Cramér–Rao bounds of the targets (n, 5), in the order of ``TARGETS``.

    The pixels have independent Gaussian noise of unit variance. Centre and sky are not known
    either, the latter but for a Gaussian of the given deviation.

    Parameters
    ----------
    light, flux, point_spread, size
        As of `astro_dl.observations.galaxies.stamps.galaxy_stamps`.
    sky_error : float
        Standard deviation of the sky [σ]; 0 where it is known.
    """
    bounds = np.empty((len(flux), ASKED))
    for part in blocks(len(flux), AT_ONCE):
        spread = point_spread[part] if point_spread.ndim > 2 else point_spread
        _, slopes = stamp_derivatives(light.take(part), flux[part], spread, size)
        bounds[part] = np.sqrt(np.einsum("nii->ni", covariance(slopes, sky_error)))[:, :ASKED]
    return bounds * [MAGNITUDES, 1, 1, 1, 1]


def covariance(derivatives: Array, sky_error: float) -> Array:
    """Return the inverse Fisher matrices of stamps whose sky is not known, either.

    Parameters
    ----------
    derivatives : ndarray, (n, 7, size, size)
        By `astro_dl.observations.galaxies.stamps.PARAMETERS`.
    sky_error : float
        As of `cramer_rao`.

    Returns
    -------
    ndarray, (n, 7, 7)
    """
    slopes = derivatives.reshape(*derivatives.shape[:2], -1)
    fisher = np.einsum("nip,njp->nij", slopes, slopes)
    if sky_error > 0:
        to_sky = slopes.sum(axis=2)
        known = slopes.shape[2] + sky_error**-2
        fisher -= to_sky[:, :, None] * to_sky[:, None] / known
    return np.linalg.inv(fisher)


def bounds_of(info: Table) -> Array:
    """Return the bounds (n, 5) of simulated galaxies by what `simulate` told of them."""
    column = {name: np.asarray(info[name], float) for name in info.colnames}
    light = SersicLight(
        *(column[name] for name in ("radius", "sersic_index", "e1", "e2", "x", "y"))
    )
    spread = moffat_images(
        column["seeing_fwhm"],
        column["moffat_beta"],
        int(info["point_spread_pixels"][0]),
        column["point_spread_e1"],
        column["point_spread_e2"],
    )
    flux = 10 ** (-0.4 * column["magnitude"])
    return cramer_rao(light, flux, spread, int(info["stamp_pixels"][0]), column["sky_error"][0])
