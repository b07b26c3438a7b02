from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.data.splits import assert_disjoint, split_by_group, split_fold, split_in_time

FRACTIONS = {"train": 0.7, "validation": 0.15, "test": 0.15}


@settings(max_examples=50, deadline=None)
@example(groups=[0] + 7 * [1] + [2, 3], seed=None)
@given(groups=st.lists(st.integers(0, 12), min_size=3, max_size=80), seed=st.integers(0, 99))
def test_every_example_is_in_one_set_and_no_group_in_two(groups, seed):
    groups = np.array(groups)
    if len(np.unique(groups)) < 3:
        return
    split = split_by_group(groups, FRACTIONS, seed)
    assert sorted(np.concatenate(list(split.values()))) == list(range(len(groups)))
    assert_disjoint({name: groups[indices] for name, indices in split.items()})
    assert all(len(indices) for indices in split.values())


def test_sizes_come_near_the_fractions():
    groups = np.random.default_rng(0).integers(2000, size=10_000)
    split = split_by_group(groups, FRACTIONS, seed=1)
    for name, fraction in FRACTIONS.items():
        assert len(split[name]) == pytest.approx(fraction * 10_000, abs=15)


def test_text_groups_and_seeds():
    groups = np.repeat([f"star {n}" for n in range(50)], 3)
    first, again, other = (split_by_group(groups, FRACTIONS, seed) for seed in (0, 0, 1))
    assert (first["train"] == again["train"]).all()
    assert not np.array_equal(first["train"], other["train"])


@pytest.mark.parametrize(
    "fractions", [{}, {"a": 0.5, "b": 0.6}, {"a": 1.5, "b": -0.5}, {"a": 0.25, "b": 0.25}]
)
def test_impossible_fractions_are_refused(fractions):
    with pytest.raises(UsageError, match="fractions"):
        split_by_group(np.arange(10), fractions)


def test_too_few_groups_are_refused():
    with pytest.raises(UsageError, match="2 groups"):
        split_by_group(np.array([1, 1, 2]), FRACTIONS)


def test_a_shared_group_is_named():
    with pytest.raises(UsageError, match=r"'star' are in both the a and the c set .* 7"):
        assert_disjoint({"a": np.array([1, 7]), "b": np.array([2]), "c": np.array([7, 3])}, "star")


@settings(max_examples=50, deadline=None)
@example(groups=[0] + 7 * [1] + [2, 3], seed=None)
@given(groups=st.lists(st.integers(0, 12), min_size=3, max_size=80), seed=st.integers(0, 99))
def test_a_split_in_time_keeps_groups_whole_and_in_order(groups, seed):
    groups = np.array(groups)
    if len(np.unique(groups)) < 3:
        return
    rng = np.random.default_rng(seed)
    times = np.arange(len(groups)) if seed is None else rng.integers(0, 30, len(groups))
    split = split_in_time(groups, times, FRACTIONS)
    assert sorted(np.concatenate(list(split.values()))) == list(range(len(groups)))
    assert_disjoint({name: groups[indices] for name, indices in split.items()})
    starts = [[times[groups == one].min() for one in groups[rows]] for rows in split.values()]
    for earlier, later in pairwise(starts):
        assert earlier
        assert later
        assert max(earlier) <= min(later)


def test_a_split_in_time_takes_dates_and_comes_near_the_fractions():
    days = np.array([f"2012-{1 + n // 28:02d}-{1 + n % 28:02d}" for n in range(300)])
    groups = np.arange(300) // 3
    split = split_in_time(groups, days[::-1], FRACTIONS)
    assert [len(indices) for indices in split.values()] == [210, 45, 45]
    assert 0 in split["test"]
    assert 299 in split["train"]


def test_a_split_in_time_refuses_too_few_groups():
    with pytest.raises(UsageError, match="2 groups"):
        split_in_time(np.array([1, 1, 2]), np.arange(3), FRACTIONS)


@pytest.mark.parametrize("in_time", [False, True])
def test_folds_test_every_group_once_and_share_none(in_time):
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 60, 400)
    times = groups * 10 + rng.integers(0, 5, 400) if in_time else None
    tested = []
    for fold in range(4):
        split = split_fold(groups, 4, fold, 0.2, seed=3, times=times)
        sets = {name: groups[rows] for name, rows in split.items()}
        assert_disjoint(sets)
        tested.append(set(sets["test"]))
        if in_time:
            assert max(sets["train"]) < min(sets["validation"])
            assert max(sets["validation"]) < min(sets["test"])
        else:
            assert sum(map(len, split.values())) == 400
            assert len(split["validation"]) == pytest.approx(60, abs=12)
    assert sum(map(len, tested)) == len(set.union(*tested))
    if not in_time:
        assert set.union(*tested) == set(groups)


@pytest.mark.parametrize(("folds", "fold"), [(1, 0), (3, 3)])
def test_folds_that_there_are_not_are_refused(folds, fold):
    with pytest.raises(UsageError, match=f"fold {fold} of {folds}"):
        split_fold(np.arange(9), folds, fold, 0.2)
