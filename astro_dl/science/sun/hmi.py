"""Maps of solar active regions: HMI SHARP files in heliographic coordinates, and sunpy maps.

SHARP maps (Bobra et al. 2014, Sol. Phys. 289, 3549) are remapped to heliographic pixels of equal
area, 0.03 deg wide, centred on the region.
"""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import is_number, keyword_number, open_fits
from astro_dl.observations.images.pixels import observed

OTHER_SEGMENT = re.compile(
    r"\.(B[pt]|B[rpt]_err|bitmap|Dopplergram|conf_disambig|disambig|field|inclination|azimuth)\.fits"
)
QUANTITIES = {"continuum": "continuum", "magnetogram": "line_of_sight", "Br": "radial"}
"""What the last word of a file's name before ``.fits`` says that the map is."""

UNITS = {"continuum": ("dn/s", "dn", "", "erg"), "field": ("g", "gauss", "mx/cm^2", "mx/cm2")}
NAME = re.compile(r"(?:^|[._-])(continuum|magnetogram|Br)\.fits(?:\.fz|\.gz)?$")
LIMB_DEG = 85.0
TURNED_DEG = 0.1
MOST_MISSING = 0.5
UNKNOWN_QUALITY = 1


@dataclass(frozen=True)
class SolarMap:
    """One quantity of one region.

    Parameters
    ----------
    data : ndarray
        (rows, columns) float32, rows from south to north, columns from east to west; NaN where
        missing. Fields in G, the continuum in any unit.
    quantity : {"continuum", "line_of_sight", "radial"}
        What it is.
    scale : float
        Pixel scale [deg].
    longitude, latitude : float
        Of the middle, longitude from the central meridian as seen from the observer [deg].
    observer_latitude : float
        Of the disc's centre [deg].
    region : str
        NOAA number, or HARP number, or nothing.
    time : str
        When it was taken.
    name : str
        For messages: the file, or the map.
    quality : int
        The instrument's quality word; 0 is good.
    """

    data: np.ndarray
    quantity: str
    scale: float
    longitude: float
    latitude: float
    observer_latitude: float
    region: str
    time: str
    name: str
    quality: int = 0


def read_sharp(path: str | Path) -> SolarMap:
    """Return the map of a SHARP file in cylindrical equal-area coordinates.

    Parameters
    ----------
    path : str or Path
        Named as the Joint Science Operations Center does, ``….continuum.fits``,
        ``….magnetogram.fits`` or ``….Br.fits``, plain or compressed.

    Raises
    ------
    UsageError
        If the file or its header cannot be used: unreadable, no image, another quantity, other
        coordinates, turned otherwise than upside down, no pixel scale, off the disc, or mostly
        missing.
    """
    path = Path(path)
    quantity = _named_quantity(path.name)
    if quantity is None:
        raise UsageError(
            f"{path.name}: the name does not say what the map is; accepted: "
            + ", ".join(f"….{word}.fits" for word in QUANTITIES)
        )
    with warnings.catch_warnings(), open_fits(path) as hdus:
        warnings.simplefilter("ignore", fits.verify.VerifyWarning)
        # Bare words such as nan stand in SHARP headers where numbers should.
        hdus.verify("silentfix")
        header, data = _first_image(hdus, path.name)
        return _solar_map(data, header, quantity, path.name)


def is_map(one: Any) -> bool:
    """Whether an object is one that `from_sunpy` takes."""
    return all(hasattr(one, name) for name in ("data", "meta"))


def from_sunpy(one: Any, quantity: str | None = None) -> SolarMap:
    """Return the map of a `sunpy.map.GenericMap`, or of anything with ``data`` and ``meta``.

    Parameters
    ----------
    one : object
        Its ``meta`` is a mapping with the FITS keywords of a SHARP map, in either case.
    quantity : {"continuum", "line_of_sight", "radial"}, optional
        What it is; default by its unit, a magnetogram being of the line of sight.

    Raises
    ------
    UsageError
        As `read_sharp`.
    """
    meta, data = getattr(one, "meta", None), np.asarray(getattr(one, "data", None))
    if not isinstance(meta, Mapping) or data.ndim != 2:
        raise UsageError(
            f"{type(one).__name__}: not a map; a file's path, or an object with a 2-D array `data` "
            "and FITS keywords `meta`, is needed"
        )
    header = {str(key).upper(): value for key, value in meta.items()}
    name = str(header.get("FILENAME") or f"map of {header.get('T_REC', 'unknown time')}")
    return _solar_map(data, header, quantity or _quantity_of_unit(header, name), name)


def find_partner(path: Path, word: str, given: Sequence[Path] = ()) -> Path | None:
    """Return the file of the same record that holds another quantity, None if there is none.

    Parameters
    ----------
    path : Path
        Of a quantity of `QUANTITIES`.
    word : str
        The wanted one.
    given : sequence of Path
        Looked through first, then the file's folder.
    """
    found = NAME.search(path.name)
    if found is None:
        return None
    start, end = found.span(1)
    wanted = path.name[:start] + word + path.name[end:]
    for one in given:
        if one.name == wanted:
            return one
    beside = path.with_name(wanted)
    return beside if beside.is_file() else None


def average_to(data: np.ndarray, scale: float, wanted: float) -> np.ndarray:
    """Return a map averaged over square pixels of another scale, each as far as it is known.

    Old pixels count by the area that they share with a new one, so that any ratio is exact for what
    a pixel holds; the new map has the same middle.

    Parameters
    ----------
    data : ndarray
        (rows, columns), NaN where missing.
    scale, wanted : float
        Of the old and the new pixels [deg]; the new ones may not be smaller.

    Returns
    -------
    ndarray of float32
        As many pixels as hold any old one, but one along an axis where one and a half would do; NaN
        where less than half of a pixel is known.

    Raises
    ------
    UsageError
        If the new pixels are smaller than the old ones.
    """
    if wanted < scale * (1 - 1e-6):
        raise UsageError(
            f"pixels of {scale:g} deg are coarser than the {wanted:g} deg that the network needs"
        )
    known = np.isfinite(data)
    total = np.where(known, data, 0.0).astype(np.float64)
    weight = known.astype(np.float64)
    for axis in (0, 1):
        overlap = _overlap(data.shape[axis], wanted / scale)
        total = np.moveaxis(np.tensordot(overlap, total, (1, axis)), 0, axis)
        weight = np.moveaxis(np.tensordot(overlap, weight, (1, axis)), 0, axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / weight
    return np.where(weight >= 0.5 * (wanted / scale) ** 2, mean, np.nan).astype(np.float32)


def _overlap(length: int, ratio: float) -> np.ndarray:
    """Return the share (new, old) of every old pixel in each new one along an axis."""
    # Two pixels on a map of little more than one would both be known by less than half.
    count = int(np.ceil(length / ratio - 1e-9)) if length >= 1.5 * ratio else 1
    edges = (np.arange(count + 1) - count / 2) * ratio + length / 2
    old = np.arange(length)
    right = np.minimum(edges[1:, None], old + 1)
    return np.clip(right - np.maximum(edges[:-1, None], old), 0, 1)


def is_other_segment(path: Path) -> bool:
    """Whether a file is, by its name, a part of a SHARP record that no network here looks at."""
    return OTHER_SEGMENT.search(path.name) is not None


def _named_quantity(name: str) -> str | None:
    found = NAME.search(name)
    return QUANTITIES[found[1]] if found else None


def _quantity_of_unit(header: Mapping[str, Any], name: str) -> str:
    named = _named_quantity(name)
    if named is not None:
        return named
    unit = str(header.get("BUNIT", "")).strip().lower()
    if unit in UNITS["field"]:
        return "line_of_sight"
    if unit in UNITS["continuum"]:
        return "continuum"
    raise UsageError(f"{name}: unit {unit!r}; accepted: G or Mx/cm^2 (field), DN/s (continuum)")


def _first_image(hdus: fits.HDUList, name: str) -> tuple[fits.Header, np.ndarray]:
    for hdu in hdus:
        if hdu.header.get("NAXIS", 0) and hdu.is_image:
            if np.ndim(hdu.data) != 2:
                raise UsageError(f"{name}: the image is {np.shape(hdu.data)}; two axes are needed")
            return hdu.header, np.array(hdu.data, np.float32)
    kinds = ", ".join(type(hdu).__name__ for hdu in hdus)
    raise UsageError(f"{name}: no image among its parts ({kinds}); one is needed")


def _solar_map(data: Any, header: Mapping[str, Any], quantity: str, name: str) -> SolarMap:
    kinds = [str(header.get(key, "")).strip() for key in ("CTYPE1", "CTYPE2")]
    if kinds != ["CRLN-CEA", "CRLT-CEA"]:
        raise UsageError(
            f"{name}: coordinates are {' and '.join(kinds) or 'not given'}; CRLN-CEA and CRLT-CEA "
            "are needed (series hmi.sharp_cea_720s)"
        )
    allowed = UNITS["continuum"] if quantity == "continuum" else UNITS["field"]
    unit = str(header.get("BUNIT", "")).strip()
    if unit and unit.lower() not in allowed:
        raise UsageError(f"{name}: unit {unit!r} is not that of a {quantity.replace('_', '-')} map")
    steps = [_number(header, key, name) for key in ("CDELT1", "CDELT2")]
    scales = list(map(abs, steps))
    if abs(scales[0] / max(scales[1], 1e-9) - 1) > 0.01 or not 0 < scales[0] < 1:
        raise UsageError(f"{name}: pixels of {scales[0]:g} by {scales[1]:g} deg, not square")
    longitude = _number(header, "CRVAL1", name) - _number(header, "CRLN_OBS", name)
    latitude, observer = _number(header, "CRVAL2", name), _number(header, "CRLT_OBS", name)
    longitude = (longitude + 180) % 360 - 180
    angle = heliocentric_angle(longitude, latitude, observer)
    upright = _upright(data, steps, keyword_number(header, "CROTA2", name, 0.0), name)
    # A field of zero is a quiet Sun, and so is what is missing of a field; light is never zero.
    values = np.array(observed(upright) if quantity == "continuum" else upright, np.float32)
    values[~np.isfinite(values)] = np.nan
    if angle > LIMB_DEG:
        raise UsageError(
            f"{name}: the region's middle is {angle:.0f} deg from the disc's centre, on or beyond "
            "the limb: nothing can be seen there"
        )
    missing = float(np.isnan(values).mean())
    if missing > MOST_MISSING:
        raise UsageError(f"{name}: {missing:.0%} of the pixels are missing; at most half may be")
    return SolarMap(
        values,
        quantity,
        scales[0],
        longitude,
        latitude,
        observer,
        _region(header),
        str(header.get("T_REC", header.get("DATE-OBS", ""))),
        name,
        _quality(header),
    )


def _upright(data: Any, steps: Sequence[float], turned: float, name: str) -> np.ndarray:
    """Return a map with the south at the bottom and the east on the left.

    Parameters
    ----------
    data : array_like, (rows, columns)
        As stored.
    steps : sequence of float
        From column to column and from row to row [deg], negative where they go east or south.
    turned : float
        By how much [deg].
    name : str
        For messages.
    """
    half, rest = divmod(turned, 180.0)
    if min(rest, 180.0 - rest) > TURNED_DEG:
        raise UsageError(f"{name}: turned by {turned:g} deg (CROTA2); accepted: 0 and 180")
    sign = (-1) ** int(half + (rest > 90))
    across, down = (1 if sign * step > 0 else -1 for step in steps)
    return np.asarray(data)[::down, ::across]


def heliocentric_angle(longitude: float, latitude: float, observer_latitude: float) -> float:
    """Return the angle [deg] at the Sun's centre between a position and the disc's centre."""
    lon, lat, tip = np.radians([longitude, latitude, observer_latitude])
    cosine = np.sin(lat) * np.sin(tip) + np.cos(lat) * np.cos(tip) * np.cos(lon)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _number(header: Mapping[str, Any], key: str, name: str) -> float:
    try:
        value = float(header[key])
    except (KeyError, TypeError, ValueError):
        value = np.nan
    if not np.isfinite(value):
        raise UsageError(f"{name}: keyword {key} is missing or no number; SHARP headers have it")
    return value


def _quality(header: Mapping[str, Any]) -> int:
    word = header.get("QUALITY", 0)
    return int(word) if is_number(word) else UNKNOWN_QUALITY


def _region(header: Mapping[str, Any]) -> str:
    for key, prefix in (("NOAA_AR", "NOAA "), ("HARPNUM", "HARP ")):
        try:
            number = int(header.get(key) or 0)
        except (TypeError, ValueError):
            continue
        if number > 0:
            return f"{prefix}{number}"
    return ""
