"""From tables of stars to the mass and the slope of the halo that holds them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.answers.posterior_samples import MostSamples, with_samples
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, take_inputs
from astro_dl.core.reading.named_files import read_named
from astro_dl.core.reading.share import divisible
from astro_dl.core.schema import given
from astro_dl.inference.arrays import predict_flagged
from astro_dl.inference.input_checks import rows_outside_training_range
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag, check_any_answerable, put_first
from astro_dl.observations.tables.tracers import some_rows
from astro_dl.science.mass_profile.estimators import WOLF
from astro_dl.science.mass_profile.inputs import Prepared, prepare
from astro_dl.science.mass_profile.parameters import G_PC, log_mass_unit
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.reading import GalaxyOptions, Observed, read_galaxy

FEW_STARS = 30
"""Fewer than any galaxy of the training."""

READ = (
    "half_light_from_stars",
    "centre_from_stars",
    "missing_values",
    "bad_errors",
    "repeated_stars",
    "without_membership",
    "thinned",
)


@divisible(undivided=("samples",))
def predict_masses(
    predictor: Predictor[MassProfilePhysics],
    paths: Sequence[str | Path],
    *,
    columns: str = "",
    half_light_radius: str = "",
    distance: str = "",
    centre: str = "",
    radius_unit: str = "",
    least_membership: float = 0.9,
    hdu: int | str | None = None,
    path: str = "",
    samples: MostSamples = 0,
    seed: int = 0,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Tell the mass, the slope of the halo and the anisotropy of galaxies by their stars.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``mass_profile``.
    paths : sequence of path
        Tables of one galaxy each, one row per star: velocities along the line of sight, their
        errors, and radii on the sky or right ascension and declination.
    columns : str, optional
        Names of the table's columns where they differ from those in
        `astro_dl.science.mass_profile.reading.NAMES`, as ``velocity=VHEL,velocity_error=EV``.
    half_light_radius, distance, centre, radius_unit, least_membership
        As of `astro_dl.science.mass_profile.reading.GalaxyOptions`; the first three are looked for
        in the header of a table where they are not given.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    samples : int, default 0
        Draws of each posterior, see `astro_dl.answers.posterior_samples.with_samples`.
    seed : int, default 0
        Of the draws, and of the stars that are left out of a galaxy with too many.
    batch_size : int, optional
        Galaxies given to the network at once.
    keep_flagged : bool, default False
        Answer for galaxies outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``, ``stars`` (those that were used),
        ``mean_velocity``, ``dispersion`` (without errors), ``half_light_radius``; ``gamma``,
        ``log_mass`` (log₁₀ of the mass within 1.8 half-light radii [M☉]) and ``beta``, each with
        its median, ``_std``, ``_mean``, ``_mode`` and quantiles; ``log_mass_wolf``, log₁₀ of the
        mass within 4/3 half-light radii by Wolf et al. (2010); ``flags``: ``few_stars`` (below 30)
        and ``outside_training_range`` (NaN unless flagged answers are kept), ``no_stars`` (fewer
        than two, or no dispersion), ``thinned`` (more stars than the network has places: some are
        left out at random), ``stars_left_out`` (beyond five dispersions), and what the reader
        says: ``half_light_from_stars``, ``centre_from_stars``, ``missing_values``, ``bad_errors``,
        ``without_membership``, ``repeated_stars`` (rows that are the same in radius, velocity and
        error count once).

    Raises
    ------
    UsageError
        If no file can be used, or as of `astro_dl.science.mass_profile.reading.read_galaxy`.
    """
    options = GalaxyOptions(
        columns, half_light_radius, distance, centre, radius_unit, least_membership, hdu, path
    )

    def usable_stars(one: Path) -> Observed:
        return observed(one, options, predictor.physics, seed)

    ids, read = read_named(paths, usable_stars, "galaxy", progress)
    ready = prepare(predictor.physics, [one.stars for one in read])
    flags = _flags(predictor, ready, read)
    check_any_answerable(flags, ids)
    table = predict_flagged(predictor, ready.x, ids, flags, batch_size, keep_flagged)
    table = with_samples(table, predictor, ready.x, samples, np.random.default_rng(seed))
    sizes = np.array([one.half_light_pc for one in read])
    table = _with_masses(table, ready, sizes)
    table.meta |= {"reading": given(options), "seed": seed}
    return table


def input_of_file(physics: MassProfilePhysics, path: Path) -> Inputs:
    """Return the input of the galaxy in a table, of which the header tells size and distance.

    Raises
    ------
    UsageError
        As of `astro_dl.science.mass_profile.reading.read_galaxy`, or if there are too few stars.
    """
    read = observed(path, GalaxyOptions(), physics, 0)
    ready = prepare(physics, [read.stars])
    if ready.stars[0] < 2:
        raise UsageError(f"{path}: {len(read.stars)} stars; two are the fewest with a dispersion")
    return take_inputs(ready.x, 0)


def observed(
    path: Path, options: GalaxyOptions, physics: MassProfilePhysics, seed: int
) -> Observed:
    """Return the stars of a table that a network is given: those above its most at random left out.

    Raises
    ------
    UsageError
        As of `astro_dl.science.mass_profile.reading.read_galaxy`.
    """
    read = read_galaxy(path, options)
    rows = some_rows(len(read.stars), physics.most_stars, seed)
    if len(rows) == len(read.stars):
        return read
    return Observed(read.stars.take(rows), read.half_light_pc, (*read.flags, "thinned"))


def _flags(
    predictor: Predictor[MassProfilePhysics], ready: Prepared, read: Sequence[Observed]
) -> dict[str, Flag]:
    none = ready.stars < 2
    few = (ready.stars < FEW_STARS) & ~none
    outside = rows_outside_training_range(ready.x, predictor.bundle.card.input_statistics)
    given = np.array([len(one.stars) for one in read])
    found = {
        "no_stars": Flag(none, Effect.NO_ANSWER),
        "few_stars": Flag(few, Effect.WITHHELD),
        "outside_training_range": Flag(outside & ~none & ~few, Effect.WITHHELD),
        "stars_left_out": Flag((given > ready.stars) & ~none),
    }
    said = {word: Flag(np.array([word in one.flags for one in read])) for word in READ}
    return found | said


def _with_masses(table: QTable, ready: Prepared, half_light_pc: np.ndarray) -> QTable:
    """Return a table with masses in those of the sun, and what was measured of the stars."""
    unit = log_mass_unit(ready.dispersion_kms, half_light_pc)
    for name in table.colnames:
        if name.startswith("log_mass") and "_std" not in name:
            column = table[name]
            values = np.asarray(getattr(column, "value", column), np.float64)
            shift = unit.reshape(-1, *([1] * (values.ndim - 1)))
            table[name] = (values + shift).astype(np.float32) * u.dex
    with np.errstate(divide="ignore"):
        wolf = np.log10(WOLF.factor * ready.intrinsic_kms**2 * half_light_pc / G_PC)
    wolf = np.where(np.isfinite(wolf), wolf, np.nan)
    own = {
        "stars": ready.stars,
        "mean_velocity": ready.mean_kms * u.km / u.s,
        "dispersion": ready.intrinsic_kms * u.km / u.s,
        "half_light_radius": half_light_pc * u.pc,
    }
    put_first(table, own)
    table.add_column(wolf * u.dex, table.colnames.index("flags"), "log_mass_wolf")
    return table
