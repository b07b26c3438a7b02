"""Groups of objects that are neighbours on the sky, and of one field therefore."""

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from astro_dl.core.errors import UsageError


def sky_groups(ra: np.ndarray, dec: np.ndarray, radius_arcsec: float) -> np.ndarray:
    """Return the number of the group (n,) of each position; friends of friends are friends.

    Parameters
    ----------
    ra, dec : ndarray, (n,)
        Position [deg].
    radius_arcsec : float
        Distance ["] up to which two are friends.

    Raises
    ------
    UsageError
        If a position is none.
    """
    bad = ~(np.isfinite(ra) & (np.abs(dec) <= 90))
    if bad.any():
        row = int(np.argmax(bad))
        raise UsageError(f"group: row {row} lies at ra {ra[row]:g}, dec {dec[row]:g}: no position")
    sky = SkyCoord(ra * u.deg, dec * u.deg)
    one, other, _, _ = sky.search_around_sky(sky, radius_arcsec * u.arcsec)
    friends = coo_matrix((np.ones(len(one), bool), (one, other)), shape=(len(ra), len(ra)))
    return connected_components(friends, directed=False)[1]
