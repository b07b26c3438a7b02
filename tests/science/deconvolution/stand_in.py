"""Images of a field with their point-spread functions, as files hold them."""

import numpy as np
from astropy.io import fits

from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import star_stamps

SIDE = (90, 130)
STARS = ((40, 35), (95, 60))
"""Columns and rows."""

COORDINATES = {
    "CTYPE1": "RA---TAN",
    "CTYPE2": "DEC--TAN",
    "CRVAL1": 150.0,
    "CRVAL2": 2.2,
    "CRPIX1": 65.0,
    "CRPIX2": 45.0,
    "CDELT1": -5e-5,
    "CDELT2": 5e-5,
}


def point_spread(fwhm=4.0):
    return moffat_images(fwhm, 3.5, 31)[0]


def field(seed=0, sky=100.0, noise=2.0, flux=4000.0, fwhm=4.0):
    """Return a sky with two stars, in counts."""
    image = np.zeros(SIDE)
    for x, y in STARS:
        stamp = star_stamps(np.zeros(1), np.zeros(1), np.array([flux]), point_spread(fwhm), 41)[0]
        image[y - 20 : y + 21, x - 20 : x + 21] += stamp
    return image + sky + noise * np.random.default_rng(seed).standard_normal(SIDE)


def write(path, image, spread=None, mask=None, **header):
    hdus = [fits.PrimaryHDU(image.astype(np.float32), fits.Header({**COORDINATES, **header}))]
    spread = point_spread() if spread is None else spread
    if spread.size:
        hdus.append(fits.ImageHDU(spread.astype(np.float32), name="PSF"))
    if mask is not None:
        hdus.append(fits.ImageHDU(mask.astype(np.uint8), name="MASK"))
    fits.HDUList(hdus).writeto(path)
    return path
