"""Spectra of galaxies in files, checked against what networks know."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.observations.tables.columns import find_column, read_columns
from astro_dl.observations.tables.read import read_table
from astro_dl.science.cosmology_fields.galaxy_power.physics import GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.shells import BOX, wave_numbers

Array = np.ndarray
K, POWER = "k", "power"
UNITS = {K: "littleh / Mpc", POWER: "Mpc3 / littleh3"}
K_TOLERANCE = 0.01
"""Relative: mean and middle of a shell differ by more than that in the first."""


def power_columns(physics: GalaxyPowerPhysics) -> list[str]:
    """Return the columns of power, one for each redshift, the farthest first."""
    return [f"{POWER}_z{z:.2f}" for z in physics.redshifts]


def read_power(
    path: str | Path,
    physics: GalaxyPowerPhysics,
    mapping: Mapping[str, str] | None = None,
    which: int | str | None = None,
) -> Array:
    """Return the spectra of one universe.

    Parameters
    ----------
    path : str or Path
        A table with a row for each shell: ``k`` [h/Mpc] and the power of galaxies [(Mpc/h)³], shot
        noise included, either in `power_columns`, or, where there is none of these, in one column
        ``power`` that holds as many numbers in a row.
    physics : GalaxyPowerPhysics
        Of the network.
    mapping : mapping of str to str, optional
        Wanted column to the table's name of it.
    which : int or str, optional
        The table that is meant where a file holds several.

    Returns
    -------
    ndarray, (redshifts, 79)

    Raises
    ------
    UsageError
        If it cannot be read, a column is missing or of another unit, the wave numbers or the number
        of redshifts are others, or power is missing or not above zero.
    """
    table = read_table(path, which)
    mapping = mapping or {}
    names = power_columns(physics)
    for name in mapping:
        if name not in (K, POWER, *names):
            raise unknown_name("column", name, [K, POWER, *names])
    apart = [name for name in names if name in mapping or _has_column(table, name)]
    named = [name for name in apart if name in mapping]
    if POWER in mapping and named:
        raise UsageError(f"columns: {POWER!r} and {named[0]!r} are named; accepted: one of both")
    if POWER in mapping or (_has_column(table, POWER) and not apart):
        table, mapping = _side_by_side(table, mapping, names, path)
    units = {K: UNITS[K], **dict.fromkeys(names, UNITS[POWER])}
    values = read_columns(table, [K, *names], mapping, units, path, sentinels=())
    check_wave_numbers(values[K], path)
    power = np.stack([values[name] for name in names])
    check_power(power, path)
    return power


def check_wave_numbers(k: Array, where: str | Path) -> None:
    """Raise `UsageError` for other wave numbers (n,) than those of the shells."""
    known = wave_numbers()
    if k.shape == known.shape and np.all(np.abs(k / known - 1) < K_TOLERANCE):
        return
    found = np.asarray(k)[np.isfinite(k)]
    told = f"from {found.min():.4g} to {found.max():.4g}" if found.size else "none finite"
    raise UsageError(
        f"{where}: {np.size(k)} wave numbers, {told} h/Mpc; accepted: the means of the "
        f"{len(known)} shells of waves in a box of {BOX:g} Mpc/h, {known[0]:.4g}, {known[1]:.4g} … "
        f"{known[-1]:.4g}"
    )


def check_power(power: Array, where: str | Path) -> None:
    """Raise `UsageError` for power (…) that is missing, or not above zero."""
    unusable = ~(np.isfinite(power) & (np.nan_to_num(power) > 0))
    if unusable.any():
        raise UsageError(
            f"{where}: {int(unusable.sum())} of {power.size} values of power are missing or not "
            "above zero; accepted: the whole power of galaxies, shot noise included"
        )


def _has_column(table: Table, name: str) -> bool:
    return name.lower() in {one.strip().lower() for one in table.colnames}


def _side_by_side(
    table: Table, mapping: Mapping[str, str], names: list[str], where: str | Path
) -> tuple[Table, dict[str, str]]:
    """Return a table with a column of power that holds all redshifts as one column for each."""
    column = table[find_column(table, mapping.get(POWER, POWER), POWER, where)]
    found = 1 if column.ndim == 1 else int(np.prod(column.shape[1:]))
    if found != len(names):
        raise UsageError(
            f"{where}: power at {found} redshifts; accepted: {len(names)}, in the order of "
            f"{', '.join(names)}"
        )
    name_of_k = find_column(table, mapping.get(K, K), K, where)
    parts: Any = np.ma.asarray(np.ma.array(column)).reshape(len(table), -1)
    split = Table({K: table[name_of_k]})
    for name, values in zip(names, parts.T, strict=True):
        split[name] = values
        split[name].unit = column.unit
    return split, {}
