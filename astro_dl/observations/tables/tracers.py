"""Tables of what moves in a potential: stars of a galaxy, or galaxies of a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import (
    column_numbers,
    find_column,
    missing_as_nan,
    parse_column_names,
)
from astro_dl.observations.tables.read import meant_table, read_table
from astro_dl.observations.tables.units import in_unit, parse_unit, unit_of

Array = np.ndarray
Names = Mapping[str, tuple[str, ...]]
PLACE_NAMES: Names = {
    "radius": ("radius", "r", "r_proj", "rproj", "r_ell", "projected_radius"),
    "ra": ("ra", "raj2000", "ra_icrs", "ra_deg"),
    "dec": ("dec", "dej2000", "de_icrs", "dec_deg", "decl"),
}
CENTRE_WORDS = ("centre", "center")
VELOCITY_NAMES = ("velocity", "v", "vel", "v_los", "vlos", "rv", "hv", "vhel", "hrv", "vhelio")
VELOCITY_ERROR_NAMES = (
    *("velocity_error", "e_v", "e_vel", "v_err", "verr", "vel_err", "e_vlos", "vlos_err"),
    *("e_rv", "rv_err", "rv_error", "e_hv", "e_hrv", "e_vhel", "sigma_v"),
)
MEMBERSHIP_NAMES = ("membership", "p_mem", "pmem", "p_member", "pm", "prob", "p")
LIGHT_KMS = 299_792.458


@dataclass(frozen=True)
class TracerTable:
    """A table of one object, whose columns have one of several names.

    Parameters
    ----------
    table : Table
    names : mapping
        What each column may be called, in small letters.
    named : mapping
        What of them is called otherwise.
    where : str or Path
        Of the table, for messages.
    """

    table: Table
    names: Names
    named: Mapping[str, str]
    where: str | Path

    @classmethod
    def read(
        cls, path: str | Path, names: Names, columns: str, hdu: int | str | None, inner: str
    ) -> "TracerTable":
        """Return the table in a file.

        Parameters
        ----------
        path : str or Path
            As `astro_dl.observations.tables.read.read_table` takes it.
        names : mapping
            What each column may be called.
        columns : str
            Names that differ from those, as ``velocity=VHEL``.
        hdu : int, str or None
            Extension of FITS files, or table of VOTables, where they hold several.
        inner : str
            Path of the table in HDF5 files that hold several.

        Raises
        ------
        UsageError
            If it cannot be read, or no such column is known.
        """
        table = read_table(path, meant_table(hdu, inner))
        named = parse_column_names(columns)
        for name in named:
            if name not in names:
                raise UsageError(f"columns: {name!r} is no column; accepted: {', '.join(names)}")
        return cls(table, names, named, path)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> str | None:
        """Return what a column is called in the table; None where there is none.

        Raises
        ------
        UsageError
            If none is called as it was named, or several may be meant.
        """
        if name in self.named:
            return find_column(self.table, self.named[name], name, self.where)
        for accepted in self.names[name]:
            found = [one for one in self.table.colnames if one.strip().lower() == accepted]
            if len(found) > 1:
                raise UsageError(
                    f"{self.where}: {name!r} may be any of {', '.join(found)}; name it: --columns "
                    f"{name}=COLUMN"
                )
            if found:
                return found[0]
        return None

    def either(self, *names: str) -> str | None:
        """Return which of these columns there is: one that was named, or else the first."""
        found = [name for name in names if self.column(name) is not None]
        return next((name for name in found if name in self.named), found[0] if found else None)

    def unit(self, name: str) -> u.UnitBase | None:
        """Return the unit of a column; None where it has none."""
        column = self.column(name)
        return None if column is None else unit_of(self.table[column])

    def numbers(self, name: str, unit: str) -> Array:
        """Return a column in a unit, which is its own where it has none; NaN where values lack.

        Raises
        ------
        UsageError
            If there is none, or its unit is of another kind.
        """
        column = self.column(name)
        if column is None:
            raise UsageError(
                f"{self.where}: no column {name!r} among {', '.join(self.table.colnames)}; name "
                f"it: --columns {name}=COLUMN"
            )
        values = missing_as_nan(column_numbers(self.table, column, self.where))
        return in_unit(values, self.unit(name), unit, column, self.where)

    def of_header(self, words: tuple[str, ...]) -> str:
        """Return the value of a keyword that is called so; empty where there is none."""
        for key, value in self.table.meta.items():
            if str(key).lower() in words:
                return str(value)
        return ""

    def radii(
        self, centre: str, radius_unit: str, own: Array | None = None
    ) -> tuple[u.Quantity, bool]:
        """Return projected distances from the centre, and whether it is the mean of the rows.

        Parameters
        ----------
        centre : str
            Right ascension and declination [deg]; empty where it is not known.
        radius_unit : str
            Of a column of radii that has none.
        own : ndarray of bool, optional
            Which rows belong to the object, by whose mean its centre is told; all by default.

        Returns
        -------
        radii : Quantity
            Lengths or angles; NaN where they are not known.
        by_mean : bool

        Raises
        ------
        UsageError
            If there are neither radii nor places, or their unit is not known or of another kind.
        """
        column = self.column("radius")
        placed = None not in [self.column(name) for name in ("ra", "dec")]
        if column is not None and not (placed and self._is_no_radius(column, radius_unit)):
            return self._told_radii(column, radius_unit), False
        if not placed:
            raise UsageError(
                f"{self.where}: no column of radii, nor of right ascension and declination, among "
                f"{', '.join(self.table.colnames)}; name them: --columns radius=COLUMN, or "
                "ra=…,dec=…"
            )
        ra, dec = (self.numbers(name, "deg") for name in ("ra", "dec"))
        known = np.isfinite(ra) & np.isfinite(dec) & (np.abs(dec) <= 90)
        if not known.any():
            raise UsageError(
                f"{self.where}: no row has a right ascension and declination in degrees"
            )
        places = SkyCoord(np.where(known, ra, 0), np.where(known, dec, 0), unit="deg")
        counted = known if own is None or not (known & own).any() else known & own
        mean = SkyCoord(places[counted].cartesian.mean(), frame="icrs")
        at = self._place(centre) if centre else mean
        away = np.where(known, places.separation(at).to_value(u.arcmin), np.nan) * u.arcmin
        return away, not centre

    def _is_no_radius(self, column: str, radius_unit: str) -> bool:
        """Whether a column beside places on the sky may be something else, such as magnitudes."""
        if "radius" in self.named:
            return False
        unit = unit_of(self.table[column]) or parse_unit(radius_unit)
        return unit is None or not _is_distance(unit) or not {"ra", "dec"}.isdisjoint(self.named)

    def _told_radii(self, column: str, radius_unit: str) -> u.Quantity:
        unit = unit_of(self.table[column]) or parse_unit(radius_unit)
        if unit is None:
            raise UsageError(
                f"{self.where}: column {column!r} has no unit; tell it: radius_unit=arcmin, or pc"
            )
        if not _is_distance(unit):
            raise UsageError(
                f"{self.where}: column {column!r} is in {unit}, which is no length or angle"
            )
        radii = missing_as_nan(column_numbers(self.table, column, self.where))
        return np.where(radii >= 0, radii, np.nan) * unit

    def _place(self, text: str) -> SkyCoord:
        try:
            ra, dec = (float(one) for one in text.split(","))
            if not np.isfinite([ra, dec]).all():
                raise ValueError
            return SkyCoord(ra, dec, unit="deg")
        except (TypeError, ValueError):
            raise UsageError(
                f"{self.where}: centre is {text!r}; accepted: two numbers in degrees, as "
                "100.40,-50.97"
            ) from None


def some_rows(count: int, most: int, seed: int) -> Array:
    """Return which rows of so many are kept, in order: all, or as many as fit, at random.

    By a seed of each table's own, for what is told of it must not depend on other tables.
    """
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def first_of_each(*columns: Array) -> Array:
    """Return which rows (n,) are no copies of others before them: measured once, written twice."""
    rows = np.stack(columns, axis=1)
    found = np.zeros(len(rows), bool)
    found[np.unique(rows, axis=0, return_index=True)[1]] = True
    return found


def _is_distance(unit: u.UnitBase) -> bool:
    return bool(unit.is_equivalent(u.pc) or unit.is_equivalent(u.rad))
