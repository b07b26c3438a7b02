"""Tests of joint posteriors see what is wrong, and nothing where all is right."""

import numpy as np
import pytest
from scipy.stats import norm

from astro_dl.core.errors import UsageError
from astro_dl.metrics.posteriors import (
    classifier_accuracy,
    density_region_shares,
    expected_coverage,
    random_region_shares,
)


def posteriors(rng, n=600, draws=300, correlation=0.8, widened=1.0):
    """Return draws (n, 2, draws) about centres, and truths from the same Gaussians."""
    factor = np.linalg.cholesky([[1, correlation], [correlation, 1]]) * 0.1
    centre = rng.uniform(0.3, 0.7, (n, 2, 1))
    cloud = centre + np.einsum("ij,njm->nim", factor, rng.standard_normal((n, 2, draws + 1)))
    truth = cloud[:, :, 0]
    return centre + widened * (cloud[:, :, 1:] - centre), truth


def test_right_posteriors_cover_as_often_as_they_say():
    rng = np.random.default_rng(1)
    found = expected_coverage(random_region_shares(*posteriors(rng), rng))
    assert found["ks"]["p_value"] > 0.01
    for one in found["coverage"]:
        assert one["low"] - 0.02 < one["nominal"] < one["high"] + 0.02


@pytest.mark.parametrize("widened", [0.6, 1.7])
def test_posteriors_of_a_wrong_width_are_found(widened):
    rng = np.random.default_rng(2)
    found = expected_coverage(random_region_shares(*posteriors(rng, widened=widened), rng))
    assert found["ks"]["p_value"] < 1e-3


def test_wrong_correlations_are_found_though_every_parameter_is_right():
    rng = np.random.default_rng(3)
    draws, truth = posteriors(rng, n=500)
    # The density that a posterior without the correlation would tell, about the same centres.
    centre = draws.mean(axis=2)

    def density(points):
        return -np.sum((points - centre[..., None]) ** 2, axis=1)

    uncorrelated = centre[..., None] + 0.1 * rng.standard_normal(draws.shape)
    shares = density_region_shares(density(uncorrelated), density(truth[..., None])[:, 0])
    assert expected_coverage(shares)["ks"]["p_value"] < 1e-3
    shares = density_region_shares(density(draws), density(truth[..., None])[:, 0])
    assert expected_coverage(shares)["ks"]["p_value"] > 0.01


def test_a_classifier_tells_samples_apart_as_well_as_theory_lets_it():
    rng = np.random.default_rng(4)
    one, same, moved = rng.standard_normal((3, 500, 1))
    assert classifier_accuracy(one, same)["value"] == pytest.approx(0.5, abs=0.05)
    assert classifier_accuracy(one, moved + 2)["value"] == pytest.approx(norm.cdf(1), abs=0.04)


@pytest.mark.oracle
@pytest.mark.parametrize("moved", [0.0, 0.4, 1.5])
def test_samples_are_told_apart_as_the_package_sbi_tells_them(moved):
    metrics = pytest.importorskip("sbi.utils.metrics")
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(5)
    one, other = rng.standard_normal((2, 1000, 2)) * [1, 1e-3]
    other[:, 1] += 1e-3 * moved
    expected = metrics.c2st(
        torch.from_numpy(one), torch.from_numpy(other), seed=0, classifier="mlp"
    ).item()
    assert classifier_accuracy(one, other)["value"] == pytest.approx(expected, abs=0.02)


def test_samples_of_other_sizes_are_refused():
    with pytest.raises(UsageError, match="equal ones"):
        classifier_accuracy(np.zeros((5, 2)), np.zeros((4, 2)))
