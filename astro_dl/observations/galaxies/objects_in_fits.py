"""FITS files of many objects: extensions of each, or rows of a table with images in its cells.

What a file holds is found at once; the images of an object are read when it is its turn.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from astro_dl.observations.galaxies.extension_groups import extension_groups
from astro_dl.observations.galaxies.image_tables import ImageTable, image_table
from astro_dl.observations.images.band_images import (
    BandImage,
    Opener,
    called,
    is_of_the_sky,
    planes_of,
)


@dataclass(frozen=True)
class Member:
    """One of the objects in a file.

    Parameters
    ----------
    name : str
        As the file identifies it, or the file's name and its number in it.
    where : str
        What messages call it.
    images : callable
        ``() -> images``: where they are, in the file's order.
    ra, dec : float
        Position [deg] that a table gives; NaN where none does.
    """

    name: str
    where: str
    images: Callable[[], Sequence[BandImage]]
    ra: float = np.nan
    dec: float = np.nan


def find_members(
    path: Path,
    bands: tuple[str, ...],
    hdu: int | str | None,
    told: Sequence[str] | None,
    opener: Opener,
) -> Iterator[Member] | None:
    """Return the objects of a FITS file of many, in its order; None of a file of one.

    Parameters
    ----------
    path : Path
        The file.
    bands : tuple of str
        The network's.
    hdu : int or str or None
        Number or name of the only extension to take, or name of the column of a table.
    told : sequence of str or None
        What the images of every object are, in their order, where the file does not tell.
    opener : callable
        Opens files; an `OpenImages` keeps them open.

    Raises
    ------
    UsageError
        If the file cannot be read, or as of `extension_groups` and `image_table`.
    """
    with opener(path) as opened:
        table = image_table(opened, path, bands, hdu, told)
        if table is not None:
            return _rows(table, opener)
        groups = None if hdu is not None else extension_groups(opened, path, bands, told)
        return None if groups is None else _groups(path, groups, told, opener)


def _rows(table: ImageTable, opener: Opener) -> Iterator[Member]:
    for row in range(table.rows):
        with opener(table.path) as opened:
            name, ra, dec = table.about(opened, row)
        yield Member(name, f"{table.path}, {name}", partial(table.images, row), ra, dec)


def _groups(
    path: Path, groups: Mapping[str, Sequence[int]], told: Sequence[str] | None, opener: Opener
) -> Iterator[Member]:
    for name, numbers in groups.items():
        where = f"{path}, {name}"
        yield Member(name, where, partial(_images, path, numbers, told, opener, where))


def _images(
    path: Path, numbers: Sequence[int], told: Sequence[str] | None, opener: Opener, where: str
) -> list[BandImage]:
    with opener(path) as opened:
        found = [
            image
            for number in numbers
            if is_of_the_sky(opened[number])
            for image in planes_of(path, number, opened[number])
        ]
    return found if told is None else called(found, told, where)
