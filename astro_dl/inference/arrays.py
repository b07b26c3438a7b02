"""Predictions on arrays: the table of inputs that are preprocessed already."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import QTable, vstack

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, input_length, take_inputs
from astro_dl.core.reading.share import current_share
from astro_dl.inference.input_checks import (
    as_inputs,
    check_finite,
    check_scale,
    finite_rows,
    rows_outside_training_range,
)
from astro_dl.inference.table import Effect, Flag, answered_rows, prediction_table, unsupported

if TYPE_CHECKING:
    from astro_dl.inference.protocol import Predictor

ROWS_AT_ONCE = 4096
NOT_FINITE = "non_finite_input"


def predict_arrays(
    predictor: "Predictor[Any]",
    x: Any,
    ids: Sequence[Any] | np.ndarray | None = None,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Return the table of `Predictor.predict` on arrays.

    Parameters
    ----------
    predictor : Predictor
        What answers.
    x : array_like or dict of array_like
        Inputs (n, *shape), preprocessed as the card's input contract says.
    ids : sequence, (n,), optional
        Column ``id``; by default 0 to n - 1.
    batch_size : int, default 256
        Examples given to the model at once.
    keep_flagged : bool, default False
        Whether answers outside the training range are given.

    Raises
    ------
    UsageError
        If the inputs or ids are not acceptable, or no example is finite.
    """
    arrays = as_inputs(x, predictor.input_spec)
    n = input_length(arrays)
    if ids is not None and len(ids) != n:
        raise UsageError(f"{len(ids)} ids for {n} examples; one each is needed")
    check_scale(arrays, predictor.bundle.card.input_statistics)
    ids = np.arange(n) if ids is None else ids
    size = max(ROWS_AT_ONCE, batch_size or 0)
    parts = [slice(start, start + size) for start in range(0, n, size)]
    finite = [finite_rows(take_inputs(arrays, part)) for part in parts]
    if current_share() is None and not any(rows.any() for rows in finite):
        check_finite(arrays)
    tables = [
        _part(predictor, take_inputs(arrays, part), ids[part], rows, batch_size, keep_flagged)
        for part, rows in zip(parts, finite, strict=True)
    ]
    return tables[0] if len(tables) == 1 else vstack(tables)


def predict_read(
    predictor: "Predictor[Any]",
    x: Inputs,
    ids: Sequence[Any],
    flags: Sequence[Sequence[str]],
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Return the table of inputs that a reader of files made, also where none can be used.

    Parameters
    ----------
    predictor : Predictor
        What answers.
    x : ndarray or dict of ndarray
        Inputs (n, *shape); NaN where the reader could make none.
    ids : sequence, (n,)
        Column ``id``.
    flags : sequence of sequence of str, (n,)
        What the reader says of each: before what is said of its input, and instead of that it is
        not finite.
    batch_size, keep_flagged
        As of `predict_arrays`.
    """
    usable = finite_rows(x)
    if usable.any():
        table = predictor.predict(x, ids=ids, batch_size=batch_size, keep_flagged=keep_flagged)
    else:
        table = prediction_table(predictor.head, ids, predictor.answers(x, usable=usable))
    own = ([word for word in str(one).split(",") if word] for one in table["flags"])
    table["flags"] = [
        ",".join([*said, *(word for word in words if word != NOT_FINITE)])
        for said, words in zip(flags, own, strict=True)
    ]
    return table


def predict_flagged(
    predictor: "Predictor[Any]",
    x: Inputs,
    ids: Sequence[Any] | np.ndarray,
    flags: Mapping[str, Flag],
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Return the table of inputs of which is known what is wrong with each.

    Parameters
    ----------
    predictor : Predictor
        What answers.
    x : ndarray or dict of ndarray
        Inputs (n, *shape).
    ids : sequence, (n,)
        Column ``id``.
    flags : mapping of str to Flag
        At least one.
    batch_size, keep_flagged
        As of `predict_arrays`.
    """
    answers = predictor.answers(x, batch_size, answered_rows(flags, keep_flagged))
    return prediction_table(predictor.head, ids, answers, flags)


def _part(
    predictor: "Predictor[Any]",
    x: Inputs,
    ids: Sequence[Any] | np.ndarray,
    finite: np.ndarray,
    batch_size: int | None,
    keep_flagged: bool,
) -> QTable:
    outside = rows_outside_training_range(x, predictor.bundle.card.input_statistics)
    flags = {
        NOT_FINITE: Flag(~finite, Effect.NO_ANSWER),
        "outside_training_range": Flag(outside & finite, unsupported(predictor.head)),
    }
    return predict_flagged(predictor, x, ids, flags, batch_size, keep_flagged)
