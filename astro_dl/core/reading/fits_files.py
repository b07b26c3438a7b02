"""FITS files, opened only when their structure is sound."""

import bz2
import gzip
import lzma
import math
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_structure import CARD, Extension, check_structure

UNPACK: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""By the first bytes of a compressed file."""

SCALING = {"BZERO", "BSCALE", "BLANK"}
"""Keywords by which pixels are scaled or left out."""

MOST_UNPACKED_BYTES = 2**30
BYTES_AT_ONCE = 2**20


@contextmanager
def open_fits(path: str | Path, memmap: bool = False) -> Iterator[fits.HDUList]:
    """Open a FITS file for reading; what is raised on its content inside becomes one line.

    Parameters
    ----------
    path : str or Path
        Plain, or compressed by gzip, bzip2 or xz, when it is unpacked into a temporary file.
    memmap : bool, default False
        As of `astropy.io.fits.open`; a file with images of scaled integers, as detectors write
        them, cannot be mapped and is read as a whole.

    Raises
    ------
    UsageError
        If it is missing, its headers contradict themselves or its size, more than 1 GiB would be
        unpacked, or the library cannot read it.
    """
    with (
        reading(path, "FITS"),
        sound_fits(path) as (file, extensions),
        fits.open(file, memmap=memmap and not _any_scaled(file, extensions)) as hdus,
    ):
        yield hdus


@contextmanager
def sound_fits(path: str | Path) -> Iterator[tuple[BinaryIO, list[Extension]]]:
    """Give a FITS file, unpacked where need be, and its extensions; errors as of `open_fits`."""
    with _unpacked(Path(path)) as file:
        try:
            extensions = check_structure(file)
        except UsageError as error:
            raise UsageError(f"{path}: cannot be read as FITS ({error})") from None
        yield file, extensions


def has_image(hdu: Any) -> bool:
    """Whether an extension holds pixels; those of unknown kinds have no data at all."""
    return bool(getattr(hdu, "is_image", False)) and getattr(hdu, "data", None) is not None


def chosen_image(
    hdus: Sequence[Any],
    path: str | Path,
    called: int | str | None = None,
    passed_over: Collection[str] = (),
) -> tuple[str, Any]:
    """Return the name, or number, of an extension with an image, and the extension.

    Parameters
    ----------
    hdus : sequence of HDU
        Of an open file.
    path : str or Path
        The file, for messages.
    called : int or str, optional
        Number or name; default the first image.
    passed_over : collection of str
        Names, in capitals, that the first image has not.

    Raises
    ------
    UsageError
        If there is no such image.
    """
    named = [one.name or str(number) for number, one in enumerate(hdus)]
    for number, one in enumerate(hdus):
        own = one.name.upper()
        asked = str(called).upper() in (own, str(number))
        if (asked if called is not None else own not in passed_over) and has_image(one):
            return named[number], one
    which = "" if called is None else f" in extension {called!r}"
    raise UsageError(f"{path}: no image{which}; its extensions: {', '.join(named)}")


def read_image(path: str | Path) -> np.ndarray:
    """Return the first image of a FITS file.

    Raises
    ------
    UsageError
        As of `open_fits`, or if it holds no image.
    """
    with open_fits(path) as hdus:
        return np.asarray(chosen_image(hdus, path)[1].data)


def keyword_number(
    header: Mapping[str, Any], key: str, where: str | Path, default: float | None = None
) -> float:
    """Return the finite number of a keyword.

    Parameters
    ----------
    header : mapping
        Keyword to value.
    key : str
        The keyword.
    where : str or Path
        What messages call the file.
    default : float, optional
        What stands for a missing keyword.

    Raises
    ------
    UsageError
        If it is missing and nothing stands for it, or is no finite number.
    """
    value = header.get(key)
    if value is None and default is not None:
        return default
    if value is None:
        raise UsageError(f"{where}: keyword {key} is missing")
    if not is_number(value):
        raise UsageError(f"{where}: keyword {key} is {str(value)!r}; a finite number is needed")
    return float(value)


def is_number(value: Any) -> bool:
    """Whether a keyword's value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _any_scaled(file: BinaryIO, extensions: Sequence[Extension]) -> bool:
    found = any(
        header[start : start + 8].rstrip() in SCALING
        for header in (one.header(file) for one in extensions)
        for start in range(0, len(header), CARD)
    )
    file.seek(0)
    return found


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as packed:
        start = packed.read(6)
        packed.seek(0)
        unpack = next((one for magic, one in UNPACK.items() if start.startswith(magic)), None)
        if unpack is None:
            yield packed
            return
        with tempfile.NamedTemporaryFile() as plain, unpack(packed) as source:
            while block := source.read(BYTES_AT_ONCE):
                if plain.tell() + len(block) > MOST_UNPACKED_BYTES:
                    raise UsageError(
                        f"more than {MOST_UNPACKED_BYTES} bytes when unpacked; unpack it first"
                    )
                plain.write(block)
            plain.flush()
            with Path(plain.name).open("rb") as file:
                yield file
