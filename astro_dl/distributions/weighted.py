"""Draws of equal weight from weighted ones."""

import numpy as np

from astro_dl.core.errors import UsageError

Array = np.ndarray


def without_repeats(weights: Array, n: int, rng: np.random.Generator) -> Array:
    """Return which n draws are taken (n,), each as often as its weight says and none twice.

    Systematic sampling in random order, each with the chance n times its weight (Madow 1949, Ann.
    Math. Statist. 20, 333): picks one after the other without replacement would take the heaviest
    too seldom. Of those whose chance would exceed one, some are missed.

    Parameters
    ----------
    weights : ndarray, (m,)
        Of a sum of one.
    n : int
        How many.
    rng : numpy.random.Generator
        Source of the choice.

    Raises
    ------
    UsageError
        If fewer than n draws have any weight.
    """
    known = int(np.sum(weights > 0))
    if known < n:
        raise UsageError(f"{n} draws are asked for, and {known} have any weight")
    chance = np.minimum(n * weights, 1)
    while n - chance.sum() > 1e-3:
        below = chance < 1
        scale = (n - np.sum(~below)) / chance[below].sum()
        chance = np.where(below, np.minimum(scale * chance, 1), 1)
    order = rng.permutation(len(chance))
    steps = (np.arange(n) + rng.random()) * chance.sum() / n
    return np.asarray(order[np.searchsorted(np.cumsum(chance[order]), steps)])
