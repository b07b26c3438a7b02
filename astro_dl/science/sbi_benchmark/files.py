"""From tables of observations to posteriors."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
from astropy.table import QTable, Table

from astro_dl.answers.posterior_samples import with_samples
from astro_dl.core.limits import Bounds
from astro_dl.core.reading.many_files import may_fail
from astro_dl.core.reading.share import divisible
from astro_dl.inference.arrays import predict_arrays
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.tables.blocks import iterate_identified
from astro_dl.observations.tables.columns import parse_column_names, read_columns
from astro_dl.observations.tables.read import meant_table
from astro_dl.science.sbi_benchmark.physics import BenchmarkPhysics

ROWS = 1024
MostSamples = Annotated[int, Bounds(0, 100_000)]


def inputs_of_rows(physics: BenchmarkPhysics, table: Table, where: Any) -> np.ndarray:
    """Return the inputs (n, m) of all rows of a table."""
    return _inputs(physics, table, where)


@divisible(rows=True, undivided=("samples",))
def predict_rows(
    predictor: Predictor[BenchmarkPhysics],
    paths: Sequence[Any],
    *,
    columns: str = "",
    id_column: str = "",
    hdu: int | str | None = None,
    path: str = "",
    batch_size: int | None = None,
    samples: MostSamples = 0,
    seed: int = 0,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for the rows of tables of observations, in bounded memory.

    Parameters
    ----------
    predictor : Predictor
        A network of this task.
    paths : sequence of path
        As `astro_dl.observations.tables.read.read_table` takes them.
    columns : str, optional
        Names of the file's columns where they differ, as ``x_1=first,x_2=second``.
    id_column : str, optional
        Column that identifies a row; default the number of the row.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    batch_size : int, default 256
        Rows given to the network at once.
    samples : int, default 0
        Draws of each posterior, see `astro_dl.answers.posterior_samples.with_samples`.
    seed : int, default 0
        Of the draws.
    keep_flagged : bool, default False
        Answer for rows outside the training range, too.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other, with the columns of a flow.

    Raises
    ------
    UsageError
        If a file or a column cannot be used.
    """
    mapping = parse_column_names(columns)
    rng = np.random.default_rng(seed)
    for ids, table, file in iterate_identified(paths, id_column, ROWS, meant_table(hdu, path)):
        with may_fail(file):
            x = _inputs(predictor.physics, table, file, mapping)
            found = predict_arrays(predictor, x, ids, batch_size, keep_flagged)
            yield with_samples(found, predictor, x, samples, rng)


def _inputs(
    physics: BenchmarkPhysics, table: Table, where: Any, mapping: dict[str, str] | None = None
) -> np.ndarray:
    names = physics.posed.observables
    values = read_columns(table, names, mapping, {}, where, sentinels=())
    return physics.posed.inputs(np.stack([values[name] for name in names], axis=1))
