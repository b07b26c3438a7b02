"""Intervals cover the truth as often as they say."""

import numpy as np
import pytest
from scipy.stats import binomtest

from astro_dl.core.errors import UsageError
from astro_dl.metrics.intervals import (
    binomial_interval,
    bootstrap_means,
    percentile_interval,
    repeated,
    resampled,
    resampling_weights,
)


@pytest.mark.parametrize(("method", "name"), [("clopper_pearson", "exact"), ("wilson", "wilson")])
def test_binomial_intervals_are_those_of_scipy(method, name):
    for k, n in [(0, 7), (7, 7), (3, 11), (1, 1000), (999, 1000)]:
        low, high = binomial_interval(k, n, 0.9, method)
        expected = binomtest(k, n).proportion_ci(0.9, name)
        np.testing.assert_allclose((low, high), (expected.low, expected.high), atol=1e-12)


def test_an_interval_without_trials_is_unknown():
    low, high = binomial_interval([0, 0], [0, 5])
    # Of none in n trials: 1 - (α/2)^(1/n).
    np.testing.assert_allclose(low, [np.nan, 0])
    np.testing.assert_allclose(high, [np.nan, 1 - 0.025**0.2])


@pytest.mark.parametrize("p", [0.02, 0.3, 0.995])
def test_clopper_pearson_covers_at_least_the_confidence(p):
    k = np.random.default_rng(1).binomial(200, p, 4000)
    low, high = binomial_interval(k, 200, 0.95)
    assert np.mean((low <= p) & (p <= high)) >= 0.945


def test_wilson_covers_the_confidence_on_average():
    rng = np.random.default_rng(2)
    p = rng.uniform(0.02, 0.98, 20_000)
    low, high = binomial_interval(rng.binomial(80, p), 80, 0.9, "wilson")
    assert np.mean((low <= p) & (p <= high)) == pytest.approx(0.9, abs=0.015)


def test_bootstrap_of_a_mean_covers_it():
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(150):
        values = rng.exponential(1.0, 200)
        low, high = percentile_interval(bootstrap_means(values, 100, rng), 0.9)
        covered += low <= 1 <= high
    assert 0.83 < covered / 150 < 0.96


def test_resampling_draws_as_many_as_there_are():
    drawn = list(resampling_weights(50, 3, np.random.default_rng(0)))
    assert [weight.sum() for weight in drawn] == [50, 50, 50]
    assert not np.array_equal(drawn[0], drawn[1])


def test_resampled_median_has_the_interval_of_drawing_by_hand():
    values = np.random.default_rng(4).exponential(size=101)
    found = resampled(repeated(np.median, values), 101, 300, 0.8, n=101)
    rng = np.random.default_rng(0)
    drawn = [np.median(rng.choice(values, 101)) for _ in range(300)]
    assert found["value"] == np.median(values)
    assert (found["low"], found["high"]) == pytest.approx(tuple(np.percentile(drawn, [10, 90])))
    assert found["n"] == 101
    assert resampled(repeated(np.median, values), 101, 0)["low"] is None


def test_no_replicas_give_no_interval():
    low, high = percentile_interval(np.empty((0, 3)))
    np.testing.assert_array_equal([low, high], np.full((2, 3), np.nan))
    # What is not known of some replicas only is left out.
    low, high = percentile_interval(np.array([[np.nan, 0.0], [np.nan, np.nan], [np.nan, 1.0]]), 0.5)
    np.testing.assert_allclose([low, high], [[np.nan, 0.25], [np.nan, 0.75]])


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_a_confidence_outside_its_range_is_refused(confidence):
    with pytest.raises(UsageError, match="confidence"):
        binomial_interval(1, 2, confidence)


def test_an_unknown_interval_is_refused():
    with pytest.raises(UsageError, match="wald"):
        binomial_interval(1, 2, 0.9, "wald")
