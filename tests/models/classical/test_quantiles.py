"""Forests and neighbours answer with the training targets that their answers are made of."""

import numpy as np
import pytest

from astro_dl.answers.regression import Regression
from astro_dl.distributions.binned import Quantiles
from astro_dl.metrics.distribution_scores import pit_metrics
from astro_dl.models.classical.estimators import fit_estimators
from astro_dl.models.classical.quantiles import LEVELS, answer_quantiles

HEAD = Regression(("a", "b"), ("", ""), "gaussian")


def draw(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, 3))
    x[::9, 2] = np.nan
    scatter = 0.1 + 0.2 * (x[:, :1] > 0)
    return x, np.hstack([x[:, :1], 5 + x[:, 1:2]]) + scatter * rng.normal(size=(n, 2))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("random_forest", {"n_estimators": 100, "min_samples_leaf": 10}),
        ("knn", {"n_neighbors": 60}),
    ],
)
def test_quantiles_cover_the_truth_and_follow_the_scatter(name, settings):
    x, y = draw(3000, 0)
    asked, truth = draw(1000, 1)
    fitted = fit_estimators(name, HEAD, x, y, 0, settings)
    values = answer_quantiles(fitted, (x, y), asked, seed=0)
    assert values.shape == (1000, 2, 100)
    assert (np.diff(values, axis=-1) >= 0).all()
    found = Quantiles(LEVELS, values)
    assert np.abs(found.mean - fitted.values(asked)).mean() < 0.08
    coverage = pit_metrics(found.cdf(truth)[:, 0])["coverage"][1]["value"]
    assert 0.6 < coverage < 0.85
    noisy = asked[:, 0] > 0.2
    assert found.std[noisy, 0].mean() > 1.25 * found.std[asked[:, 0] < -0.2, 0].mean()
    np.testing.assert_array_equal(values, answer_quantiles(fitted, (x, y), asked, seed=0))


def test_other_methods_have_none():
    x, y = draw(200, 0)
    fitted = fit_estimators("logistic_regression", HEAD, x, y, 0)
    assert answer_quantiles(fitted, (x, y), x, seed=0) is None


def test_the_mean_answers_with_all_training_targets():
    x, y = draw(900, 0)
    asked, truth = draw(1000, 1)
    fitted = fit_estimators("training_mean", HEAD, x, y, 0)
    np.testing.assert_allclose(fitted.values(asked), np.tile(y.mean(axis=0), (1000, 1)))
    found = Quantiles(LEVELS, answer_quantiles(fitted, (x, y), asked, seed=0))
    np.testing.assert_allclose(found.std[7], y.std(axis=0), rtol=0.02)
    assert pit_metrics(found.cdf(truth)[:, 0])["pit_ks"]["value"] < 0.08
