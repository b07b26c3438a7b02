"""The table that `predict` returns: one row per example."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy.table import QTable
from astropy.units import Unit

from astro_dl.tasks.base import Head

__all__ = ["prediction_table"]


def prediction_table(
    head: Head,
    ids: Sequence[Any] | np.ndarray,
    logits: np.ndarray,
    probabilities: np.ndarray,
    spread: np.ndarray | None = None,
    flags: Mapping[str, np.ndarray] | None = None,
) -> QTable:
    """Return one row per example.

    Parameters
    ----------
    head : Head
        What the outputs mean.
    ids : sequence, (n,)
        Column ``id``.
    logits : ndarray, (n,) or (n, k)
        Ranking statistic of binary heads.
    probabilities : ndarray, (n,) or (n, k)
        Of the positive class, or of each class; values of regression heads.
    spread : ndarray, (n, k), optional
        Standard deviations of these values.
    flags : mapping of str to bool ndarray, (n,), optional
        Word to the rows that bear it.

    Returns
    -------
    astropy.table.QTable
        Columns ``id``; ``label``, ``p_<class>`` and, for binary heads, ``logit``; or one per target
        with its unit and ``<target>_std``; ``flags``, comma-joined words. The label is the
        likeliest class, empty where the probabilities are NaN.
    """
    table = QTable({"id": ids})
    if head.kind == "regression":
        answers = {"": probabilities} if spread is None else {"": probabilities, "_std": spread}
        for k, (name, unit) in enumerate(zip(head.names, _units(head), strict=True)):
            for ending, values in answers.items():
                column = values[:, k].astype(np.float32)
                table[name + ending] = column * unit if unit else column
    else:
        if head.kind == "binary":
            probabilities = np.stack([1 - probabilities, probabilities], axis=1)
        best = np.argmax(probabilities, axis=1)
        known = np.isfinite(probabilities).all(axis=1)
        table["label"] = np.where(known, np.array(head.names)[best], "")
        for name, column in zip(head.names, probabilities.T, strict=True):
            table[f"p_{name}"] = column.astype(np.float32)
        if head.kind == "binary":
            table["logit"] = logits
    rows: list[list[str]] = [[] for _ in range(len(table))]
    for word, mask in (flags or {}).items():
        for row in np.flatnonzero(mask):
            rows[row].append(word)
    table["flags"] = np.array([",".join(words) for words in rows], dtype=str)
    return table


def _units(head: Head) -> list[Any]:
    units = head.units or ("",) * len(head.names)
    return [Unit(unit) if unit else None for unit in units]
