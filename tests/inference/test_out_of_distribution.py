"""What lies outside the training set as a whole."""

import json

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis
from scipy.stats import chi

from astro_dl.inference import out_of_distribution
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


def test_rows_of_any_missing_values_are_as_far_as_mahalanobis_says():
    rng = np.random.default_rng(3)
    mixing = rng.normal(size=(4, 4))
    known = joint_statistics(rng.normal(size=(5000, 4)) @ mixing)
    rows = 1.5 * rng.normal(size=(400, 4)) @ mixing
    rows[rng.random(rows.shape) < 0.2] = np.nan
    means = np.array([text.split() for text in known["means"]], float)
    factors = np.zeros((len(means), 4, 4))
    factors[:, *np.tril_indices(4)] = [text.split() for text in known["factors"]]
    expected = []
    for row in rows / known["spread"]:
        seen = np.isfinite(row)
        distances = [
            mahalanobis(
                row[seen], mean[seen], np.linalg.inv((factor @ factor.T)[np.ix_(seen, seen)])
            )
            for mean, factor in zip(means, factors, strict=True)
            if seen.any()
        ]
        nearest = min(distances, default=0.0) / np.sqrt(max(1, seen.sum()))
        expected.append(nearest > known["limit"])
    assert 0.1 < np.mean(expected) < 0.9
    assert rows_outside_joint_range(rows, known).tolist() == expected


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


def test_the_limit_of_a_gaussian_is_that_of_theory(monkeypatch):
    monkeypatch.setattr(out_of_distribution, "MOST_COMPONENTS", 1)
    rng = np.random.default_rng(0)
    known = joint_statistics(rng.normal(size=(20_000, 4)) @ rng.normal(size=(4, 4)))
    # 99% of a Gaussian in four dimensions lie within this distance, per root of four.
    assert known["limit"] == pytest.approx(chi.ppf(0.99, 4) / 2, rel=0.03)


def test_what_is_kept_are_few_gaussians_and_no_row():
    rows = ring(4000)
    known = joint_statistics(rows)
    means = np.array([text.split() for text in known["means"]], float) * known["spread"]
    assert len(means) == len(known["factors"]) <= 12
    assert np.abs(rows[:, None] - means).max(axis=2).min() > 1e-3
    few = joint_statistics(ring(60))
    assert len(few["means"]) == 1


def test_a_handful_of_rows_far_from_the_others_is_not_kept():
    rows = np.concatenate([ring(2000), 50 + 0.01 * ring(5, seed=3)])
    known = joint_statistics(np.random.default_rng(0).permutation(rows))
    means = np.array([text.split() for text in known["means"]], float) * known["spread"]
    assert np.abs(means).max() < 25


def test_cards_that_hold_rows_are_understood_as_before():
    # One feature of spread 2, of which two rows are known: 1 and 3 in units of the spread.
    old = {"spread": [2.0, 0.0], "reference": ["1", "3"], "limit": 0.5}
    rows = np.array([[2.9, 5.0], [3.1, 5.0], [6.9, 5.0], [7.1, 5.0], [np.nan, 5.0]])
    assert rows_outside_joint_range(rows, old).tolist() == [False, True, False, True, False]


def test_of_very_many_features_nothing_is_kept():
    assert joint_statistics(np.random.default_rng(0).normal(size=(400, 101))) is None
