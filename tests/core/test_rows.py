"""Rows of dataclasses of arrays."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.rows import take_rows


@dataclass(frozen=True)
class Stars:
    radius: np.ndarray
    colors: np.ndarray
    distance: float


def test_rows_are_taken_of_every_array_and_numbers_stay():
    stars = Stars(np.arange(3.0), np.arange(6).reshape(3, 2), 10.0)
    some = take_rows(stars, np.array([True, False, True]))
    assert isinstance(some, Stars)
    assert some.radius.tolist() == [0, 2]
    assert some.colors.tolist() == [[0, 1], [4, 5]]
    assert some.distance == 10.0
    assert take_rows(stars, (slice(None), None)).radius.shape == (3, 1)
