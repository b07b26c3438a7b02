"""From files of spectra of galaxies to posteriors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.answers.posterior_samples import MostSamples, with_samples
from astro_dl.core.examples import Inputs
from astro_dl.core.reading.named_files import read_named
from astro_dl.core.reading.share import divisible
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.tables.columns import parse_column_names
from astro_dl.observations.tables.read import meant_table
from astro_dl.science.cosmology_fields.galaxy_power.inputs import network_input
from astro_dl.science.cosmology_fields.galaxy_power.physics import GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.reading import read_power


@divisible(undivided=("samples",))
def predict_spectra(
    predictor: Predictor[GalaxyPowerPhysics],
    paths: Sequence[Any],
    *,
    columns: str = "",
    hdu: int | str | None = None,
    path: str = "",
    samples: MostSamples = 0,
    seed: int = 0,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Tell the universe of spectra of galaxies.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``cosmology_spectra``.
    paths : sequence of path
        Tables of one universe each, as
        `astro_dl.science.cosmology_fields.galaxy_power.reading.read_power` takes them.
    columns : str, optional
        Names of a table's columns where they differ, as ``k=wavenumber,power_z0.00=today``.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    samples : int, default 0
        Draws of each posterior, see `astro_dl.answers.posterior_samples.with_samples`.
    seed : int, default 0
        Of the draws.
    batch_size : int, optional
        Universes given to the network at once.
    keep_flagged : bool, default False
        Answer for spectra outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``; of ``omega_m`` and ``sigma_8`` each the median,
        ``_std``, ``_mean``, ``_mode`` and quantiles; ``flags``: ``outside_training_range`` (NaN
        unless flagged answers are kept).

    Raises
    ------
    UsageError
        If no file can be used.
    """
    mapping, which = parse_column_names(columns), meant_table(hdu, path)

    def read(one: Path) -> np.ndarray:
        return read_power(one, predictor.physics, mapping, which)

    ids, power = read_named(paths, read, progress=progress)
    x = network_input(np.stack(power))
    table = predict_read(predictor, x, ids, [()] * len(ids), batch_size, keep_flagged)
    rng = np.random.default_rng(seed)
    return with_samples(table, predictor, x, samples, rng)


def input_of_file(physics: GalaxyPowerPhysics, path: Path) -> Inputs:
    """Return the input of the universe in a file."""
    return network_input(read_power(path, physics)[None])[0]
