"""Permutation importance: what a column is worth to a model, by taking it away (Breiman 2001)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.metrics.intervals import estimate

REPEATS = 5
MOST_EXAMPLES = 4000


def permutation_importance(
    score: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    head: AnswerKind,
    columns: Sequence[str],
    seed: int = 0,
) -> dict[str, Any]:
    """Return how much worse a model answers when a column is shuffled among the examples.

    A column whose part others can take seems worth little.

    Parameters
    ----------
    score : callable
        From inputs (n, 2k) to ranking statistics (n,), probabilities (n, classes) or values
        (n, targets).
    x : ndarray, (n, 2k)
        Values of k columns, then marks of missing ones; a column's two are shuffled together. Of
        more than 4000 examples a random choice is taken.
    y : ndarray
        Truth.
    head : AnswerKind
        What the model answers.
    columns : sequence of str
        The k names.
    seed : int, default 0
        Of the shuffling.

    Returns
    -------
    dict
        ``measure``, in words, and ``columns``: by name, the most important first, the mean of five
        shufflings with its 95% interval.
    """
    rng = np.random.default_rng(seed)
    if len(x) > MOST_EXAMPLES:
        chosen = rng.choice(len(x), MOST_EXAMPLES, replace=False)
        x, y = x[chosen], y[chosen]
    before = head.mean_error(score(x), y)
    found = {}
    for k, name in enumerate(columns):
        pair = [k, k + len(columns)]
        rises = []
        for _ in range(REPEATS):
            shuffled = x.copy()
            shuffled[:, pair] = x[rng.permutation(len(x))][:, pair]
            rises.append(head.mean_error(score(shuffled), y) - before)
        mean, error = float(np.mean(rises)), 1.96 * float(np.std(rises, ddof=1)) / REPEATS**0.5
        found[name] = estimate(mean, mean - error, mean + error)
    order = sorted(found, key=lambda name: -found[name]["value"])
    return {"measure": head.importance_measure, "columns": {name: found[name] for name in order}}
