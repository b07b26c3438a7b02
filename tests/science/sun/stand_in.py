"""A network of known answers for active regions, and files as the SHARP series has them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.inference.predictions import Answers
from astro_dl.inference.table import prediction_table
from astro_dl.science.sun.ar_morphology import head, input_spec
from astro_dl.science.sun.physics import ActiveRegionPhysics

RECORD = "hmi.sharp_cea_720s.377.20110215_020000_TAI"


@dataclass(frozen=True)
class StandIn:
    """A predictor that answers β for everything."""

    physics: Any = field(default_factory=ActiveRegionPhysics)
    model: Any = None

    @property
    def head(self):
        return head(self.physics)

    @property
    def input_spec(self):
        return input_spec(self.physics)

    def predict(self, x, ids, batch_size=None):
        assert x.dtype == np.float32
        assert x.shape[1:] == self.input_spec.shape
        probabilities = np.tile([0.1, 0.6, 0.2, 0.1], (len(x), 1))
        return prediction_table(self.head, ids, Answers(np.log(probabilities), probabilities))


@dataclass(frozen=True)
class Map:
    """What sunpy's maps look like to those who only use their data and keywords."""

    data: np.ndarray
    meta: dict


def keywords(**changes):
    """Return the keywords of a SHARP map 10 deg west and 15 deg north; None leaves one out."""
    cards = {
        "CTYPE1": "CRLN-CEA",
        "CTYPE2": "CRLT-CEA",
        "CRVAL1": 130.0,
        "CRVAL2": 15.0,
        "CDELT1": 0.03,
        "CDELT2": 0.03,
        "CRLN_OBS": 120.0,
        "CRLT_OBS": 5.0,
        "BUNIT": "Mx/cm^2",
        "T_REC": "2011.02.15_02:00:00_TAI",
        "NOAA_AR": 11158,
        "QUALITY": 0,
    }
    return {key: value for key, value in (cards | changes).items() if value is not None}


def write_map(folder, word, data, record=RECORD, kind=fits.ImageHDU, **changes):
    """Write a map as ``record.word.fits`` and return its path."""
    changes = {"BUNIT": "DN/s" if word == "continuum" else "Mx/cm^2"} | changes
    hdu = kind(np.asarray(data, np.float32))
    hdu.header.update(keywords(**changes))
    path = folder / f"{record}.{word}.fits"
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return path


def bipole(rows=300, columns=400, strength=1500.0):
    """Return continuum [DN/s] and field [G] of two spots, 0.03 deg a pixel."""
    y, x = np.mgrid[:rows, :columns].astype(float)
    continuum, field = np.full((rows, columns), 6e4), np.zeros((rows, columns))
    for sign, column in ((1, 0.4), (-1, 0.6)):
        shape = np.exp(-0.5 * ((x - column * columns) ** 2 + (y - rows / 2) ** 2) / 15**2)
        continuum *= 1 - 0.8 * shape
        field += sign * strength * shape
    return continuum, field
