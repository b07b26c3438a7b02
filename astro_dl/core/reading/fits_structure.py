"""The structure of FITS files, checked before a library trusts it with loops and memory.

Of every header only the keywords that say how many bytes follow and how they are divided are read
(FITS standard 4.0, sections 4.4 and 7, Pence et al. 2018, and 10 for compressed images).
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from astro_dl.core.errors import UsageError

RECORD, CARD = 2880, 80
MOST_HEADER_RECORDS, MOST_HDUS = 4096, 200_000
MOST_AXES, MOST_COLUMNS = 999, 999
MOST_IMAGE_BYTES = 2**30
"""Of an image that is stored compressed, when unpacked."""

STRUCTURAL = re.compile(
    r"SIMPLE|XTENSION|BITPIX|Z?NAXIS\d*|PCOUNT|GCOUNT|GROUPS|TFIELDS|T(?:FORM|BCOL)\d+"
    r"|ZIMAGE|ZBITPIX|ZTILE\d+"
)
PIXEL_BITS = (8, 16, 32, 64, -32, -64)
BITS = {
    **dict.fromkeys("LBA", 8),
    **dict.fromkeys("I", 16),
    **dict.fromkeys("JE", 32),
    **dict.fromkeys("KDCP", 64),
    **dict.fromkeys("MQ", 128),
    "X": 1,
}
BINARY_FORMAT = re.compile(rf"(\d*)([{''.join(BITS)}])(.*)")
TEXT_FORMAT = re.compile(r"[AIFED](\d+)(?:\.\d+)?")
BINARY_TABLES = ("BINTABLE", "A3DTABLE")

Keywords = Mapping[str, str]


@dataclass(frozen=True)
class Extension:
    """A header and its data.

    Parameters
    ----------
    keywords : mapping
        The structural keywords.
    start, data : int
        Where the header and the data begin [bytes].
    """

    keywords: Keywords
    start: int
    data: int

    def header(self, file: BinaryIO) -> str:
        """Return its cards as they stand in the file.

        They are not kept: of files with thousands of small images, headers are half of the bytes.
        """
        file.seek(self.start)
        return file.read(self.data - self.start).decode("latin-1")


def check_structure(file: BinaryIO) -> list[Extension]:
    """Return the extensions of a FITS file, the first one included, if its structure is sound.

    Parameters
    ----------
    file : binary file
        Uncompressed, and seekable; it is left at its start.

    Raises
    ------
    UsageError
        Naming the HDU (the first is 0) and the keyword.
    """
    size = file.seek(0, 2)
    start = file.seek(0)
    found: list[Extension] = []
    for number in range(MOST_HDUS):
        try:
            keywords = _keywords(file, number)
            stated = _data_bytes(keywords, number)
            begin = file.tell()
            if found and keywords == found[-1].keywords:
                keywords = found[-1].keywords
            found.append(Extension(keywords, start, begin))
            if begin + stated > size:
                raise UsageError(
                    f"NAXISn state {stated} bytes of data, {size - begin} are there: the file is "
                    "cut short or damaged"
                )
            if _text(keywords, "XTENSION") in BINARY_TABLES:
                _check_binary_table(keywords)
            elif _text(keywords, "XTENSION") == "TABLE":
                _check_text_table(keywords)
        except UsageError as error:
            raise UsageError(f"HDU {number}: {error}") from None
        start = file.seek(begin + stated + (-stated) % RECORD)
        # Whatever else follows belongs to no HDU, and libraries leave it alone.
        if start >= size or file.read(8) != b"XTENSION":
            file.seek(0)
            return found
        file.seek(start)
    raise UsageError(f"more than {MOST_HDUS} HDUs")


def _keywords(file: BinaryIO, number: int) -> Keywords:
    """Return the structural keywords of the header at the file's place, which moves behind it.

    Among them is CONTINUE, with an empty value, where a card goes on in the next one.
    """
    found: dict[str, str] = {}
    first = "XTENSION" if number else "SIMPLE"
    for record in range(MOST_HEADER_RECORDS):
        block = file.read(RECORD).decode("latin-1")
        if not record and block[:8].rstrip() != first:
            raise UsageError(f"starts with {block[:8]!r}, not {first}: no FITS file")
        for place in range(0, len(block), CARD):
            card = block[place : place + CARD]
            key = card[:8].rstrip().upper()
            if key == "END" and len(block) == RECORD:
                return found
            if card.startswith("CONTINUE  "):
                found["CONTINUE"] = ""
            if card[8:9] == "=" and STRUCTURAL.fullmatch(key):
                value = card_value(card[9:])
                if found.setdefault(key, value) != value:
                    raise UsageError(f"{key} is both {found[key]} and {value}")
        if len(block) < RECORD:
            break
    raise UsageError("the header has no END: the file is cut short or damaged")


def card_value(text: str) -> str:
    """Return the value of a card without its comment; of texts with the first quote, unpadded."""
    text = text.strip()
    if text.startswith("'"):
        return "'" + text[1:].partition("'")[0].rstrip()
    return text.partition("/")[0].strip()


def _text(keywords: Keywords, key: str) -> str:
    value = keywords.get(key, "")
    return value[1:].upper() if value.startswith("'") else ""


def _integer(keywords: Keywords, key: str, most: int, default: int | None = None) -> int:
    """Return a keyword that is a number from 0 to a greatest one."""
    value = keywords.get(key)
    if value is None and default is not None:
        return default
    if value is None or not re.fullmatch(r"\+?\d{1,18}", value) or int(value) > most:
        what = "is missing" if value is None else f"is {value.lstrip(chr(39))!r}"
        raise UsageError(f"{key} {what}; an integer from 0 to {most} is needed")
    return int(value)


def _axes(keywords: Keywords, prefix: str = "") -> list[int]:
    count = _integer(keywords, f"{prefix}NAXIS", MOST_AXES)
    return [_integer(keywords, f"{prefix}NAXIS{axis + 1}", 2**62) for axis in range(count)]


def _pixel_bytes(keywords: Keywords, key: str) -> int:
    value = keywords.get(key, "")
    if value not in map(str, PIXEL_BITS):
        raise UsageError(f"{key} is {value!r}; accepted: {', '.join(map(str, PIXEL_BITS))}")
    return abs(int(value)) // 8


def _data_bytes(keywords: Keywords, number: int) -> int:
    """Return how many bytes of data a header states, as eq. 2 of the standard."""
    axes, pixel = _axes(keywords), _pixel_bytes(keywords, "BITPIX")
    if not axes:
        return 0
    extra = _integer(keywords, "PCOUNT", 2**62, 0)
    groups = _integer(keywords, "GCOUNT", 2**62, 1)
    if not number and keywords.get("GROUPS") != "T":
        return pixel * math.prod(axes)
    shape = axes[1:] if not number and axes[0] == 0 else axes
    return pixel * groups * (extra + math.prod(shape))


def _rows(keywords: Keywords) -> tuple[int, int]:
    """Return the bytes of a table's row, and the number of rows."""
    axes = _axes(keywords)
    if len(axes) != 2 or keywords["BITPIX"] != "8":
        raise UsageError(
            f"a table of BITPIX {keywords['BITPIX']}, NAXIS {len(axes)}; 8 and 2 are due"
        )
    if _integer(keywords, "GCOUNT", 1, 1) != 1:
        raise UsageError("GCOUNT is 0; 1 is needed")
    if axes[1] and not axes[0]:
        raise UsageError(f"NAXIS2 states {axes[1]} rows, and NAXIS1 that they are empty")
    return axes[0], axes[1]


def _formats(keywords: Keywords) -> Iterator[tuple[str, str]]:
    for column in range(1, _integer(keywords, "TFIELDS", MOST_COLUMNS) + 1):
        yield f"TFORM{column}", _text(keywords, f"TFORM{column}")


def _check_binary_table(keywords: Keywords) -> None:
    width, rows = _rows(keywords)
    stated = 0
    for key, text in _formats(keywords):
        found = BINARY_FORMAT.fullmatch(text)
        if found is None or len(found[1]) > 18:
            raise UsageError(f"{key} is {text!r}, which is no format of a column")
        count = int(found[1] or 1)
        if found[2] in "PQ" and count > 1:
            raise UsageError(f"{key} is {text!r}; one array of variable length is accepted")
        stated += (count * BITS[found[2]] + 7) // 8
    if stated != width:
        raise UsageError(f"NAXIS1 is {width}, but the columns (TFORMn) take {stated} bytes")
    if keywords.get("ZIMAGE") == "T":
        _check_compressed_image(keywords, rows)


def _check_compressed_image(keywords: Keywords, rows: int) -> None:
    axes, pixel = _axes(keywords, "Z"), _pixel_bytes(keywords, "ZBITPIX")
    if pixel * math.prod(axes) > MOST_IMAGE_BYTES:
        raise UsageError(
            f"ZNAXISn state an image of {pixel * math.prod(axes)} bytes; at most "
            f"{MOST_IMAGE_BYTES} are unpacked"
        )
    sides = [
        max(_integer(keywords, f"ZTILE{axis + 1}", 2**62, 1 if axis else length), 1)
        for axis, length in enumerate(axes)
    ]
    tiles = math.prod(-(-length // side) for length, side in zip(axes, sides, strict=True))
    if tiles != rows:
        raise UsageError(f"ZNAXISn and ZTILEn make {tiles} tiles, NAXIS2 states {rows}")


def _check_text_table(keywords: Keywords) -> None:
    width, _ = _rows(keywords)
    for key, text in _formats(keywords):
        found = TEXT_FORMAT.fullmatch(text)
        if found is None or len(found[1]) > 18:
            raise UsageError(f"{key} is {text!r}, which is no format of a column")
        place = key.replace("TFORM", "TBCOL")
        first = _integer(keywords, place, width)
        if first < 1 or first - 1 + int(found[1]) > width:
            raise UsageError(f"{place} and {key} lie beyond NAXIS1, {width}")
