"""What a table says of a value: itself, how sure it is, and its quantiles."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy.units import Unit

from astro_dl.inference.predictions import Answers

QUANTILES = (0.05, 0.16, 0.5, 0.84, 0.95)
"""Probabilities at which the quantiles of mixtures and grids are given."""


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
        Of values.
    tells_quantiles : bool
        Whether the distribution is one whose quantiles are given.
    """
    columns = {"": answers.values}
    parts = {f"_{name}": values for name, values in answers.parts.items()}
    if (distribution := answers.distribution) is None:
        return columns | parts
    columns |= {"_std": distribution.std, **parts}
    if not tells_quantiles:
        return columns
    quantiles = np.moveaxis(distribution.quantile(np.array(QUANTILES)), -1, 0)
    columns |= {"_mean": distribution.mean, "_mode": distribution.mode}
    named = zip(QUANTILES, quantiles, strict=True)
    return columns | {f"_q{100 * level:02.0f}": one for level, one in named}
