"""Light curves in the tables that makers other than the missions publish."""

import numpy as np
from astropy.io import fits

TABLES = {
    "eleanor": {
        "primary": {"TIC_ID": 77, "TMAG": 11.25},
        "columns": ("TIME", "CORR_FLUX", "RAW_FLUX", "QUALITY"),
    },
    "TGLC": {
        "primary": {"TICID": "77", "GAIADR3": 5551234, "TESSMAG": 11.25},
        "columns": ("time", "cal_aper_flux", "aperture_flux", "TESS_flags", "TGLC_flags"),
    },
    "K2SFF": {
        "primary": {"KEPLERID": 77, "OBJECT": "EPIC 77", "MISSION": "K2", "KEPMAG": 11.25},
        "columns": ("T", "FCOR", "FRAW", "MOVING"),
    },
}
"""Header cards and columns: times, the flux that is due, another one, and marks of quality."""


def write_maker(path, maker, time, flux, marks=None):
    """Write a light curve as a maker does; the second flux is of another star."""
    marks = np.zeros(len(time), np.int32) if marks is None else marks
    name, best, other, *quality = TABLES[maker]["columns"]
    columns = [
        fits.Column(name, "D", array=time),
        fits.Column(best, "E", array=flux),
        fits.Column(other, "E", array=np.linspace(5, 9, len(time))),
        *(fits.Column(one, "J", array=marks) for one in quality),
    ]
    primary = fits.PrimaryHDU()
    primary.header.update(TABLES[maker]["primary"])
    fits.HDUList([primary, fits.BinTableHDU.from_columns(columns)]).writeto(path)
    return path
