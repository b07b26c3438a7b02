"""Places of the sources that are asked for, in pixels of an image."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table
from scipy.spatial import cKDTree

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.coordinates import celestial, pixels_of_sky
from astro_dl.observations.galaxies.positions import identifiers, sky_coordinates
from astro_dl.observations.tables.columns import read_columns
from astro_dl.observations.tables.read import read_table

Array = np.ndarray
SAME_PLACE = 0.1
"""Distance [pixel] below which two sources are one."""


@dataclass(frozen=True)
class Places:
    """Where sources are.

    Parameters
    ----------
    names : list of str
        Of n sources.
    xy : ndarray, (n, 2)
        x along columns, y along rows [pixel], from 0 in the middle of the first one.
    """

    names: list[str]
    xy: Array

    def unusable(self, shape: tuple[int, int]) -> dict[str, Array]:
        """Return by reason which sources (n,) cannot be answered for in an image of a shape."""
        known = np.isfinite(self.xy).all(axis=1)
        height, width = shape
        inside = np.zeros(len(known), bool)
        inside[known] = np.all(
            (self.xy[known] >= -0.5) & (self.xy[known] < (width - 0.5, height - 0.5)), axis=1
        )
        again = np.zeros(len(known), bool)
        rows = np.flatnonzero(inside)
        if len(rows):
            pairs = cKDTree(self.xy[rows]).query_pairs(SAME_PLACE, output_type="ndarray")
            again[rows[pairs.max(axis=1)]] = True
        return {
            "no_position": ~known,
            "outside_image": known & ~inside,
            "duplicate_position": again,
        }


def read_places(path: str | Path, header: fits.Header, image: str | Path) -> Places:
    """Return the places of the rows of a table.

    Parameters
    ----------
    path : str or Path
        A table with the columns ``x`` and ``y`` [pixel, from 0], or else right ascension and
        declination by their usual names; with identifiers, or rows are numbered from 1.
    header : fits.Header
        Of the image, whose coordinates are taken.
    image : str or Path
        The image, for messages.

    Raises
    ------
    UsageError
        If the table cannot be read, lacks positions, or is of the sky and the image has no
        coordinates.
    """
    table = read_table(path)
    if {"x", "y"} <= {name.strip().lower() for name in table.colnames}:
        columns = read_columns(table, ("x", "y"), where=path, sentinels=())
        return Places(identifiers(table), np.stack([columns["x"], columns["y"]], axis=1))
    ra, dec = _sky(table, path)
    wcs = celestial(header)
    if wcs is None:
        raise UsageError(
            f"{image}: no celestial coordinates (WCS) in which to find the positions of {path}; "
            "give columns x and y in pixels"
        )
    xy = np.full((len(ra), 2), np.nan)
    known = np.isfinite(ra) & np.isfinite(dec)
    if known.any():
        xy[known] = np.stack(pixels_of_sky(wcs, ra[known], dec[known]), axis=1)
    return Places(identifiers(table), xy)


def _sky(table: Table, path: str | Path) -> tuple[Array, Array]:
    try:
        return sky_coordinates(table, path)
    except UsageError as error:
        raise UsageError(f"{error}; accepted: x and y [pixel], or ra and dec [deg]") from None
