"""Images of FITS files, from the few keywords that say where their pixels are.

Most of the time that a library takes for a small file goes into cards that nobody asks for. Headers
are text here, of which a card is read when it is wanted; files in which an image is compressed, or
a card goes on in the next one, are left to the library.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import sound_fits
from astro_dl.core.reading.fits_structure import CARD, Extension, card_value

TYPES = {"8": "u1", "16": ">i2", "32": ">i4", "64": ">i8", "-32": ">f4", "-64": ">f8"}
MOST_WASTE = 4
"""Whole rows are read, rather than parts of each, where they are at most so many times as long."""

HELD = 64
"""Extensions of a file whose headers are kept."""


class Header:
    """The cards of a header by keyword, each read when it is asked for; the first one counts."""

    def __init__(self, text: str) -> None:
        self._cards: dict[str, str] = {}
        for start in range(0, len(text), CARD):
            card = text[start : start + CARD]
            self._cards.setdefault(card[:8].rstrip().upper(), card)

    def __contains__(self, keyword: str) -> bool:
        return keyword in self._cards

    def get(self, keyword: str, default: str = "") -> str:
        """Return the value of a keyword as text, without quotes and comment."""
        card = self._cards.get(keyword, "")
        return card_value(card[9:]).lstrip("'") if card[8:9] == "=" else default

    def number(self, keyword: str, default: float) -> float:
        """Return the value of a keyword that is a number.

        Raises
        ------
        UsageError
            If it is none.
        """
        text = self.get(keyword)
        if not text:
            return default
        try:
            return float(text.upper().replace("D", "E"))
        except ValueError:
            raise UsageError(f"{keyword} is {text!r}; a number is needed") from None


class ImageHDU:
    """An extension of a file; its interface is the part of astropy's that readers of images use.

    Parameters
    ----------
    file : binary file
        Open, and seekable.
    extension : Extension
        Where it lies in the file.
    number : int
        From 0.
    """

    def __init__(self, file: BinaryIO, extension: Extension, number: int) -> None:
        self._file, self._extension = file, extension
        keywords = extension.keywords
        self.is_image = not number or keywords.get("XTENSION", "").strip("' ").upper() == "IMAGE"
        self.name = self.header.get("EXTNAME", "" if number else "PRIMARY").strip().upper()
        axes = range(int(keywords["NAXIS"]), 0, -1)
        self.shape = tuple(int(keywords[f"NAXIS{axis}"]) for axis in axes)

    @cached_property
    def cards(self) -> str:
        """The header as it stands."""
        return self._extension.header(self._file)

    @cached_property
    def header(self) -> Header:
        """Its cards by keyword."""
        return Header(self.cards)

    @property
    def place(self) -> tuple[BinaryIO, int]:
        """The file, and where in it the data begin [bytes]."""
        return self._file, self._extension.data

    @property
    def section(self) -> "ImageHDU":
        """What gives pixels when it is indexed."""
        return self

    def __getitem__(self, index: tuple[Any, ...]) -> np.ndarray:
        """Return the pixels of a plane, if there are several, and of slices of rows and columns."""
        *planes, rows, columns = index
        *_, height, width = self.shape
        start = height * planes[0] if planes else 0
        kind = np.dtype(TYPES[self._extension.keywords["BITPIX"]])
        whole = width <= MOST_WASTE * (columns.stop - columns.start)
        first, count = (0, width) if whole else (columns.start, columns.stop - columns.start)
        parts = [(start + rows.start, rows.stop - rows.start)] if whole else []
        parts = parts or [(start + row, 1) for row in range(rows.start, rows.stop)]
        read = [self._read(kind, row * width + first, n * count) for row, n in parts]
        stored = np.concatenate(read).reshape(-1, count)
        return self._scaled(stored[:, columns] if whole else stored)

    def _read(self, kind: np.dtype, first: int, count: int) -> np.ndarray:
        self._file.seek(self._extension.data + first * kind.itemsize)
        return np.frombuffer(self._file.read(count * kind.itemsize), kind)

    def _scaled(self, stored: np.ndarray) -> np.ndarray:
        scale, zero, blank = self._scaling
        values = stored.astype(np.float64)
        if stored.dtype.kind != "f":
            values[stored == blank] = np.nan
        return values if (scale, zero) == (1, 0) else values * scale + zero

    @cached_property
    def _scaling(self) -> tuple[float, float, float]:
        number = self.header.number
        return number("BSCALE", 1.0), number("BZERO", 0.0), number("BLANK", np.nan)


class ImageFile(Sequence[ImageHDU]):
    """The extensions of a file, which are found by number or name as in an `HDUList`.

    They are made when they are asked for, and the last ones kept: there may be many thousands.

    Parameters
    ----------
    file : binary file
        Open, and seekable.
    extensions : sequence of Extension
        All of them.
    """

    def __init__(self, file: BinaryIO, extensions: Sequence[Extension]) -> None:
        self._count = len(extensions)
        self._made = lru_cache(HELD)(lambda number: ImageHDU(file, extensions[number], number))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: Any) -> Any:
        """Return the extension of a number from 0."""
        return self._made(range(self._count)[number])

    def index_of(self, key: int | str) -> int:
        """Return the number of an extension; `KeyError` where there is none of this name."""
        if isinstance(key, int):
            return key
        names = [one.name for one in self]
        if key.strip().upper() not in names:
            raise KeyError(key)
        return names.index(key.strip().upper())


@contextmanager
def open_images(path: str | Path) -> Iterator[Any]:
    """Open a FITS file of images for reading.

    Gives an `ImageFile`, or the library's `HDUList` where a file is no plain one.

    Parameters
    ----------
    path : str or Path
        As of `astro_dl.core.reading.fits_files.open_fits`.

    Raises
    ------
    UsageError
        As of `astro_dl.core.reading.fits_files.open_fits`.
    """
    with reading(path, "FITS"), sound_fits(path) as (file, extensions):
        if all(map(_is_plain, extensions)):
            yield ImageFile(file, extensions)
            return
        with fits.open(file, memmap=False) as hdus:
            yield hdus


def cards_of(hdu: Any) -> str:
    """Return the header of an extension as it stands in the file."""
    if isinstance(hdu, ImageHDU):
        return hdu.cards
    place = hdu.fileinfo()
    place["file"].seek(place["hdrLoc"])
    return place["file"].read(place["datLoc"] - place["hdrLoc"]).decode("latin-1")


def place_of(hdu: Any) -> tuple[BinaryIO, int]:
    """Return the file of an extension, and where in it the data begin [bytes]."""
    if isinstance(hdu, ImageHDU):
        return hdu.place
    place = hdu.fileinfo()
    return place["file"], place["datLoc"]


def _is_plain(extension: Extension) -> bool:
    """Whether no card goes on in the next, and no pixels are compressed or in groups."""
    return not {"ZIMAGE", "GROUPS", "CONTINUE"} & extension.keywords.keys()
