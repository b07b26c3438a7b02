"""Where in the sky rows are, as HATS catalogues and LSDB have it."""

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.extras import import_extra

ORDER = 29
HEALPIX = f"_healpix_{ORDER}"
NOWHERE = -1
"""The pixel of rows without a position."""


def with_healpix(table: QTable) -> QTable:
    """Return a table with positions with the pixel of each row first; others as they are.

    Parameters
    ----------
    table : astropy.table.QTable
        With ``ra`` and ``dec`` [deg], if there are positions.

    Returns
    -------
    astropy.table.QTable
        Its ``_healpix_29``, int64, is the number of the pixel of order 29 in nested order (Górski
        et al. 2005, ApJ 622, 759), -1 where a position is not finite.
    """
    if not {"ra", "dec"} <= set(table.colnames):
        return table
    healpix = import_extra("astropy_healpix", "cluster")
    ra, dec = (u.Quantity(table[name], u.deg) for name in ("ra", "dec"))
    known = np.isfinite(ra) & np.isfinite(dec)
    pixels = np.full(len(table), NOWHERE, np.int64)
    pixels[known] = healpix.lonlat_to_healpix(ra[known], dec[known], 2**ORDER, order="nested")
    found = table.copy(copy_data=False)
    found.add_column(pixels, 0, HEALPIX)
    return found
