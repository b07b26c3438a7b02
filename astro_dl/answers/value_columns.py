"""What a table says of a value: itself, how sure it is, and its quantiles."""

import numpy as np

from astro_dl.inference.predictions import Answers

QUANTILES = (0.05, 0.16, 0.5, 0.84, 0.95)
"""Probabilities at which the quantiles of mixtures and grids are given."""


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
