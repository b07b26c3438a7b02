"""Catalogues of positions to look at, and in which images they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.band_files import Candidate
from astro_dl.observations.galaxies.coordinates import pixels_of_sky
from astro_dl.observations.galaxies.usual_columns import (
    DECLINATIONS,
    IDENTIFIERS,
    RIGHT_ASCENSIONS,
    usual_column,
)
from astro_dl.observations.images.band_images import BandImage
from astro_dl.observations.tables.read import read_table


@dataclass(frozen=True)
class Position:
    """A row of a catalogue: identifier, right ascension and declination [deg]."""

    id: str
    ra: float
    dec: float


def read_catalogue(path: str | Path) -> list[Position]:
    """Return the positions in a table (CSV, ECSV, FITS, VOTable).

    Columns are found by their usual names in any case: RA, RAJ2000, ALPHA_J2000 …; Dec, DEJ2000,
    DELTA_J2000 …; id, name, object_id …, without which rows are numbered from 1. Values without a
    unit are degrees.

    Raises
    ------
    UsageError
        If it cannot be read, or lacks coordinates, or a declination is beyond ±90°.
    """
    path = Path(path)
    table = read_table(path)
    ra, dec = sky_coordinates(table, path)
    ids = identifiers(table)
    return [Position(one, float(x), float(y)) for one, x, y in zip(ids, ra, dec, strict=True)]


def sky_coordinates(table: Table, path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Return right ascensions and declinations [deg] of a table, NaN where there are none.

    Raises
    ------
    UsageError
        As of `read_catalogue`.
    """
    ra, dec = (_degrees(table, names, Path(path)) for names in (RIGHT_ASCENSIONS, DECLINATIONS))
    if np.any(np.abs(dec) > 90):
        raise UsageError(f"{path} has declinations beyond ±90°; wanted are degrees")
    return ra, dec


def identifiers(table: Table) -> list[str]:
    """Return what the rows of a table are called, by default their numbers from 1."""
    name = usual_column(table.colnames, IDENTIFIERS)
    return [str(one) for one in (range(1, len(table) + 1) if name is None else table[name])]


def place_candidates(fields: Sequence[Candidate], positions: Sequence[Position]) -> list[Candidate]:
    """Return one candidate per position, in the first of the survey fields that contains it.

    Parameters
    ----------
    fields : sequence of Candidate
        From `find_candidates`.
    positions : sequence of Position
        From `read_catalogue`.

    Raises
    ------
    UsageError
        If a field has no coordinates.
    """
    for one in fields:
        if any(image.wcs is None for image in one.images):
            raise UsageError(
                f"{one.id} has no celestial coordinates (WCS) in which to find the catalogue's "
                "positions; give cutouts, or images with WCS keywords"
            )
    ra, dec = (np.array([getattr(one, name) for one in positions]) for name in ("ra", "dec"))
    inside = [_contains(field.images[0], ra, dec) for field in fields]
    placed = []
    for row, position in enumerate(positions):
        field = next((f for f, mask in zip(fields, inside, strict=True) if mask[row]), None)
        where = {"id": position.id, "ra": position.ra, "dec": position.dec, "centred": False}
        if field is None:
            placed.append(Candidate(images=(), flags=("outside_images",), **where))  # type: ignore[arg-type]
        else:
            placed.append(replace(field, **where))  # type: ignore[arg-type]
    return placed


def _degrees(table: Table, names: tuple[str, ...], path: Path) -> np.ndarray:
    name = usual_column(table.colnames, names)
    if name is None:
        raise UsageError(f"{path} has no column {names[0]!r}; it has {', '.join(table.colnames)}")
    column = table[name]
    try:
        if getattr(column, "unit", None) is None:
            return np.ma.filled(np.ma.asarray(column, np.float64), np.nan)
        return u.Quantity(column).to_value(u.deg)
    except (u.UnitConversionError, ValueError, TypeError):
        raise UsageError(f"{path}: column {name!r} is not an angle; wanted are degrees") from None


def _contains(image: BandImage, ra: np.ndarray, dec: np.ndarray) -> np.ndarray:
    known = np.isfinite(ra) & np.isfinite(dec)
    assert image.wcs is not None
    x, y = pixels_of_sky(image.wcs, np.where(known, ra, 0), np.where(known, dec, 0))
    height, width = image.shape
    return known & (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
