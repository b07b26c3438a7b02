"""What the columns of long tables are called, and which others look as if they were meant."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("id", "object_id", "objectid", "oid", "star", "star_id", "source_id", "name", "snid"),
        *("objid", "obj_id", "object", "object_name", "objname", "star_name", "starid", "sourceid"),
        *("target", "target_id", "targetid", "target_name", "tic", "ticid", "tic_id", "kic"),
        *("kepid", "epic", "designation", "asas_sn_id", "asassn_name", "event"),
    ),
    "time": ("time", "mjd", "hjd", "jd", "bjd", "t", "date", "obstime"),
    "magnitude": ("mag", "magnitude", "magpsf", "mag_psf", "psfmag", "vmag", "m"),
    "flux": ("flux", "fluxcal", "psflux", "psfflux", "forcediffimflux", "f"),
    "error": (
        *("error", "err", "mag_err", "magerr", "mag_error", "e_mag", "sigmapsf", "magerr_psf"),
        *("flux_err", "fluxerr", "flux_error", "fluxcalerr", "e_flux", "sigma", "psfluxerr"),
        *("e_magnitude", "magnitude_error", "mag_unc", "flux_unc", "uncertainty", "e_vmag"),
    ),
    "band": (
        *("band", "filter", "passband", "flt", "fid", "filtername", "filtercode"),
        *("phot_filter", "filter_name", "band_name", "bandname", "filt", "bandpass", "photband"),
    ),
    "zero_point": ("zero_point", "zeropoint", "zp", "magzp", "zpt"),
    "system": ("magsys", "mag_system", "zpsys", "system"),
    "limit": ("limit", "upper_limit", "upperlimit", "nondetection", "non_detection", "is_limit"),
}
"""What columns are called, in small letters."""

LOOKS_LIKE: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"obj|star(?!t)|source(?!_?(name|file|cat))|target|designation|ident"),
    "band": re.compile(r"filt|band(?!width)"),
}
"""Parts of names that say what a column may tell apart."""

TOLD_APART = {"id": "objects", "band": "bands"}


def refuse_lookalike(table: Table, name: str, where: str | Path) -> None:
    """Refuse a table of which a column may tell apart what would be taken for one.

    Parameters
    ----------
    table : astropy.table.Table
        Without a column that is surely of this name.
    name : str
        One of `LOOKS_LIKE`.
    where : str or Path
        What messages call the table.

    Raises
    ------
    UsageError
        If a column of texts or whole numbers, called so, has several values that come back.
    """
    for column in table.colnames:
        if LOOKS_LIKE[name].search(column.lower()) and _comes_back(table[column]):
            raise UsageError(
                f"{where}: does column {column!r} tell {TOLD_APART[name]} apart? Name it: "
                f"--columns {name}={column}; or remove it"
            )


def _comes_back(column: Any) -> bool:
    """Whether a column of texts or whole numbers has several values, of two rows each or more."""
    values = np.ma.asarray(np.ma.array(column))
    if values.dtype.kind not in "OSUiu" or values.ndim != 1:
        return False
    known = values.compressed().astype(str)
    different = len(np.unique(known))
    return 1 < different <= len(known) / 2
