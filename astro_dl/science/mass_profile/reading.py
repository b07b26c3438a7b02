"""Tables of stars to what is needed of a galaxy: radii, velocities and errors, with flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from astropy import units as u

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.core.schema import checked
from astro_dl.observations.tables.tracers import (
    CENTRE_WORDS,
    LIGHT_KMS,
    MEMBERSHIP_NAMES,
    PLACE_NAMES,
    VELOCITY_ERROR_NAMES,
    VELOCITY_NAMES,
    TracerTable,
    first_of_each,
)
from astro_dl.science.mass_profile.inputs import Stars, mean_and_dispersion

Array = np.ndarray
NAMES: Mapping[str, tuple[str, ...]] = {
    **PLACE_NAMES,
    "velocity": VELOCITY_NAMES,
    "velocity_error": VELOCITY_ERROR_NAMES,
    "membership": MEMBERSHIP_NAMES,
}
"""What columns are called, in small letters."""

HEADER: Mapping[str, tuple[str, ...]] = {
    "half_light_radius": ("half_light_radius", "r_half", "rhalf", "r_h"),
    "distance": ("distance", "dist"),
    "centre": CENTRE_WORDS,
}
"""Keywords of a table's header that stand for options which are not given."""

FASTEST_KMS = 200.0
"""No dwarf galaxy has such a dispersion: velocities are in another unit."""


@checked
class GalaxyOptions:
    """What is told of a galaxy besides its table.

    Parameters
    ----------
    columns : str
        Names of the table's columns where they differ from `NAMES`, as ``velocity=VHEL``.
    half_light_radius : str
        Projected, with its unit: ``"250 pc"``, ``"8.2 arcmin"``; empty for the table's header, or
        else the median of the stars.
    distance : str
        With its unit, ``"105 kpc"``; empty for the table's header.
    centre : str
        Right ascension and declination [deg], ``"100.40,-50.97"``; empty for the table's header, or
        else the mean of the stars.
    radius_unit : str
        Of a column of radii that has none, ``"arcmin"`` or ``"pc"``.
    least_membership : float
        Stars with less probability are left out.
    hdu : int, str or None
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str
        Path of the table in HDF5 files that hold several.
    """

    columns: str = ""
    half_light_radius: str = ""
    distance: str = ""
    centre: str = ""
    radius_unit: str = ""
    least_membership: Annotated[float, Bounds(0, 1)] = 0.9
    hdu: int | str | None = None
    path: str = ""


@dataclass(frozen=True)
class Observed:
    """A galaxy as it was read.

    Parameters
    ----------
    stars : Stars
        Those with all that is needed, members by the table.
    half_light_pc : float
        Half-light radius [pc].
    flags : tuple of str
        ``half_light_from_stars``, ``centre_from_stars``, ``missing_values``, ``bad_errors``,
        ``without_membership``, ``repeated_stars``.
    """

    stars: Stars
    half_light_pc: float
    flags: tuple[str, ...]


def read_galaxy(path: str | Path, options: GalaxyOptions) -> Observed:
    """Return the stars of a galaxy in a table.

    Parameters
    ----------
    path : str or Path
        As `astro_dl.observations.tables.read.read_table` takes it.
    options : GalaxyOptions
        Columns, distance, half-light radius, centre, and which table is meant.

    Raises
    ------
    UsageError
        If it cannot be read, a column is missing or of a wrong unit, no star has an error, the
        distance is not known, or velocities cannot be in km/s.
    """
    table = TracerTable.read(path, NAMES, options.columns, options.hdu, options.path)
    about = {
        name: getattr(options, name) or table.of_header(words) for name, words in HEADER.items()
    }
    flags: list[str] = []
    velocity = table.numbers("velocity", "km/s")
    error = table.numbers("velocity_error", "km/s")
    distance = _quantity(about["distance"], "distance", path)
    radii, by_mean = table.radii(about["centre"], options.radius_unit)
    if by_mean:
        flags.append("centre_from_stars")
    member = np.ones(len(table), bool)
    if table.column("membership") is None:
        flags.append("without_membership")
    else:
        member = table.numbers("membership", "") >= options.least_membership
    complete = np.isfinite(velocity) & np.isfinite(radii.value) & np.isfinite(error)
    if not (member & complete).all() and (member & ~complete).any():
        flags.append("missing_values")
    positive = error > 0
    if (member & complete & ~positive).any():
        flags.append("bad_errors")
    kept = member & complete & positive
    _check_velocities(velocity[kept], path)
    half_light = _quantity(about["half_light_radius"], "half_light_radius", path)
    if half_light is None:
        flags.append("half_light_from_stars")
        half_light = np.median(radii[kept]) if kept.any() else np.nan * radii.unit
    size_pc = _in_parsecs(half_light, distance, "half_light_radius", path)
    radii_pc = _in_parsecs(radii, distance, "radius", path)
    if np.isfinite(size_pc) and not size_pc > 0:
        raise UsageError(f"{path}: half_light_radius is {half_light}; accepted: above zero")
    stars = Stars(radii_pc[kept] / size_pc, velocity[kept], error[kept])
    fresh = first_of_each(radii_pc[kept], stars.velocities, stars.errors)
    if not fresh.all():
        flags.append("repeated_stars")
    return Observed(stars.take(fresh), float(size_pc), tuple(flags))


def _check_velocities(velocity: Array, where: str | Path) -> None:
    if len(velocity) < 2:
        return
    _, dispersion = mean_and_dispersion(velocity)
    if dispersion > FASTEST_KMS or np.abs(np.median(velocity)) > LIGHT_KMS:
        raise UsageError(
            f"{where}: velocities have a dispersion of {dispersion:.4g} km/s, which no dwarf "
            "galaxy has; are they in m/s, or not of members? Give the column its unit"
        )


def _quantity(text: str, name: str, where: str | Path) -> u.Quantity | None:
    if not text:
        return None
    try:
        found = u.Quantity(text)
    except (TypeError, ValueError):
        found = None
    if found is None or found.unit == u.dimensionless_unscaled or not np.isfinite(found.value):
        raise UsageError(f"{where}: {name} is {text!r}; give a number with its unit, as '105 kpc'")
    return found


def _in_parsecs(
    lengths: u.Quantity, distance: u.Quantity | None, name: str, where: str | Path
) -> Array:
    if lengths.unit.is_equivalent(u.pc):
        return lengths.to_value(u.pc)
    if not lengths.unit.is_equivalent(u.rad):
        raise UsageError(f"{where}: {name} is in {lengths.unit}, which is no length or angle")
    if distance is None or not distance.unit.is_equivalent(u.pc) or not distance > 0 * u.pc:
        given = "is not known" if distance is None else f"is {distance}"
        raise UsageError(
            f"{where}: {name} is an angle, and the distance {given}; give it: distance='105 kpc'"
        )
    # An arc, not its tangent: beyond a right angle that is negative.
    return lengths.to_value(u.rad) * distance.to_value(u.pc)
