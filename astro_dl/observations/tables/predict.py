"""From catalogues to tables of predictions, part by part."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from astropy.table import QTable, Table

from astro_dl.core.reading.many_files import may_fail
from astro_dl.core.reading.share import divisible
from astro_dl.inference.input_checks import check_scale, rows_outside_training_range
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag, answered_rows, prediction_table, unsupported
from astro_dl.observations.tables.blocks import iterate_identified
from astro_dl.observations.tables.columns import parse_column_names
from astro_dl.observations.tables.inputs import TablePhysics
from astro_dl.observations.tables.read import ROWS_AT_ONCE, meant_table

BATCH_SIZE = 2048


def inputs_of_rows(physics: TablePhysics, table: Table, where: Any) -> np.ndarray:
    """Return the inputs (n, 2k) of all rows of a catalogue.

    Raises
    ------
    UsageError
        If a column cannot be used.
    """
    return physics.inputs(physics.columns.read(table, where))


@divisible(rows=True)
def predict_rows(
    predictor: Predictor[TablePhysics],
    paths: Sequence[Any],
    *,
    columns: str = "",
    id_column: str = "",
    hdu: int | str | None = None,
    path: str = "",
    batch_size: int | None = None,
    rows: int = ROWS_AT_ONCE,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for the rows of catalogues, in bounded memory.

    Parameters
    ----------
    predictor : Predictor
        A model of a task on catalogues, whose physics is a
        `astro_dl.observations.tables.inputs.TablePhysics`.
    paths : sequence of path
        As `astro_dl.observations.tables.read.read_table` takes them.
    columns : str, optional
        Names of the file's columns where they differ, as ``u=psfMag_u,g=psfMag_g``.
    id_column : str, optional
        Column that identifies a row; default the number of the row, after the file's name where
        there are several files.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    batch_size : int, default 2048
        Rows given to the model at once.
    rows : int, default 65536
        Most rows read, and yielded, at once.
    keep_flagged : bool, default False
        Answer for rows outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other, of one row per row of the files, in their order: ``id``, what
        `prediction_table` gives, and ``flags``: ``missing_values`` where values are masked, not
        finite or sentinels such as 99, ``nothing_known`` where all of them are (answers are NaN),
        and ``outside_training_range`` (answers are NaN unless flagged ones are kept, or what is
        unusual is the question).

    Raises
    ------
    UsageError
        If a file or a column cannot be used, or the numbers are of another unit or order than those
        of the training.
    """
    mapping, physics = parse_column_names(columns), predictor.physics
    which = meant_table(hdu, path)
    size = BATCH_SIZE if batch_size is None else batch_size
    for ids, table, file in iterate_identified(paths, id_column, rows, which):
        with may_fail(file):
            values = physics.columns.read(table, file, mapping)
            yield _prediction(predictor, physics.inputs(values), ids, size, keep_flagged)


def _prediction(
    predictor: Predictor[object], x: np.ndarray, ids: Any, batch_size: int, keep_flagged: bool
) -> QTable:
    values, missing = np.split(x, 2, axis=1)
    statistics = predictor.bundle.card.input_statistics or {}
    known = {
        name: {key: numbers[: values.shape[1]] for key, numbers in statistics[name].items()}
        for name in statistics.keys() & {"x"}
    }
    # Only complete rows tell wrong units from missing values, which are zeros here.
    if len(complete := values[~missing.any(axis=1)]):
        check_scale(complete, known)
    nothing = np.asarray(missing.all(axis=1))
    outside = rows_outside_training_range(values, known) & ~nothing
    flags = {
        "missing_values": Flag(np.asarray(missing.any(axis=1))),
        "nothing_known": Flag(nothing, Effect.NO_ANSWER),
        "outside_training_range": Flag(outside, unsupported(predictor.head)),
    }
    answers = predictor.answers(x, batch_size, usable=answered_rows(flags, keep_flagged))
    return prediction_table(predictor.head, ids, answers, flags)
