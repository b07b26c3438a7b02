"""What fine-tuning gains: several networks on the same held-back examples."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.metrics.intervals import resampled

Array = np.ndarray


def gains(
    head: AnswerKind,
    scores: Mapping[str, Array],
    test: Examples,
    confidence: float,
    replicas: int,
) -> dict[str, dict[str, Any]]:
    """Return by how much the first network is better than each of the others, with intervals.

    The same groups are drawn for both, with replacement, so that what makes an example hard for
    both does not count.

    Parameters
    ----------
    head : AnswerKind
        What is asked, and measured by its `mean_error`.
    scores : mapping of str to ndarray
        Of the networks, as the head's `scores` gives them; the first is compared with the others.
    test : Examples
        With the truth, and ``group`` in ``info``.
    confidence : float
        Of the intervals.
    replicas : int
        Of the bootstrap.

    Returns
    -------
    dict of str to dict
        An estimate for each other network, above 0 where the first is better; none for kinds of
        answers whose error is not one number.
    """
    if not head.importance_measure:
        return {}
    _, group = np.unique(np.asarray(test.info["group"]), return_inverse=True)
    members = [np.flatnonzero(group == one) for one in range(group.max() + 1)]
    (_, first), *others = scores.items()

    def gain(other: Array, weights: Array) -> float:
        rows = np.concatenate(
            [np.tile(one, times) for one, times in zip(members, weights, strict=True) if times]
        )
        y = test.y[rows]
        if head.classes and len(np.unique(y)) < 2:
            return np.nan
        return head.mean_error(other[rows], y) - head.mean_error(first[rows], y)

    return {
        name: resampled(partial(gain, other), len(members), replicas, confidence)
        for name, other in others
    }
