"""FITS images by photometric band: one plane of one extension of one file each.

Survey cutouts come as one file per band, as one extension per band, or as a cube. Which band a
plane is of is read from keywords, else from the names of extensions and files.
"""

import re
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from astropy.utils.exceptions import AstropyWarning
from astropy.wcs import WCS, Wcsprm
from astropy.wcs.utils import proj_plane_pixel_scales

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_cells import read_cell
from astro_dl.core.reading.fits_images import cards_of, open_images
from astro_dl.observations.tables.flux_units import refuse_logarithms

LETTERS = "ugrizy"
NAMED = {"VIS": "VIS", "F814W": "F814W", "F606W": "F606W", "F555W": "F555W", "F475W": "F475W"}
KEYWORDS = ("BAND", "FILTER", "FILTER1", "FILTER2", "EXTNAME")
CARD = 80
COORDINATES = re.compile(
    r"WCSAXES|C(TYPE|UNIT|RVAL|RPIX|DELT|ROTA)\d|(CD|PC)\d_\d|P[VS]\d_\d+|L[AO][TN]POLE"
    r"|RADE(C)?SYS|EQUINOX|EPOCH|MJD-OBS|DATE-OBS|[AB]P?_(ORDER|DMAX|\d+_\d+)"
    r"|(CP|CQ)(DIS|ERR)\d|D[PQ]\d|D2IM\w+"
)
"""Keywords of celestial coordinates (FITS standard 4.0, table 22) and of distortions."""
DISTORTED = re.compile(r"P[VS]\d|[AB]P?_|(CP|CQ)(DIS|ERR)|D[PQ]\d|D2IM|CTYPE.*-(SIP|TP[DUV])")
"""Cards by which coordinates are more than a projection."""
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
    pixel_scale_arcsec : float or None
        Width of a pixel ["], the geometric mean of both sides; None without coordinates.
    cell : tuple of str and int, or None
        Column and row, from 0, if the extension is a table that holds images; the plane is that of
        a cube in a cell.
    """

    path: Path
    hdu: int
    plane: int | None
    band: str | None
    shape: tuple[int, int]
    wcs: WCS | None
    pixel_scale_arcsec: float | None
    cell: tuple[str, int] | None = None


class OpenImages:
    """Opens files as `astro_dl.core.reading.fits_images.open_images`, and keeps the last ones open.

    They are closed at the end of its block.

    Parameters
    ----------
    most : int, default 16
        Files that are open at once.
    """

    def __init__(self, most: int = 16) -> None:
        self.most = most
        self._open: OrderedDict[Path, tuple[Any, ExitStack]] = OrderedDict()

    def __enter__(self) -> "OpenImages":
        return self

    def __exit__(self, *error: object) -> None:
        while self._open:
            self._close_oldest()

    @contextmanager
    def __call__(self, path: Path) -> Iterator[Any]:
        """Give an open file; what is raised on its content inside becomes one line."""
        with reading(path, "FITS"):
            if path not in self._open:
                while len(self._open) >= self.most:
                    self._close_oldest()
                stack = ExitStack()
                self._open[path] = (stack.enter_context(open_images(path)), stack)
            self._open.move_to_end(path)
            yield self._open[path][0]

    def _close_oldest(self) -> None:
        _, (_, stack) = self._open.popitem(last=False)
        stack.close()


Opener = Callable[[Path], AbstractContextManager[Any]]


@lru_cache(maxsize=4096)
def band_in(text: str) -> str | None:
    """Return the band that a word of a text names, None if none or several do.

    Words are what stands between characters other than letters and digits: ``SDSS_G`` and
    ``cutout-g-12`` are of band g, ``EUC_VIS`` of VIS. u, g, r, i, z, y are written in lower case.
    """
    words = re.split(r"[^A-Za-z0-9]+", text)
    found = {_band_of_word(word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


def find_band_images(
    path: str | Path,
    hdu: int | str | None = None,
    bands: Sequence[str] | None = None,
    opener: Opener = open_images,
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
    opener : callable, default open_images
        Opens the file; an `OpenImages` keeps it open for `read_window`.

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
    with opener(path) as opened:
        numbers = image_numbers(opened, hdu, path)
        images = [one for number in numbers for one in planes_of(path, number, opened[number])]
    return images if bands is None else called(images, bands, path)


def image_numbers(opened: Any, hdu: int | str | None, path: Path) -> list[int]:
    """Return which extensions of an open file hold images of the sky.

    Parameters
    ----------
    opened : sequence of HDU
        From an opener.
    hdu : int or str or None
        As of `find_band_images`, as are errors.
    path : Path
        For messages.
    """
    number = _number_of(opened, hdu, path)
    found = [
        index
        for index, one in enumerate(opened)
        if (number is None or index == number)
        and (_holds_image(one) if number is not None else is_of_the_sky(one))
    ]
    if not found:
        held = ", ".join(f"{k} {one.name or '(no name)'}" for k, one in enumerate(opened))
        what = "no image" if hdu is None else f"no image in extension {hdu!r}"
        raise UsageError(
            f"{path} holds {what} of two axes or bands × two axes; it has: {held}; "
            "choose one by the option hdu"
        )
    return found


def called(images: Sequence[BandImage], bands: Sequence[str], where: str | Path) -> list[BandImage]:
    """Return images with the names of their bands, in order.

    Raises
    ------
    UsageError
        If there are not as many.
    """
    if len(bands) != len(images):
        raise UsageError(
            f"{len(bands)} bands are named, {', '.join(bands)}, but {where} holds {len(images)} "
            "images; name one band for each"
        )
    return [replace(one, band=name) for one, name in zip(images, bands, strict=True)]


def read_window(
    image: BandImage, rows: slice, columns: slice, opener: Opener = open_images
) -> np.ndarray:
    """Return the pixels (rows, columns) of a band, float64; NaN where the image has none.

    Parameters
    ----------
    image : BandImage
        From `find_band_images`.
    rows, columns : slice
        With start and stop, which may reach beyond the image.
    opener : callable, default open_images
        As of `find_band_images`.
    """
    window = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
    (y, y_to), (x, x_to) = (
        _inside(wanted, length) for wanted, length in zip((rows, columns), image.shape, strict=True)
    )
    if y.start >= y.stop or x.start >= x.stop:
        return window
    with opener(image.path) as opened:
        hdu = opened[image.hdu]
        section = hdu.section if image.cell is None else read_cell(hdu, *image.cell)
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


def _number_of(opened: Any, hdu: int | str | None, path: Path) -> int | None:
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


def is_of_the_sky(hdu: Any) -> bool:
    """Whether an extension holds an image, and its name does not say that it is something else."""
    return _holds_image(hdu) and not NOT_THE_SKY.search(hdu.name)


def _holds_image(hdu: Any) -> bool:
    shape: tuple[int, ...] = getattr(hdu, "shape", ())
    return bool(getattr(hdu, "is_image", False)) and len(shape) in (2, 3) and 0 not in shape


def planes_of(path: Path, index: int, hdu: Any) -> Iterator[BandImage]:
    """Yield the images of an extension that holds any: one, or the planes of a cube.

    Raises
    ------
    UsageError
        If its numbers are magnitudes.
    """
    refuse_logarithms(hdu.header.get("BUNIT"), path)
    celestial = _celestial(_coordinate_cards(hdu))
    size = (int(hdu.shape[-2]), int(hdu.shape[-1]))
    cube = len(hdu.shape) == 3
    for plane, band in enumerate(bands_of(hdu, path)):
        yield BandImage(path, index, plane if cube else None, band, size, *celestial)


def bands_of(hdu: Any, path: Path) -> list[str | None]:
    """Return the bands of an image's extension: one, or those of a cube's planes."""
    if len(hdu.shape) == 2:
        return [_band_of_header(hdu.header, path)]
    return bands_of_planes(hdu.header, int(hdu.shape[0]))


def bands_of_planes(header: Any, count: int) -> list[str | None]:
    """Return the bands that keywords name for the planes of a cube, None where they do not."""
    named = str(header.get("BANDS", header.get("FILTERS", "")))
    listed = [name for name in re.split(r"[\s,;]+", named) if name]
    listed = list(named) if len(listed) == 1 and len(named) == count else listed
    numbered = (
        str(header.get(f"BAND{plane}", header.get(f"FILTER{plane}", "")))
        for plane in range(1, count + 1)
    )
    return [band_in(text) for text in (listed if len(listed) == count else numbered)]


def _band_of_header(header: Any, path: Path) -> str | None:
    """Return the band by keyword, else by the name of the file, else by that of its folder."""
    texts = [str(header.get(keyword, "")) for keyword in KEYWORDS]
    texts += [path.name.split(".fit")[0], path.parent.name]
    return next((band for band in map(band_in, texts) if band is not None), None)


def _coordinate_cards(hdu: Any) -> str:
    """Return the cards of an extension's header that tell celestial coordinates, as they stand."""
    chosen = [card for card in _cards(cards_of(hdu)) if _is_coordinate(card[:8])]
    if any(card.startswith("CD1_1 ") for card in chosen):
        # Both forms in one header contradict the standard; the CD matrix is the later one.
        chosen = [card for card in chosen if not card.startswith(("CDELT", "CROTA"))]
    return "".join(chosen)


def _cards(header: str) -> Iterator[str]:
    return (header[start : start + CARD] for start in range(0, len(header), CARD))


@lru_cache(maxsize=4096)
def _is_coordinate(keyword: str) -> bool:
    return COORDINATES.fullmatch(keyword.rstrip()) is not None


@lru_cache(maxsize=64)
def _celestial(cards: str) -> tuple[WCS | None, float | None]:
    """Return celestial coordinates and pixel scale ["], None where cards have none of sense.

    Extensions of one file mostly have the same.
    """
    if "CTYPE" not in cards:
        return None, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            wcs = _read_wcs(cards)
            sides = proj_plane_pixel_scales(wcs)
            if not wcs.has_celestial or not np.isfinite(sides).all():
                return None, None
            in_order = (wcs.wcs.lng, wcs.wcs.lat) == (0, 1)
            celestial = wcs if in_order else wcs.celestial
            return celestial, float(np.sqrt(np.prod(sides)) * 3600)
    except Exception:
        # wcslib has its own hierarchy of errors, all of which mean that there are no coordinates.
        return None, None


def _read_wcs(cards: str) -> WCS:
    """Return the coordinates that cards tell; those without distortions in a tenth of the time."""
    if any(map(DISTORTED.match, _cards(cards))):
        return WCS(cards, naxis=2)
    projection = Wcsprm(cards.encode("ascii"), relax=True)
    wcs = WCS(naxis=2)
    wcs.wcs = projection if projection.naxis == 2 else projection.sub(2)
    wcs.fix()
    return wcs
