"""Regression metrics against scikit-learn and known distributions."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn import metrics as sklearn_metrics

from astro_dl.errors import UsageError
from astro_dl.evaluation.regression import (
    gaussian_pit,
    nmad,
    pit_metrics,
    quantile_pit,
    regression_metrics,
)


def test_metrics_agree_with_scikit_learn_and_by_hand():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(2000, 2))
    predicted = y + rng.normal(0.02, 0.1, y.shape)
    found = regression_metrics(predicted, y, ("a", "b"), ("m", ""), bootstrap=20)["targets"]["a"]
    residual = predicted[:, 0] - y[:, 0]
    assert found["r2"]["value"] == pytest.approx(sklearn_metrics.r2_score(y[:, 0], predicted[:, 0]))
    assert found["rmse"]["value"] == pytest.approx(
        sklearn_metrics.root_mean_squared_error(y[:, 0], predicted[:, 0])
    )
    assert found["bias"]["value"] == pytest.approx(residual.mean())
    spread = 1.4826 * np.median(np.abs(residual - np.median(residual)))
    assert found["nmad"]["value"] == pytest.approx(spread)
    assert found["unit"] == "m"
    for key in ("bias", "nmad", "rmse", "r2"):
        assert found[key]["low"] < found[key]["value"] < found[key]["high"]


def test_nmad_is_the_standard_deviation_of_gaussian_residuals_whatever_the_outliers():
    residual = np.random.default_rng(1).normal(3.0, 0.2, 100_000)
    residual[:1000] = 1e6
    assert nmad(residual) == pytest.approx(0.2, rel=0.03)


def test_outliers_are_counted_by_the_stated_limit():
    y = np.linspace(0.1, 1, 100)
    predicted = y.copy()
    predicted[:7] += 0.5
    predicted[7:] += 0.001 * (-1.0) ** np.arange(93)
    scale = 1 + y
    found = regression_metrics(predicted, y, ("z",), scale=scale, outlier=0.15, bootstrap=2)[
        "targets"
    ]["z"]["outlier_fraction"]
    assert found["value"] == pytest.approx(0.07)
    assert found["limit"] == 0.15


def test_honest_deviations_give_uniform_transforms_and_nominal_coverage():
    rng = np.random.default_rng(2)
    y, std = rng.normal(size=20_000), rng.uniform(0.5, 2, 20_000)
    predicted = y + std * rng.normal(size=20_000)
    honest = pit_metrics(gaussian_pit(y, predicted, std))
    for entry in honest["coverage"]:
        assert entry["value"] == pytest.approx(entry["nominal"], abs=0.015)
    assert honest["pit_ks"]["p_value"] > 1e-3
    sure = pit_metrics(gaussian_pit(y, predicted, std / 2))
    assert sure["coverage"][1]["high"] < 0.45


def test_quantiles_give_the_transform_of_the_distribution_they_come_from():
    rng = np.random.default_rng(3)
    levels = np.linspace(0.01, 0.99, 99)
    centre = rng.normal(size=5000)
    y = centre + rng.normal(size=5000)
    pit = quantile_pit(y, levels, centre[:, None] + norm.ppf(levels))
    expected = norm.cdf(y - centre)
    inside = (expected > 0.01) & (expected < 0.99)
    np.testing.assert_allclose(pit[inside], expected[inside], atol=2e-3)
    assert pit[expected < 0.01] == pytest.approx(0.005)


def test_coverage_intervals_count_the_examples():
    entry = pit_metrics(np.linspace(0.005, 0.995, 100))["coverage"][0]
    assert entry["value"] == 0.5
    assert entry["low"] == pytest.approx(0.398, abs=1e-3)


@pytest.mark.parametrize(
    ("predicted", "y", "message"),
    [
        (np.zeros((5, 1)), np.zeros((5, 2)), "2 columns are needed"),
        (np.zeros((4, 2)), np.zeros((5, 2)), "4 values for 5 examples"),
        (np.full((5, 2), np.nan), np.zeros((5, 2)), "NaN"),
        (np.zeros((1, 2)), np.zeros((1, 2)), "at least two"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "empty"),
    ],
)
def test_unfit_input_is_refused(predicted, y, message):
    with pytest.raises(UsageError, match=message):
        regression_metrics(predicted, y, ("a", "b"))


def test_deviations_must_be_positive():
    with pytest.raises(UsageError, match="positive"):
        gaussian_pit(np.zeros(2), np.zeros(2), np.array([1.0, 0.0]))


def test_quantiles_must_fit_their_levels():
    with pytest.raises(UsageError, match="one column per increasing level"):
        quantile_pit(np.zeros(3), (0.5, 0.1), np.zeros((3, 2)))
