"""The table that `predict` returns: one row per example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.share import current_share
from astro_dl.inference.predictions import Answers

OWN_COLUMNS = ("id", "embedding", "flags")
"""Columns of every table, whose names no target can have."""
MOST_NAMED = 3
"""Inputs named in a message."""


class Effect(Enum):
    """What a flag means for the answer of the rows that bear it."""

    NONE = auto()
    """The answer stands."""

    WITHHELD = auto()
    """It is beyond what the network can know: NaN, unless flagged answers are kept."""

    NO_ANSWER = auto()
    """There is nothing to answer from: always NaN."""


@dataclass(frozen=True)
class Flag:
    """A word of the column ``flags``.

    Parameters
    ----------
    rows : ndarray of bool, (n,)
        The rows that bear it.
    effect : Effect, default NONE
        What it means for their answers.
    """

    rows: np.ndarray
    effect: Effect = Effect.NONE


def unsupported(head: AnswerKind) -> Effect:
    """Return what lying outside the training range means for this kind of answer.

    Reconstructions are asked how unusual an example is: there the answer stands.
    """
    return Effect.WITHHELD if head.labelled else Effect.NONE


def answered_rows(flags: Mapping[str, Flag], keep_flagged: bool) -> np.ndarray:
    """Return which rows (n,) get an answer: the ``usable`` of `Predictor.answers`.

    Parameters
    ----------
    flags : mapping of str to Flag
        At least one.
    keep_flagged : bool
        Whether answers that a flag calls unsupported are given all the same.
    """
    against = {Effect.NO_ANSWER} if keep_flagged else {Effect.NO_ANSWER, Effect.WITHHELD}
    without = [flag.rows for flag in flags.values() if flag.effect in against]
    n = len(next(iter(flags.values())).rows)
    return ~np.logical_or.reduce([np.zeros(n, bool), *without])


def check_any_answer(
    usable: np.ndarray, ids: Sequence[Any] | np.ndarray, reasons: Sequence[str]
) -> None:
    """Raise `UsageError` naming inputs and reasons where none of them (n,) is usable.

    Of a share of a run nothing is asked: others may be usable elsewhere.
    """
    if usable.any() or current_share() is not None:
        return
    named = [f"{id} ({reason})" for id, reason in zip(ids[:MOST_NAMED], reasons, strict=False)]
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    raise UsageError(f"nothing can be predicted from {', '.join(named)}{more}")


def check_any_answerable(flags: Mapping[str, Flag], ids: Sequence[Any] | np.ndarray) -> None:
    """Raise `UsageError` naming inputs and their flags where none has what to answer from."""
    check_any_answer(
        answered_rows(flags, keep_flagged=True), ids, list(flag_words(flags, len(ids)))
    )


def prediction_table(
    head: AnswerKind,
    ids: Sequence[Any] | np.ndarray,
    answers: Answers,
    flags: Mapping[str, np.ndarray | Flag] | None = None,
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
    flags : mapping of str to Flag or bool ndarray, (n,), optional
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
        quantity; sets or intervals and ``p_in_distribution`` where they are promised, see
        `astro_dl.inference.promises`; ``embedding`` where it is asked for; ``flags``, comma-joined
        words. The label is the likeliest class, empty where the probabilities are NaN.

    Raises
    ------
    UsageError
        If a target is called ``id`` or ``flags``.
    """
    columns = head.columns(answers)
    own = {*OWN_COLUMNS, *answers.columns}
    taken = [name for name in columns if name.lower() in own]
    if taken:
        raise UsageError(
            f"the answers {taken[0]!r} would have the name of a column that every table has: "
            f"{', '.join(sorted(own))}; train with another name of the target"
        )
    table = QTable({"id": ids, **columns, **answers.columns})
    if answers.embedding is not None:
        table["embedding"] = answers.embedding
    table["flags"] = flag_words(flags or {}, len(table))
    return table


def put_first(table: QTable, columns: Mapping[str, Any]) -> None:
    """Put what was measured of the inputs behind the identifiers, before the answers."""
    for place, (name, values) in enumerate(columns.items(), start=1):
        table.add_column(values, place, name)


def flag_words(flags: Mapping[str, np.ndarray | Flag], n: int) -> np.ndarray:
    """Return the words of each row (n,) joined; all combinations are spelled once."""
    codes = np.zeros(n, int)
    for bit, flag in enumerate(flags.values()):
        codes |= np.asarray(flag.rows if isinstance(flag, Flag) else flag, int) << bit
    words = np.array([""])
    for word in flags:
        joined = np.where(words == "", word, np.char.add(words, f",{word}"))
        words = np.concatenate([words, joined])
    longest = max((len(words[code]) for code in np.unique(codes)), default=1)
    return words[codes].astype(f"U{max(longest, 1)}")
