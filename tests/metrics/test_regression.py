"""Regression metrics against scikit-learn and known distributions."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from astro_dl.core.errors import UsageError
from astro_dl.metrics.regression import nmad, regression_metrics


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
