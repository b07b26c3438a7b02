"""Splits by group: what belongs together (one star, one event, one mass pair) stays together."""

from collections.abc import Mapping

import numpy as np

from astro_dl.core.errors import UsageError


def split_by_group(
    groups: np.ndarray, fractions: Mapping[str, float], seed: int = 0
) -> dict[str, np.ndarray]:
    """Split examples into named sets that share no group.

    Groups are drawn in random order and go, one by one, to the set that lacks most, so that the
    sets come as near to their fractions as whole groups allow.

    Parameters
    ----------
    groups : ndarray, shape (n,)
        The group of every example.
    fractions : mapping of str to float
        Wanted fraction of the examples for every set; they sum to 1.
    seed : int, default 0
        The same seed gives the same split.

    Returns
    -------
    dict of ndarray
        Sorted indices of the examples of every set.

    Raises
    ------
    UsageError
        If the fractions are not positive or do not sum to 1, or there are fewer groups than sets.
    """
    wanted = _checked_fractions(fractions)
    unique, member, counts = _counted(groups, len(wanted))
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    order = rng.permutation(len(unique))
    assigned = np.empty(len(unique), dtype=int)
    # The first groups go one to each set: no set may stay empty because one group is large.
    filled = np.zeros(len(wanted))
    for rank, group in enumerate(order):
        chosen = rank if rank < len(wanted) else int(np.argmax(wanted - filled / len(groups)))
        assigned[group] = chosen
        filled[chosen] += counts[group]
    return {name: np.flatnonzero(assigned[member] == index) for index, name in enumerate(fractions)}


def split_in_time(
    groups: np.ndarray, times: np.ndarray, fractions: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Split examples into sets that follow each other in time and share no group.

    Groups are ordered by their first example and dealt out in this order, so that no group of a set
    begins before one of an earlier set; a group that lasts beyond the boundary stays whole.

    Parameters
    ----------
    groups : ndarray, (n,)
        The group of every example.
    times : ndarray, (n,)
        Anything that sorts, such as numbers or ISO dates.
    fractions : mapping of str to float
        Wanted fraction of the examples for every set, the earliest first; they sum to 1.

    Returns
    -------
    dict of ndarray
        Sorted indices of the examples of every set.

    Raises
    ------
    UsageError
        If the fractions are not positive or do not sum to 1, or there are fewer groups than sets.
    """
    wanted = _checked_fractions(fractions)
    unique, member, counts = _counted(groups, len(wanted))
    rank = np.unique(times, return_inverse=True)[1]
    first = np.full(len(unique), len(groups))
    np.minimum.at(first, member, rank)
    order = np.argsort(first, kind="stable")
    before = np.cumsum(counts[order]) - counts[order] / 2
    assigned = np.empty(len(unique), dtype=int)
    assigned[order] = _none_empty(
        np.searchsorted(np.cumsum(wanted)[:-1] * len(groups), before, side="right"), len(wanted)
    )
    return {name: np.flatnonzero(assigned[member] == index) for index, name in enumerate(fractions)}


def split_fold(
    groups: np.ndarray,
    folds: int,
    fold: int,
    validation: float,
    seed: int = 0,
    times: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return the split of one of k folds, of which each tests on another part.

    Groups are dealt out in random order into k parts, one of which is the test set. With times, k+1
    parts follow each other, and each but the first is the test set of what is trained on all before
    it (rolling origin).

    Parameters
    ----------
    groups : ndarray, (n,)
        The group of every example.
    folds, fold : int
        Number of folds, and which, from 0.
    validation : float
        Share of the examples not tested on that goes to the validation set.
    seed : int, default 0
        The same seed gives the same parts.
    times : ndarray, (n,), optional
        As in `split_in_time`.

    Returns
    -------
    dict of ndarray
        Sorted indices of ``train``, ``validation`` and ``test``.

    Raises
    ------
    UsageError
        If there are too few folds or groups, or no such fold.
    """
    if folds < 2 or not 0 <= fold < folds:
        raise UsageError(f"fold {fold} of {folds}; accepted: 0 to k - 1 of at least two folds")
    shares = {"train": 1 - validation, "validation": validation}
    if times is None:
        parts = split_by_group(groups, {str(k): 1 / folds for k in range(folds)}, seed)
        test = parts[str(fold)]
        rest = np.setdiff1d(np.arange(len(groups)), test)
        inner = split_by_group(groups[rest], shares, seed)
    else:
        parts = split_in_time(groups, times, {str(k): 1 / (folds + 1) for k in range(folds + 1)})
        test = parts[str(fold + 1)]
        rest = np.sort(np.concatenate([parts[str(k)] for k in range(fold + 1)]))
        inner = split_in_time(groups[rest], times[rest], shares)
    return {**{name: rest[rows] for name, rows in inner.items()}, "test": test}


def _none_empty(sets: np.ndarray, n: int) -> np.ndarray:
    """Return non-decreasing set numbers, changed as little as leaves none of the n sets empty."""
    place = np.arange(len(sets))
    without_gaps = np.minimum.accumulate(np.minimum(sets, place) - place) + place
    return np.maximum(without_gaps, n - len(sets) + place)


def _checked_fractions(fractions: Mapping[str, float]) -> np.ndarray:
    wanted = np.array(list(fractions.values()), dtype=float)
    if not len(wanted) or (wanted <= 0).any() or not np.isclose(wanted.sum(), 1.0):
        raise UsageError(f"split fractions must be positive and sum to 1, not {dict(fractions)}")
    return wanted


def _counted(groups: np.ndarray, sets: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the groups, the place of each example's among them, and their sizes."""
    unique, member, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(unique) < sets:
        raise UsageError(f"{len(unique)} groups cannot make {sets} separate sets")
    return unique, member, counts


def assert_disjoint(groups: Mapping[str, np.ndarray], column: str = "group") -> None:
    """Refuse sets that share a group.

    Parameters
    ----------
    groups : mapping of str to ndarray
        The groups of the examples of every set.
    column : str
        What the group is called, for the message.

    Raises
    ------
    UsageError
        Naming the first two sets that share a group, and the group.
    """
    owners: dict[str, np.ndarray] = {}
    for name, values in groups.items():
        for other, taken in owners.items():
            shared = np.intersect1d(taken, values)
            if len(shared):
                raise UsageError(
                    f"{len(shared)} values of {column!r} are in both the {other} and the {name} "
                    f"set (the first is {shared[0]}); split by {column!r}"
                )
        owners[name] = np.unique(values)
