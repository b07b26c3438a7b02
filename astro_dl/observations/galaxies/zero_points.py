"""What one unit of an image is worth: zero points, by keywords or by units."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy import units as u

from astro_dl.core.reading.fits_images import open_images
from astro_dl.observations.images.band_images import BandImage, Opener

ZERO_POINTS = ("MAGZERO", "MAGZPT", "MAGZP", "PHOTZP", "ZEROPNT", "ZP")
AB_JANSKY = 3631.0
"""Flux of magnitude 0."""

PLURALS = ("maggies", "maggy")


def zero_point_of(header: Mapping[str, Any]) -> float:
    """Return the AB magnitude of one unit of an image, NaN where its header doesn't tell.

    By one of the keywords ``MAGZERO``, ``MAGZPT``, ``MAGZP``, ``PHOTZP``, ``ZEROPNT`` and ``ZP``,
    or else by a ``BUNIT`` of janskys or maggies, with any prefix.
    """
    told = (_number(header.get(name)) for name in ZERO_POINTS)
    by_unit = _of_unit(str(header.get("BUNIT", "")))
    return next((one for one in told if np.isfinite(one)), by_unit)


def zero_point_of_image(image: BandImage, opener: Opener = open_images) -> float:
    """Return that of an image of a file, by its own header or else by the first of the file."""
    with opener(image.path) as opened:
        own = zero_point_of(opened[image.hdu].header)
        return own if np.isfinite(own) else zero_point_of(opened[0].header)


def _number(value: Any) -> float:
    """Return a keyword's value, which some headers give as text; NaN for what is no number."""
    try:
        return np.nan if value is None or isinstance(value, bool) else float(value)
    except ValueError:
        return np.nan


def _of_unit(text: str) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", u.UnitsWarning)
        unit = u.Unit(text.strip().replace(*PLURALS), parse_strict="silent")
    if isinstance(unit, u.UnrecognizedUnit):
        return np.nan
    for known, of_zero in ((u.Unit("mgy"), 1.0), (u.Jy, AB_JANSKY)):
        if unit.is_equivalent(known):
            return float(-2.5 * np.log10(unit.to(known) / of_zero))
    return np.nan
