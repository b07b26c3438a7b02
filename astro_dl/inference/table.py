"""The table that `predict` returns: one row per example."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy.table import QTable
from astropy.units import Unit

from astro_dl.core.task import Head
from astro_dl.inference.predictions import Answers

QUANTILES = (0.05, 0.16, 0.5, 0.84, 0.95)
"""Probabilities at which the quantiles of mixtures and grids are given."""


def prediction_table(
    head: Head,
    ids: Sequence[Any] | np.ndarray,
    answers: Answers,
    flags: Mapping[str, np.ndarray] | None = None,
) -> QTable:
    """Return one row per example.

    Parameters
    ----------
    head : Head
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
    """
    table = QTable({"id": ids})
    if head.kind == "regression":
        columns = _columns(head, answers)
        for k, (name, unit) in enumerate(zip(head.names, _units(head), strict=True)):
            for ending, values in columns.items():
                column = values[:, k].astype(np.float32)
                table[name + ending] = column * unit if unit else column
    elif head.kind == "reconstruction":
        table["anomaly_score"] = answers.values
        for name, error in zip(head.names, answers.logits.T, strict=False):
            table[f"error_{name}"] = error
    else:
        probabilities = answers.values
        if head.kind == "binary":
            probabilities = np.stack([1 - probabilities, probabilities], axis=1)
        best = np.argmax(probabilities, axis=1)
        known = np.isfinite(probabilities).all(axis=1)
        table["label"] = np.where(known, np.array(head.names)[best], "")
        for name, column in zip(head.names, probabilities.T, strict=True):
            table[f"p_{name}"] = column.astype(np.float32)
        if head.kind == "binary":
            table["logit"] = answers.logits
        for name, column in answers.parts.items():
            table[name] = column.astype(np.float32)
    table["flags"] = _words(flags or {}, len(table))
    return table


def _columns(head: Head, answers: Answers) -> dict[str, np.ndarray]:
    """Return ending to values (n, targets)."""
    columns = {"": answers.values}
    parts = {f"_{name}": values for name, values in answers.parts.items()}
    if (distribution := answers.distribution) is None:
        return columns | parts
    columns |= {"_std": distribution.std, **parts}
    if head.distribution in ("mixture", "grid"):
        quantiles = np.moveaxis(distribution.quantile(np.array(QUANTILES)), -1, 0)
        columns |= {"_mean": distribution.mean, "_mode": distribution.mode}
        columns |= {f"_q{100 * q:02.0f}": one for q, one in zip(QUANTILES, quantiles, strict=True)}
    return columns


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


def _units(head: Head) -> list[Any]:
    units = head.units or ("",) * len(head.names)
    return [Unit(unit) if unit else None for unit in units]
