"""From tables of galaxies to masses of clusters."""

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
from astro_dl.observations.tables.tracers import LIGHT_KMS, some_rows
from astro_dl.science.cluster_mass.dispersions import munari
from astro_dl.science.cluster_mass.inputs import LEAST_DISPERSION_KMS, Prepared, prepare
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.reading import ClusterOptions, Observed, read_cluster
from astro_dl.science.cluster_mass.simulate import ERROR_SCATTER

DOMINATED = 0.5
"""Share of galaxies of the field above which a cluster's own are fewer."""

READ = (
    *("centre_from_galaxies", "missing_values", "bad_errors", "galaxies_left_out"),
    *("repeated_galaxies", "thinned"),
)


@divisible(undivided=("samples",))
def predict_clusters(
    predictor: Predictor[ClusterMassPhysics],
    paths: Sequence[str | Path],
    *,
    columns: str = "",
    redshift: float | None = None,
    centre: str = "",
    radius_unit: str = "",
    velocity_unit: str = "",
    hdu: int | str | None = None,
    path: str = "",
    samples: MostSamples = 0,
    seed: int = 0,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Tell the mass of clusters by the galaxies in their line of sight.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``cluster_mass``.
    paths : sequence of path
        Tables of one cluster each, one row per galaxy: redshifts or velocities c z with errors, and
        radii on the sky or right ascension and declination. Galaxies in front and behind belong
        into it, too: networks are trained with them.
    columns : str, optional
        Names of the table's columns where they differ from those in
        `astro_dl.science.cluster_mass.reading.NAMES`, as ``redshift=ZSPEC,redshift_error=EZ``.
    redshift : float, optional
        Of the cluster; by default the header of the table tells it.
    centre : str, optional
        Right ascension and declination [deg], as ``194.95,27.98``; by default the header tells it,
        or it is the mean of the galaxies near the redshift.
    radius_unit : str, optional
        Of a column of radii that has none, ``arcmin`` or ``Mpc``.
    velocity_unit : str, optional
        Of columns of velocities and their errors that have none, ``km/s``.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    samples : int, default 0
        Draws of each posterior, see `astro_dl.answers.posterior_samples.with_samples`.
    seed : int, default 0
        Of the draws, and of the galaxies that are left out of a cluster with too many.
    batch_size : int, optional
        Clusters given to the network at once.
    keep_flagged : bool, default False
        Answer for clusters outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``, ``galaxies`` (those that were used), ``redshift``
        (as the galaxies tell it), ``dispersion`` (by biweight, without errors and what is three
        dispersions off); ``log_mass``, log₁₀ M200c [M☉] for H₀ = 70 km/s/Mpc, of posteriors with
        ``_std``, ``_mean``, ``_mode`` and quantiles; ``log_mass_munari``, that of Munari et al.
        (2013) by the dispersion; ``flags``: ``few_galaxies`` and ``outside_training_range`` (NaN
        unless flagged answers are kept; also where half of the errors are larger than those of the
        training by more than their scatter), ``no_galaxies`` (fewer than two, or no dispersion),
        ``dispersion_unresolved`` (it is no more than errors make, or below 50 km/s, and told as
        that), ``interlopers_dominate`` (more than a quarter are beyond 2000 km/s), ``thinned``
        (more galaxies than the network has places: some are left out at random),
        ``galaxies_left_out`` (beyond 4000 km/s, or the largest radius of the training), and what
        the reader says: ``centre_from_galaxies``, ``missing_values``, ``bad_errors``,
        ``repeated_galaxies`` (rows that are the same in all three numbers count once).

    Raises
    ------
    UsageError
        If no file can be used, or as of `astro_dl.science.cluster_mass.reading.read_cluster`.
    """
    options = ClusterOptions(columns, redshift, centre, radius_unit, velocity_unit, hdu, path)

    def usable_galaxies(one: Path) -> Observed:
        return observed(one, options, predictor.physics, seed)

    ids, read = read_named(paths, usable_galaxies, "cluster", progress)
    ready = prepare(predictor.physics, [one.galaxies for one in read])
    flags = _flags(predictor, ready, read)
    check_any_answerable(flags, ids)
    table = predict_flagged(predictor, ready.x, ids, flags, batch_size, keep_flagged)
    table = with_samples(table, predictor, ready.x, samples, np.random.default_rng(seed))
    told = np.array([one.galaxies.redshift for one in read])
    own = {
        "galaxies": ready.galaxies,
        "redshift": told + (1 + told) * ready.centre_kms / LIGHT_KMS,
        "dispersion": ready.intrinsic_kms * u.km / u.s,
    }
    put_first(table, own)
    peer = munari(ready.intrinsic_kms, told) * u.dex
    table.add_column(peer, table.colnames.index("flags"), "log_mass_munari")
    table.meta |= {"reading": given(options), "seed": seed}
    return table


def observed(
    path: Path, options: ClusterOptions, physics: ClusterMassPhysics, seed: int
) -> Observed:
    """Return the galaxies of a table that a network is given.

    Parameters
    ----------
    path : Path
    options : ClusterOptions
    physics : ClusterMassPhysics
        Those beyond its ``apertures_mpc`` are left out, with ``galaxies_left_out``; and those above
        its ``most_galaxies``, at random, with ``thinned``.
    seed : int
        Of the latter.

    Raises
    ------
    UsageError
        As of `astro_dl.science.cluster_mass.reading.read_cluster`, or if none is near the centre.
    """
    read = read_cluster(path, options)
    galaxies, flags = read.galaxies, [*read.flags]
    farthest = physics.apertures_mpc[1]
    near = galaxies.radii < farthest
    if len(near) and not near.any():
        raise UsageError(
            f"{path}: no galaxy within {farthest:g} Mpc of the centre, the median is at "
            f"{np.median(galaxies.radii):.3g} Mpc; are radii in their unit, places in degrees?"
        )
    if not near.all():
        flags.append("galaxies_left_out")
    galaxies = galaxies.take(near)
    rows = some_rows(len(galaxies), physics.most_galaxies, seed)
    if len(rows) < len(galaxies):
        flags.append("thinned")
    return Observed(galaxies.take(rows), tuple(flags))


def input_of_file(physics: ClusterMassPhysics, path: Path) -> Inputs:
    """Return the input of the cluster in a table, of which the header tells the redshift.

    Raises
    ------
    UsageError
        As of `astro_dl.science.cluster_mass.reading.read_cluster`, or with too few galaxies.
    """
    read = observed(path, ClusterOptions(), physics, 0)
    ready = prepare(physics, [read.galaxies])
    if ready.galaxies[0] < 2:
        raise UsageError(
            f"{path}: {len(read.galaxies)} galaxies; two are the fewest with a dispersion"
        )
    return take_inputs(ready.x, 0)


def _flags(
    predictor: Predictor[ClusterMassPhysics], ready: Prepared, read: Sequence[Observed]
) -> dict[str, Flag]:
    none = ready.galaxies < 2
    few = (ready.galaxies < predictor.physics.fewest_galaxies) & ~none
    outside = rows_outside_training_range(ready.x, predictor.bundle.card.input_statistics)
    errors = np.array([np.median(one.galaxies.errors) if len(one.galaxies) else 0 for one in read])
    outside |= errors > predictor.physics.error_kms[1] * np.exp(ERROR_SCATTER)
    found = {
        "no_galaxies": Flag(none, Effect.NO_ANSWER),
        "few_galaxies": Flag(few, Effect.WITHHELD),
        "outside_training_range": Flag(outside & ~none & ~few, Effect.WITHHELD),
        "dispersion_unresolved": Flag((ready.intrinsic_kms <= LEAST_DISPERSION_KMS) & ~none),
        "interlopers_dominate": Flag((ready.field > DOMINATED) & ~none),
    }
    said = {word: Flag(np.array([word in one.flags for one in read])) for word in READ}
    return found | said
