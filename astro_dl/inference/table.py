"""The table that `predict` returns: one row per example."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.inference.predictions import Answers

OWN_COLUMNS = ("id", "flags")
"""Columns of every table, whose names no target can have."""


def prediction_table(
    head: AnswerKind,
    ids: Sequence[Any] | np.ndarray,
    answers: Answers,
    flags: Mapping[str, np.ndarray] | None = None,
) -> QTable:
    """Return one row per example.

    Parameters
    ----------
    head : AnswerKind
        What the outputs mean.
    ids : sequence, (n,)
        Column ``id``.
    answers : Answers
        Of n examples, see `astro_dl.inference.predictions`.
    flags : mapping of str to bool ndarray, (n,), optional
        Word to the rows that bear it.

    Returns
    -------
    astropy.table.QTable
        Columns ``id``; ``label``, ``p_<class>`` and, for binary heads, ``logit``; or for each
        target, in its unit, ``<target>`` (the mean of a Gaussian, the median of a mixture or a
        grid), ``<target>_std`` where the head tells it, for mixtures and grids also
        ``<target>_mean``, ``_mode``, ``_q05``, ``_q16``, ``_q50``, ``_q84`` and ``_q95``; the parts
        of the uncertainty where several members answer, as `Answers` names them; or
        ``anomaly_score`` and ``error_<quantity>``, the mean squared error of each reconstructed
        quantity; ``flags``, comma-joined words. The label is the likeliest class, empty where the
        probabilities are NaN.

    Raises
    ------
    UsageError
        If a target is called ``id`` or ``flags``.
    """
    columns = head.columns(answers)
    taken = [name for name in columns if name.lower() in OWN_COLUMNS]
    if taken:
        raise UsageError(
            f"the answers {taken[0]!r} would have the name of a column that every table has: "
            f"{', '.join(OWN_COLUMNS)}; train with another name of the target"
        )
    table = QTable({"id": ids, **columns})
    table["flags"] = _words(flags or {}, len(table))
    return table


def _words(flags: Mapping[str, np.ndarray], n: int) -> np.ndarray:
    """Return the words of each row joined; all combinations are spelled once."""
    codes = np.zeros(n, int)
    for bit, mask in enumerate(flags.values()):
        codes |= np.asarray(mask, int) << bit
    words = np.array([""])
    for word in flags:
        joined = np.where(words == "", word, np.char.add(words, f",{word}"))
        words = np.concatenate([words, joined])
    longest = max((len(words[code]) for code in np.unique(codes)), default=1)
    return words[codes].astype(f"U{max(longest, 1)}")
