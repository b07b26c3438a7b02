"""Tables of galaxies to what is needed of a cluster: radii, velocities and errors, with flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.cosmology import FlatLambdaCDM

from astro_dl.core.errors import UsageError
from astro_dl.core.schema import checked
from astro_dl.observations.tables.tracers import (
    CENTRE_WORDS,
    LIGHT_KMS,
    PLACE_NAMES,
    VELOCITY_ERROR_NAMES,
    VELOCITY_NAMES,
    TracerTable,
    first_of_each,
)
from astro_dl.observations.tables.units import parse_unit
from astro_dl.science.cluster_mass.inputs import FARTHEST_KMS, Galaxies
from astro_dl.science.cluster_mass.simulation.haloes import HUBBLE_KMS_MPC, MATTER

Array = np.ndarray
NAMES: Mapping[str, tuple[str, ...]] = {
    **PLACE_NAMES,
    "redshift": ("redshift", "z_spec", "zspec", "specz", "z_helio", "zhelio", "z_cmb", "z"),
    "redshift_error": (
        *("redshift_error", "e_z", "z_err", "zerr", "z_error", "e_redshift", "redshift_err"),
        *("e_z_spec", "z_spec_err", "e_zspec", "e_zhelio"),
    ),
    "velocity": ("cz", *VELOCITY_NAMES),
    "velocity_error": ("e_cz", "cz_err", *VELOCITY_ERROR_NAMES),
}
"""What columns are called, in small letters; z may be a magnitude, too, and comes last."""

HEADER: Mapping[str, tuple[str, ...]] = {
    "redshift": ("redshift", "z", "z_cluster", "zcluster", "z_cl"),
    "centre": CENTRE_WORDS,
}
"""Keywords of a table's header that stand for options which are not given."""

COSMOLOGY = FlatLambdaCDM(H0=HUBBLE_KMS_MPC, Om0=MATTER)
FARTHEST_REDSHIFT = 3.0


@checked
class ClusterOptions:
    """What is told of a cluster besides its table.

    Parameters
    ----------
    columns : str
        Names of the table's columns where they differ from `NAMES`, as ``redshift=ZSPEC``.
    redshift : float or None
        Of the cluster; None for the table's header.
    centre : str
        Right ascension and declination [deg], ``"194.95,27.98"``; empty for the table's header, or
        else the mean of the galaxies near the cluster's redshift.
    radius_unit : str
        Of a column of radii that has none, ``"arcmin"`` or ``"Mpc"``.
    velocity_unit : str
        Of a column of velocities and one of errors that have none, ``"km/s"``.
    hdu : int, str or None
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str
        Path of the table in HDF5 files that hold several.
    """

    columns: str = ""
    redshift: float | None = None
    centre: str = ""
    radius_unit: str = ""
    velocity_unit: str = ""
    hdu: int | str | None = None
    path: str = ""


@dataclass(frozen=True)
class Observed:
    """A cluster as it was read.

    Parameters
    ----------
    galaxies : Galaxies
        Those with all that is needed, within 4000 km/s, each once.
    flags : tuple of str
        ``centre_from_galaxies``, ``missing_values``, ``bad_errors``, ``galaxies_left_out``,
        ``repeated_galaxies``.
    """

    galaxies: Galaxies
    flags: tuple[str, ...]


def read_cluster(path: str | Path, options: ClusterOptions) -> Observed:
    """Return the galaxies in the line of sight of a cluster.

    Velocities in its frame are c (z − z_cluster) / (1 + z_cluster), and errors likewise.

    Parameters
    ----------
    path : str or Path
        As `astro_dl.observations.tables.read.read_table` takes it.
    options : ClusterOptions
        Columns, redshift, centre, and which table is meant.

    Raises
    ------
    UsageError
        If it cannot be read, a column is missing or of a wrong unit, the redshift is not known, or
        no galaxy has a velocity near it.
    """
    table = TracerTable.read(path, NAMES, options.columns, options.hdu, options.path)
    cluster = _redshift(options.redshift, table)
    redshift, error = _redshifts(table, options.velocity_unit)
    velocity = LIGHT_KMS * (redshift - cluster) / (1 + cluster)
    error_kms = LIGHT_KMS * error / (1 + cluster)
    near = np.abs(velocity) < FARTHEST_KMS
    if not near.any():
        raise UsageError(
            f"{path}: no galaxy within {FARTHEST_KMS:g} km/s of redshift {cluster:g}; the median "
            f"of the table is {np.nanmedian(redshift):.4g}. Velocities are c z, not counted from "
            "the cluster"
        )
    centre = options.centre or table.of_header(HEADER["centre"])
    away, by_mean = table.radii(centre, options.radius_unit, near)
    radii = _megaparsecs(away, cluster)
    flags = ["centre_from_galaxies"] if by_mean else []
    complete = np.isfinite(redshift) & np.isfinite(error) & np.isfinite(radii)
    if not complete.all():
        flags.append("missing_values")
    if (complete & ~(error_kms > 0)).any():
        flags.append("bad_errors")
    usable = complete & (error_kms > 0)
    if (usable & ~near).any():
        flags.append("galaxies_left_out")
    kept = usable & near
    galaxies = Galaxies(radii[kept], velocity[kept], error_kms[kept], cluster)
    fresh = first_of_each(galaxies.radii, galaxies.velocities, galaxies.errors)
    if not fresh.all():
        flags.append("repeated_galaxies")
    return Observed(galaxies.take(fresh), tuple(flags))


def _redshift(told: float | None, table: TracerTable) -> float:
    """Return the redshift of the cluster."""
    text = told if told is not None else table.of_header(HEADER["redshift"])
    if text == "":
        raise UsageError(
            f"{table.where}: the redshift of the cluster is not known; give it: redshift=0.0231"
        )
    try:
        found = float(text)
    except ValueError:
        found = np.nan
    if not 0 < found < FARTHEST_REDSHIFT:
        raise UsageError(
            f"{table.where}: redshift is {text}; accepted: above 0, below {FARTHEST_REDSHIFT:g}"
        )
    return found


def _redshifts(table: TracerTable, velocity_unit: str) -> tuple[Array, Array]:
    """Return redshifts of galaxies and their errors, of columns of either or of velocities."""
    told = table.either("redshift", "velocity")
    if told is None:
        raise UsageError(
            f"{table.where}: no column of redshifts or velocities among "
            f"{', '.join(table.table.colnames)}; name it: --columns redshift=COLUMN, or velocity=…"
        )
    if told == "redshift":
        redshift = table.numbers("redshift", "")
    else:
        redshift = _velocities(table, "velocity", velocity_unit) / LIGHT_KMS
    # Of most rows: single ones are written as 9.99 where there is none.
    known = np.abs(redshift[np.isfinite(redshift)])
    if not len(known):
        raise UsageError(f"{table.where}: no row has a {told}")
    if np.median(known) > 2 * FARTHEST_REDSHIFT:
        asked = (
            "are they velocities? Name the column: --columns velocity=COLUMN"
            if told == "redshift"
            else "are velocities in another unit?"
        )
        raise UsageError(f"{table.where}: redshifts are about {np.median(known):.4g}; {asked}")
    told_error = table.either("redshift_error", "velocity_error")
    if told_error is None:
        raise UsageError(
            f"{table.where}: no column of errors among {', '.join(table.table.colnames)}; name it: "
            "--columns redshift_error=COLUMN, or velocity_error=…"
        )
    if told_error == "redshift_error":
        return redshift, table.numbers("redshift_error", "")
    return redshift, _velocities(table, "velocity_error", velocity_unit) / LIGHT_KMS


def _velocities(table: TracerTable, name: str, velocity_unit: str) -> Array:
    """Return velocities [km/s]; those without a unit may be anything."""
    values = table.numbers(name, "km/s")
    if table.unit(name) is not None:
        return values
    unit = parse_unit(velocity_unit)
    if unit is None or not unit.is_equivalent(u.km / u.s):
        raise UsageError(
            f"{table.where}: column {table.column(name)!r} has no unit; tell it: velocity_unit=km/s"
        )
    return (values * unit).to_value(u.km / u.s)


def _megaparsecs(radii: u.Quantity, redshift: float) -> Array:
    """Return radii as lengths; angles, of any size, are arcs at the distance of the cluster."""
    if radii.unit.is_equivalent(u.Mpc):
        return radii.to_value(u.Mpc)
    away = COSMOLOGY.angular_diameter_distance(redshift).to_value(u.Mpc)
    return radii.to_value(u.rad) * away
