"""What lies outside the training set as a whole."""

import json

import numpy as np
import pytest

from astro_dl.inference.out_of_distribution import joint_statistics, rows_outside_joint_range


def ring(n, seed=0):
    """Return points near a circle, of which both coordinates are usual all over the square."""
    rng = np.random.default_rng(seed)
    angle, radius = rng.uniform(0, 2 * np.pi, n), 1 + 0.05 * rng.normal(size=n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), rng.normal(size=n)], axis=1)


@pytest.fixture(scope="module")
def known():
    return json.loads(json.dumps(joint_statistics(ring(4000))))


def test_about_a_hundredth_of_the_same_kind_is_outside(known):
    assert 0.003 < rows_outside_joint_range(ring(8000, seed=1), known).mean() < 0.03


def test_unusual_combinations_of_usual_numbers_are_outside(known):
    rows = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, -1.0, 0.2], [0.0, 1.0, 9.0]])
    assert rows_outside_joint_range(rows, known).tolist() == [False, True, False, True]


def test_missing_values_are_left_out_of_the_distance(known):
    rows = np.array([[0.0, np.nan, 0.0], [np.nan, 9.0, 0.0], [np.nan] * 3, [np.nan, np.nan, 9.0]])
    assert rows_outside_joint_range(rows, known).tolist() == [False, True, False, True]


def test_features_that_do_not_vary_do_no_harm():
    rows = np.concatenate([ring(1000), np.zeros((1000, 1))], axis=1)
    known = joint_statistics(rows)
    assert rows_outside_joint_range(rows, known).mean() < 0.03
    assert joint_statistics(np.zeros((100, 2))) is None


def test_nothing_is_known_from_few_or_incomplete_rows(known):
    assert joint_statistics(ring(10)) is None
    assert joint_statistics(np.full((100, 2), np.nan)) is None
    assert not rows_outside_joint_range(ring(5), None).any()
    assert rows_outside_joint_range(np.empty((0, 3)), known).shape == (0,)
