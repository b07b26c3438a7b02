"""Tables of FITS files with images in their cells: an object in each row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_cells import Column, Layout, read_cell, table_layout
from astro_dl.observations.galaxies.band_order import in_order
from astro_dl.observations.galaxies.usual_columns import (
    DECLINATIONS,
    IDENTIFIERS,
    RIGHT_ASCENSIONS,
    usual_column,
)
from astro_dl.observations.images.band_images import (
    NOT_THE_SKY,
    BandImage,
    band_in,
    bands_of_planes,
    called,
    is_of_the_sky,
)
from astro_dl.observations.tables.flux_units import refuse_logarithms

DEGREES = ("", "deg", "degree", "degrees")
NOT_TOLD = ("", "nan")
"""Identifiers that are missing."""


@dataclass(frozen=True)
class ImageTable:
    """A table with images in a column for each band, or cubes of bands in one column.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        Of the extension.
    rows : int
        How many objects it holds.
    first : tuple of BandImage
        Those of the first row.
    identifier : str or None
        Which column says what the object is called.
    position : tuple of str or None
        Columns of right ascension and declination [deg].
    """

    path: Path
    number: int
    rows: int
    first: tuple[BandImage, ...]
    identifier: str | None
    position: tuple[str | None, str | None]

    def images(self, row: int) -> list[BandImage]:
        """Return where the images of an object are."""
        return [replace(one, cell=(one.cell[0], row)) for one in self.first if one.cell]

    def about(self, opened: Any, row: int) -> tuple[str, float, float]:
        """Return what an object is called, and where it is [deg], NaN where nothing tells."""
        table = opened[self.number]
        name = f"{self.path.name}:{row}"
        if self.identifier is not None:
            told = str(np.squeeze(read_cell(table, self.identifier, row)))
            name = name if told in NOT_TOLD else told
        ra, dec = (
            np.nan if column is None else float(np.squeeze(read_cell(table, column, row)))
            for column in self.position
        )
        return name, ra, dec


def image_table(
    opened: Any,
    path: Path,
    bands: tuple[str, ...],
    hdu: int | str | None,
    told: Sequence[str] | None,
) -> ImageTable | None:
    """Return the table of images that a FITS file holds; None if it holds none, or other images.

    Parameters
    ----------
    opened : sequence of HDU
        The file.
    path : Path
        Its path.
    bands : tuple of str
        The network's.
    hdu : int or str or None
        Number or name of the table, or name of its column.
    told : sequence of str or None
        What the images of a row are, in their order, where the names of columns don't tell.

    Raises
    ------
    UsageError
        If there are several tables or columns of cubes, no row, a band is missing, or numbers are
        magnitudes.
    """
    if hdu is None and any(map(is_of_the_sky, opened)):
        return None
    found = _chosen(opened, hdu)
    if not found:
        return None
    (number, (layout, columns)), *more = found.items()
    if more or (len(columns) > 1 and any(len(one.shape) > 2 for one in columns.values())):
        held = ", ".join(f"{name} of {k}" for k, (_, of) in found.items() for name in of)
        raise UsageError(
            f"{path}: several columns of images could be meant, {held}; accepted: one image for "
            "each band, or one cube of bands; choose by the option hdu"
        )
    if not layout.rows:
        raise UsageError(f"{path}: its table of images has no row")
    header = opened[number].header
    first = [one for name in columns for one in _images(path, number, name, columns[name], header)]
    first = first if told is None else called(first, told, path)
    in_order(path.name, first, bands)
    return ImageTable(path, number, layout.rows, tuple(first), *_telling(layout))


def _chosen(opened: Any, hdu: int | str | None) -> dict[int, tuple[Layout, dict[str, Column]]]:
    """Return the tables and their columns of images that may be meant, by number."""
    layouts = {number: table_layout(one) for number, one in enumerate(opened)}
    tables = {
        number: (layout, _image_columns(layout))
        for number, layout in layouts.items()
        if layout is not None
    }
    try:
        number = None if hdu is None else opened.index_of(hdu)
    except KeyError:
        named = str(hdu)
        return {k: (of, {named: all_[named]}) for k, (of, all_) in tables.items() if named in all_}
    sky = {
        k: (of, {name: one for name, one in all_.items() if not NOT_THE_SKY.search(name)})
        for k, (of, all_) in tables.items()
        if number in (None, k)
    }
    return {k: (of, some) for k, (of, some) in sky.items() if some}


def _image_columns(layout: Layout) -> dict[str, Column]:
    return {name: column for name, column in layout.columns.items() if column.is_image}


def _images(path: Path, number: int, name: str, column: Column, header: Any) -> Iterator[BandImage]:
    refuse_logarithms(column.unit, f"{path}, column {name}")
    height, width = column.shape[-2:]
    cube = len(column.shape) == 3
    bands = bands_of_planes(header, column.shape[0]) if cube else [band_in(name)]
    for plane, band in enumerate(bands):
        at = plane if cube else None
        yield BandImage(path, number, at, band, (height, width), None, None, (name, 0))


def _telling(layout: Layout) -> tuple[str | None, tuple[str | None, str | None]]:
    """Return the columns that identify an object and tell its position."""
    columns: Mapping[str, Column] = layout.columns
    numbers = [name for name, one in columns.items() if one.is_number and one.shape == (1,)]
    names = [name for name, one in columns.items() if name in numbers or one.letter == "A"]
    degrees = [name for name in numbers if columns[name].unit.lower() in DEGREES]
    ra, dec = (usual_column(degrees, usual) for usual in (RIGHT_ASCENSIONS, DECLINATIONS))
    return usual_column(names, IDENTIFIERS), (ra, dec)
