"""Batches are cut, joined and filled up without any change of what a model says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.inference.batching import applied, filled_size, rebatched


class Doubling:
    """Stands for a model; remembers the lengths that it is given."""

    def __init__(self):
        self.lengths = []

    def predict_on_batch(self, x):
        self.lengths.append(len(x))
        return 2 * x


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 32))
def test_every_example_is_answered_in_order(lengths, size):
    x = np.arange(sum(lengths), dtype=np.float32)[:, None]
    blocks = np.split(x, np.cumsum(lengths)[:-1])
    batches = list(rebatched(blocks, size))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    model, filled = Doubling(), filled_size(batches[0], size)
    found = np.concatenate([applied(model.predict_on_batch, batch, filled) for batch in batches])
    np.testing.assert_array_equal(found, 2 * x)
    assert set(model.lengths) == {filled}


@pytest.mark.parametrize(
    ("n", "expected"), [(1, 1), (2, 2), (3, 4), (100, 128), (200, 256), (256, 256)]
)
def test_a_single_batch_is_filled_up_no_further_than_the_next_power_of_two(n, expected):
    assert filled_size(np.zeros((n, 3)), 256) == expected


def test_an_odd_size_that_is_asked_for_is_kept():
    assert filled_size(np.zeros((100, 3)), 100) == 100
