"""FITS images by photometric band: one plane of one extension of one file each.

Survey cutouts come as one file per band, as one extension per band, or as a cube. Which band a
plane is of is read from keywords, else from the names of extensions and files.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyWarning
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import open_fits

LETTERS = "ugrizy"
NAMED = {"VIS": "VIS", "F814W": "F814W", "F606W": "F606W", "F555W": "F555W", "F475W": "F475W"}
KEYWORDS = ("BAND", "FILTER", "FILTER1", "FILTER2", "EXTNAME")
NOT_THE_SKY = re.compile(r"(?i)noise|err|var|wht|weight|mask|msk|psf|seg|flag|dq|ctx|rms|model")


@dataclass(frozen=True)
class BandImage:
    """Where the pixels of one band are.

    Parameters
    ----------
    path : Path
        The file.
    hdu : int
        Number of the extension, from 0.
    plane : int or None
        Plane of a cube, from 0; None for an image.
    band : str or None
        Name of the band, None where nothing tells.
    shape : tuple of int
        (y, x) pixels.
    wcs : astropy.wcs.WCS or None
        Celestial coordinates, None where there are none.
    """

    path: Path
    hdu: int
    plane: int | None
    band: str | None
    shape: tuple[int, int]
    wcs: WCS | None

    @property
    def pixel_scale_arcsec(self) -> float | None:
        """Width of a pixel ["], the geometric mean of both sides; None without coordinates."""
        if self.wcs is None:
            return None
        return float(np.sqrt(np.prod(proj_plane_pixel_scales(self.wcs))) * 3600)


def band_in(text: str) -> str | None:
    """Return the band that a word of a text names, None if none or several do.

    Words are what stands between characters other than letters and digits: ``SDSS_G`` and
    ``cutout-g-12`` are of band g, ``EUC_VIS`` of VIS. u, g, r, i, z, y are written in lower case.
    """
    words = re.split(r"[^A-Za-z0-9]+", text)
    found = {_band_of_word(word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


def find_band_images(
    path: str | Path, hdu: int | str | None = None, bands: Sequence[str] | None = None
) -> list[BandImage]:
    """Return the images that a FITS file holds, without reading their pixels.

    Extensions whose names say that they are something else (noise, weights, masks, point-spread
    functions …) are left out.

    Parameters
    ----------
    path : str or Path
        The file.
    hdu : int or str, optional
        Number or name of the only extension to take.
    bands : sequence of str, optional
        Names of the bands of a cube's planes or of the extensions, in their order, where the file
        does not tell.

    Returns
    -------
    list of BandImage

    Raises
    ------
    UsageError
        If it cannot be read, the extension does not exist or holds no image, or bands are not as
        many as planes.
    """
    path = Path(path)
    with _open(path) as opened:
        number = _number_of(opened, hdu, path)
        images = [
            image
            for index, one in enumerate(opened)
            if (number is None or index == number)
            and (number is not None or not NOT_THE_SKY.search(one.name))
            for image in _planes(path, index, one)
        ]
        if not images:
            held = ", ".join(f"{k} {one.name or '(no name)'}" for k, one in enumerate(opened))
            what = "no image" if hdu is None else f"no image in extension {hdu!r}"
            raise UsageError(
                f"{path} holds {what} of two axes or bands × two axes; it has: {held}; "
                "choose one by the option hdu"
            )
    if bands is None:
        return images
    if len(bands) != len(images):
        raise UsageError(
            f"{len(bands)} bands are named, {', '.join(bands)}, but {path} holds {len(images)} "
            "images; name one band for each"
        )
    return [replace(one, band=name) for one, name in zip(images, bands, strict=True)]


def read_window(image: BandImage, rows: slice, columns: slice) -> np.ndarray:
    """Return the pixels (rows, columns) of a band, float64; NaN where the image has none.

    Parameters
    ----------
    image : BandImage
        From `find_band_images`.
    rows, columns : slice
        With start and stop, which may reach beyond the image.
    """
    window = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
    (y, y_to), (x, x_to) = (
        _inside(wanted, length) for wanted, length in zip((rows, columns), image.shape, strict=True)
    )
    if y.start >= y.stop or x.start >= x.stop:
        return window
    with _open(image.path) as opened:
        section = opened[image.hdu].section
        pixels = section[y, x] if image.plane is None else section[image.plane, y, x]
    window[y_to, x_to] = np.asarray(pixels, np.float64)
    return window


def _inside(wanted: slice, length: int) -> tuple[slice, slice]:
    kept = slice(max(wanted.start, 0), min(wanted.stop, length))
    return kept, slice(kept.start - wanted.start, kept.stop - wanted.start)


def _band_of_word(word: str) -> str | None:
    if word.upper() in NAMED:
        return NAMED[word.upper()]
    return word.lower() if len(word) == 1 and word.lower() in LETTERS else None


def _number_of(opened: fits.HDUList, hdu: int | str | None, path: Path) -> int | None:
    if hdu is None:
        return None
    try:
        number = opened.index_of(hdu)
    except KeyError:
        number = len(opened)
    if not 0 <= number < len(opened):
        names = ", ".join(f"{k} {one.name or '(no name)'}" for k, one in enumerate(opened))
        raise UsageError(f"{path} has no extension {hdu!r}; it has: {names}")
    return number


def _planes(path: Path, index: int, hdu: Any) -> Iterator[BandImage]:
    """Yield the images of an extension: one, or the planes of a cube."""
    shape: tuple[int, ...] = getattr(hdu, "shape", ())
    if not getattr(hdu, "is_image", False) or len(shape) not in (2, 3) or 0 in shape:
        return
    header = hdu.header
    wcs = _celestial(header)
    size = (int(shape[-2]), int(shape[-1]))
    if len(shape) == 2:
        yield BandImage(path, index, None, _band_of_header(header, path), size, wcs)
        return
    named = str(header.get("BANDS", header.get("FILTERS", "")))
    listed = [name for name in re.split(r"[\s,;]+", named) if name]
    listed = list(named) if len(listed) == 1 and len(named) == shape[0] else listed
    for plane in range(shape[0]):
        numbered = str(header.get(f"BAND{plane + 1}", header.get(f"FILTER{plane + 1}", "")))
        text = listed[plane] if len(listed) == shape[0] else numbered
        yield BandImage(path, index, plane, band_in(text), size, wcs)


def _band_of_header(header: fits.Header, path: Path) -> str | None:
    """Return the band by keyword, else by the name of the file, else by that of its folder."""
    texts = [str(header.get(keyword, "")) for keyword in KEYWORDS]
    texts += [path.name.split(".fit")[0], path.parent.name]
    return next((band for band in map(band_in, texts) if band is not None), None)


def _celestial(header: fits.Header) -> WCS | None:
    """Return celestial coordinates, None where a header has none that make sense."""
    if not any(str(header.get(f"CTYPE{axis}", "")).strip() for axis in (1, 2)):
        return None
    cleaned = header.copy()
    if "CD1_1" in cleaned:
        # Both forms in one header contradict the standard; the CD matrix is the later one.
        for keyword in ("CDELT1", "CDELT2", "CROTA1", "CROTA2"):
            cleaned.remove(keyword, ignore_missing=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            wcs = WCS(cleaned, naxis=2)
            usable = wcs.has_celestial and np.all(np.isfinite(proj_plane_pixel_scales(wcs)))
    except Exception:
        # wcslib has its own hierarchy of errors, all of which mean that there are no coordinates.
        return None
    return wcs.celestial if usable else None


@contextmanager
def _open(path: Path) -> Iterator[fits.HDUList]:
    with warnings.catch_warnings(), open_fits(path) as opened:
        warnings.simplefilter("ignore", AstropyWarning)
        yield opened
