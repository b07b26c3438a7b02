"""Errors by the bins of a column: each bin counts what it tells of."""

import numpy as np
import pytest

from astro_dl.metrics.binned_errors import BinnedErrors


@pytest.fixture
def told():
    column = np.array([10, 10, 19, 20, 20, 40])
    return BinnedErrors(column, (10, 20, 40, 80), 0.95, 100, np.random.default_rng(0))


def test_bins_hold_their_lower_edge_and_not_their_upper_one(told):
    bins = told.binned(told.bias, np.array([1.0, 1.0, 4.0, 7.0, 9.0, 5.0]))
    assert [(one["from"], one["to"], one["n"]) for one in bins] == [
        (10, 19, 3),
        (20, 39, 2),
        (40, 79, 1),
    ]
    assert [one["value"] for one in bins] == pytest.approx([2, 8, 5])


def test_errors_that_are_not_known_are_not_counted(told):
    errors = np.array([1.0, np.nan, 3.0, -np.inf, 2.0, np.nan])
    bins = told.binned(told.scatter, errors)
    assert [one["n"] for one in bins] == [2, 1]
    assert bins[0]["value"] == pytest.approx(np.sqrt(5))
    assert told.bias(errors)["value"] == pytest.approx(2)


def test_shares_count_all(told):
    held = np.array([True, True, False, False, False, True])
    assert told.share(held)["value"] == pytest.approx(0.5)
    assert [one["n"] for one in told.binned(told.share, held)] == [3, 2, 1]
