"""Coverage, uniformity and proper scores of predicted distributions against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from astro_dl.distributions.binned import Histogram, Quantiles
from astro_dl.distributions.mixture import Mixture
from astro_dl.metrics.distribution_scores import pit_metrics, proper_scores, score_metrics


def gaussian(mean, std):
    mean, std = np.broadcast_arrays(mean, std)
    return Mixture(np.ones((len(mean), 1, 1)), mean[:, None, None], std[:, None, None])


def test_honest_deviations_give_uniform_transforms_and_nominal_coverage():
    rng = np.random.default_rng(2)
    y, std = rng.normal(size=20_000), rng.uniform(0.5, 2, 20_000)
    predicted = y + std * rng.normal(size=20_000)
    honest = pit_metrics(gaussian(predicted, std).cdf(y[:, None])[:, 0])
    for entry in honest["coverage"]:
        assert entry["value"] == pytest.approx(entry["nominal"], abs=0.015)
    assert honest["pit_ks"]["p_value"] > 1e-3
    assert honest["pit_ks"]["low"] < 0.005
    sure = pit_metrics(gaussian(predicted, std / 2).cdf(y[:, None])[:, 0])
    assert sure["coverage"][1]["high"] < 0.45
    assert sure["pit_ks"]["low"] > 0.1


def test_coverage_intervals_count_the_examples():
    entry = pit_metrics(np.linspace(0.005, 0.995, 100))["coverage"][0]
    assert entry["value"] == 0.5
    assert entry["low"] == pytest.approx(0.398, abs=1e-3)


def test_scores_of_gaussians_are_those_of_the_closed_forms():
    rng = np.random.default_rng(3)
    mean, std, y = rng.normal(size=200), rng.uniform(0.1, 3, 200), rng.normal(size=200)
    found = proper_scores(gaussian(mean, std), y)
    t = (y - mean) / std
    # Gneiting & Raftery (2007), eq. 21
    crps = std * (t * (2 * norm.cdf(t) - 1) + 2 * norm.pdf(t) - 1 / np.sqrt(np.pi))
    np.testing.assert_allclose(found["crps"][:, 0], crps, rtol=2e-3, atol=2e-3)
    cde = 1 / (2 * np.sqrt(np.pi) * std) - 2 * norm.pdf(y, mean, std)
    np.testing.assert_allclose(found["cde_loss"][:, 0], cde, rtol=0, atol=2e-3 / std.min())


def test_scores_of_bins_are_those_by_hand():
    halves = Histogram(np.array([[0.5, 0.5]]), np.array([0.0, 1.0, 3.0]))
    found = proper_scores(halves, np.array([2.0]))
    assert found["cde_loss"][0, 0] == pytest.approx(0.25 + 0.125 - 2 * 0.25)
    x = np.linspace(0, 3, 30_001)
    integral = np.trapezoid((np.interp(x, [0, 1, 3], [0, 0.5, 1]) - (x >= 2)) ** 2, x)
    assert found["crps"][0, 0] == pytest.approx(integral, abs=1e-3)


def test_quantiles_have_no_density_to_score():
    levels = np.linspace(0.01, 0.99, 99)
    rows = Quantiles(levels, np.tile(norm.ppf(levels), (4, 1, 1)))
    found = proper_scores(rows, np.zeros(4))
    assert set(found) == {"crps"}
    np.testing.assert_allclose(found["crps"], (np.sqrt(2) - 1) / np.sqrt(np.pi), rtol=0.01)


def test_the_truth_itself_scores_best():
    rng = np.random.default_rng(4)
    y = rng.normal(0, 1, 20_000)
    scores = {width: proper_scores(gaussian(0 * y, width), y) for width in (0.7, 1.0, 1.4)}
    for key in ("crps", "cde_loss"):
        means = {width: found[key].mean() for width, found in scores.items()}
        assert min(means, key=means.get) == 1.0


def test_means_of_scores_have_intervals_that_hold_them():
    values = np.random.default_rng(5).exponential(size=400)
    found = score_metrics({"crps": values}, 0.95, 200, np.random.default_rng(0))["crps"]
    assert found["value"] == pytest.approx(values.mean())
    half = (found["high"] - found["low"]) / 2
    assert half == pytest.approx(1.96 * values.std() / 20, rel=0.2)
