"""Images of a field with sources that overlap, as files hold them."""

import numpy as np
from astropy.table import Table

from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import star_stamps
from tests.science.deconvolution.stand_in import write as write_field

SIDE = (90, 130)
FWHM, NOISE, SKY = 3.5, 2.0, 100.0
PLACES = np.array([[40.3, 35.2], [45.9, 37.8], [95.0, 60.0]])
"""x and y: two that overlap, and one that is alone."""

FLUXES = np.array([6000.0, 3000.0, 4000.0])


def point_spread(fwhm=FWHM):
    return moffat_images(fwhm, 3.5, 31)[0]


def stars(places=PLACES, fluxes=FLUXES, side=SIDE, fwhm=FWHM):
    """Return the light (n, H, W) of stars without noise."""
    size = 2 * max(side)
    first = [(size - one) // 2 for one in side]
    middle = np.array([first[1], first[0]]) - (size - 1) / 2
    x, y = (places + middle).T
    stamps = star_stamps(x, y, np.asarray(fluxes), point_spread(fwhm), size)
    return stamps[:, first[0] : first[0] + side[0], first[1] : first[1] + side[1]]


def field(seed=0, noise=NOISE, **options):
    image = stars(**options).sum(axis=0)
    return image + SKY + noise * np.random.default_rng(seed).standard_normal(image.shape)


def write(path, image, spread=None, mask=None, **header):
    return write_field(path, image, point_spread() if spread is None else spread, mask, **header)


def catalogue(path, places=PLACES, **columns):
    Table({"x": places[:, 0], "y": places[:, 1], **columns}).write(path)
    return str(path)
