"""What a table says of a value: itself, how sure it is, and its quantiles."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy.units import Unit

from astro_dl.distributions.distribution import Distribution
from astro_dl.inference.predictions import Answers

QUANTILES = {"q05": 0.05, "q16": 0.16, "q50": 0.5, "q84": 0.84, "q95": 0.95}
"""Columns of the quantiles of mixtures and grids, and their probabilities."""

MOMENTS = ("std", "mean", "mode")
STATISTICS = (*MOMENTS, *QUANTILES)
LONGEST_CODE = 16


def value_columns(
    names: Sequence[str], units: Sequence[str], answers: Answers, tells_quantiles: bool
) -> dict[str, Any]:
    """Return for each target ``<target>`` and, where told, ``_std``, ``_mean``, ``_q05`` …

    Parameters
    ----------
    names, units : sequence of str
        Of the targets; units may be empty.
    answers, tells_quantiles
        As of `value_endings`.
    """
    endings, columns = value_endings(answers, tells_quantiles), {}
    for k, (name, unit) in enumerate(zip(names, units or [""] * len(names), strict=True)):
        for ending, values in endings.items():
            column = values[:, k].astype(np.float32)
            columns[name + ending] = column * Unit(unit) if unit else column
    return columns


def value_endings(answers: Answers, tells_quantiles: bool) -> dict[str, np.ndarray]:
    """Return endings of columns to values (n, targets).

    Parameters
    ----------
    answers : Answers
        Of values; of its distribution only the ``asked`` statistics are computed.
    tells_quantiles : bool
        Whether the distribution is one whose quantiles are given.
    """
    columns = {"": answers.values}
    parts = {f"_{name}": values for name, values in answers.parts.items()}
    if (distribution := answers.distribution) is None:
        return columns | parts
    told = STATISTICS if tells_quantiles else ("std",)
    asked = [name for name in told if answers.asked is None or name in answers.asked]
    found = {f"_{name}": getattr(distribution, name) for name in MOMENTS if name in asked}
    first = {name: found.pop(name) for name in ("_std",) if name in found}
    levels = [name for name in QUANTILES if name in asked]
    return columns | first | parts | found | _quantiles(distribution, levels)


def _quantiles(distribution: Distribution, names: list[str]) -> dict[str, np.ndarray]:
    """Return quantiles by their columns; the median is known already."""
    others = [name for name in names if QUANTILES[name] != 0.5]
    if not names:
        return {}
    values = distribution.quantile(np.array([QUANTILES[name] for name in others]))
    found = dict(zip(others, np.moveaxis(values, -1, 0), strict=True))
    return {f"_{name}": found.get(name, distribution.median) for name in names}


def code_columns(answers: Answers) -> dict[str, Any]:
    """Return ``code_<number>`` from 1, of codes of at most 16 numbers."""
    code = answers.parts.get("code", np.zeros((len(answers.values), 0)))
    told = code.T if code.shape[1] <= LONGEST_CODE else ()
    return {f"code_{number}": one for number, one in enumerate(told, start=1)}
