"""From catalogues to tables of predictions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.data.catalogues import parse_column_names, read_columns, read_table
from astro_dl.errors import UsageError, did_you_mean
from astro_dl.inputs import check_scale, rows_outside_training_range
from astro_dl.prediction_table import prediction_table

__all__ = ["classify_rows"]


def classify_rows(
    predictor: Any,
    paths: Sequence[Any],
    *,
    columns: str = "",
    id_column: str = "",
    batch_size: int | None = None,
) -> QTable:
    """Classify the rows of catalogues.

    Parameters
    ----------
    predictor : Predictor
        A network of a task on catalogues.
    paths : sequence of path
        CSV, ECSV, FITS, VOTable, HDF5 or Parquet files.
    columns : str, optional
        Names of the file's columns where they differ, as ``u=psfMag_u,g=psfMag_g``.
    id_column : str, optional
        Column that identifies a row; default the number of the row, after the file's name where
        there are several files.
    batch_size : int, optional
        Rows given to the network at once.

    Returns
    -------
    astropy.table.QTable
        One row per row of the files, in their order: ``id``, ``label``, ``p_<class>``, ``logit``
        (binary networks) and ``flags``: ``missing_values`` where values are masked, not finite or
        sentinels such as 99, ``nothing_known`` where all of them are (probabilities are NaN), and
        ``outside_training_range``.

    Raises
    ------
    UsageError
        If a file or a column cannot be used, or the numbers are of another order than those of the
        training.
    """
    mapping = parse_column_names(columns)
    inputs: list[np.ndarray] = []
    ids: list[Any] = []
    for path in paths:
        table = read_table(path)
        physics = predictor.physics
        values = read_columns(
            table, physics.columns, mapping, where=path, sentinels=physics.sentinels
        )
        inputs.append(physics.inputs(values))
        if id_column and id_column not in table.colnames:
            raise UsageError(
                f"{path}: no column {id_column!r}{did_you_mean(id_column, table.colnames)}"
            )
        prefix = f"{path.name}:" if len(paths) > 1 else ""
        numbers = [f"{prefix}{row}" for row in range(len(table))] if prefix else range(len(table))
        ids.extend(table[id_column] if id_column else numbers)
    return _prediction(predictor, np.concatenate(inputs), ids, batch_size)


def _prediction(
    predictor: Any, x: np.ndarray, ids: Sequence[Any], batch_size: int | None
) -> QTable:
    values, missing = np.split(x, 2, axis=1)
    known = {
        "x": {
            key: numbers[: values.shape[1]]
            for key, numbers in predictor.bundle.card["input_statistics"]["x"].items()
        }
    }
    # Only complete rows tell wrong units from missing values, which are zeros here.
    if len(complete := values[~missing.any(axis=1)]):
        check_scale(complete, known)
    nothing = np.asarray(missing.all(axis=1))
    answers = predictor.answers(x, batch_size, usable=~nothing)
    flags = {
        "missing_values": np.asarray(missing.any(axis=1)),
        "nothing_known": nothing,
        "outside_training_range": rows_outside_training_range(values, known) & ~nothing,
    }
    return prediction_table(predictor.head, ids, answers, flags)
