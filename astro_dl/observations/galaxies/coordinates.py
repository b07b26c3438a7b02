"""Pixels and the sky: right ascensions and declinations are of the ICRS, whatever a file counts."""

import warnings
from typing import Any

import numpy as np
from astropy.coordinates import FK5, ICRS, BaseCoordinateFrame, Galactic, SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

Array = np.ndarray
SAME_PIXEL = 0.5
"""By which a position may be off that is taken to pixels and back."""


def celestial(header: fits.Header) -> WCS | None:
    """Return the celestial coordinates of an image, None if there are none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # wcslib has its own hierarchy of errors, all of which mean that there are no coordinates
        try:
            wcs = WCS(header, naxis=2)
        except Exception:
            return None
    return wcs.celestial if wcs.has_celestial else None


def sky_of_pixels(wcs: WCS, x: Any, y: Any) -> tuple[Array, Array]:
    """Return right ascension and declination [deg, ICRS] of pixels that count from 0.

    Equatorial coordinates of J2000 are those of the ICRS to 0.03″ and stay as they are; galactic
    ones and those of other equinoxes are turned. NaN in systems without right ascensions, such as
    those of the ecliptic or the Sun.
    """
    world = wcs.pixel_to_world_values(x, y)
    return _turned(_frame(wcs), ICRS(), world[wcs.wcs.lng], world[wcs.wcs.lat])


def pixels_of_sky(wcs: WCS, ra: Any, dec: Any) -> tuple[Array, Array]:
    """Return x and y, from 0, of right ascensions and declinations [deg, ICRS].

    NaN where a projection does not reach, and where the inverse of distortions does not converge.
    """
    both = _turned(ICRS(), _frame(wcs), ra, dec)
    world = both if wcs.wcs.lng < wcs.wcs.lat else both[::-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x, y = (np.asarray(one) for one in wcs.world_to_pixel_values(*world))
        if not wcs.has_distortion:
            return x, y
        again = wcs.wcs_world2pix(*wcs.pixel_to_world_values(x, y), 0)
        wanted = wcs.wcs_world2pix(*world, 0)
    off = np.hypot(*np.subtract(again, wanted))
    found = off < SAME_PIXEL
    return np.where(found, x, np.nan), np.where(found, y, np.nan)


def _frame(wcs: WCS) -> BaseCoordinateFrame | None:
    """Return the system of the coordinates; None of those that have no right ascension."""
    kind = wcs.wcs.ctype[wcs.wcs.lng]
    if kind.startswith("GLON"):
        return Galactic()
    try:
        frame = wcs_to_celestial_frame(wcs) if kind.startswith("RA-") else None
    except ValueError:
        return None
    return ICRS() if isinstance(frame, FK5) and frame.equinox.jyear == 2000 else frame


def _turned(
    old: BaseCoordinateFrame | None, new: BaseCoordinateFrame | None, longitude: Any, latitude: Any
) -> tuple[Array, Array]:
    """Return angles [deg] in another system, NaN where one is None."""
    both = np.asarray(longitude, float), np.asarray(latitude, float)
    if old is None or new is None:
        return np.full_like(both[0], np.nan), np.full_like(both[1], np.nan)
    if type(old) is type(new) is ICRS:
        return both
    turned = SkyCoord(*both, unit="deg", frame=old).transform_to(new).spherical
    return turned.lon.deg, turned.lat.deg
