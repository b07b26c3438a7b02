"""Joint distributions of several targets: densities, scaling, loss, tables and metrics."""

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal

from astro_dl.answers.joint_gaussians import JointGaussians
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.distributions.distribution import mixed
from astro_dl.inference.table import prediction_table
from astro_dl.metrics.regression import regression_metrics

TARGETS, COMPONENTS = 3, 2
DENSITY = JointGaussians(TARGETS, COMPONENTS)


@pytest.fixture
def logits():
    return np.random.default_rng(5).normal(0, 0.7, (6, DENSITY.outputs))


def test_the_density_is_that_of_multivariate_normals(logits):
    joint = DENSITY.distribution(logits, {})
    y = np.random.default_rng(1).standard_normal((6, 1, TARGETS))
    wanted = np.zeros(6)
    for n in range(6):
        for c in range(COMPONENTS):
            covariance = np.linalg.inv(joint.factors[n, c].T @ joint.factors[n, c])
            one = multivariate_normal(joint.means[n, c], covariance)
            wanted[n] += joint.weights[n, c] * one.pdf(y[n, 0])
    assert np.exp(joint.log_density(y)[:, 0]) == pytest.approx(wanted)


def test_the_loss_is_the_mean_logarithm_for_each_target(logits):
    y = np.random.default_rng(1).standard_normal((6, TARGETS))
    joint = DENSITY.distribution(logits, {})
    wanted = -joint.log_density(y[:, None]).mean() / TARGETS
    loss = DENSITY.loss(np.zeros(TARGETS), np.ones(TARGETS))
    found = float(loss(y.astype(np.float32), logits.astype(np.float32)))
    assert found == pytest.approx(wanted, rel=1e-5)


def test_logits_of_standardised_targets_become_those_of_the_targets(logits):
    scale, offset = np.array([2.0, 0.1, 5.0]), np.array([20.0, -1.0, 3.0])
    factor, shift = DENSITY.scaling(scale, offset)
    y = np.random.default_rng(1).standard_normal((6, 1, TARGETS))
    before = DENSITY.distribution(logits, {}).log_density(y)
    after = DENSITY.distribution(logits * factor + shift, {}).log_density(y * scale + offset)
    assert after == pytest.approx(before - np.log(scale).sum())


def test_targets_by_themselves_and_their_correlations_are_those_of_draws(logits):
    joint = DENSITY.distribution(logits[:1], {})
    draws = joint.sample(np.random.default_rng(2), 40_000)[0]
    assert joint.mean[0] == pytest.approx(draws.mean(axis=1), abs=0.05)
    assert joint.correlation[0] == pytest.approx(np.corrcoef(draws), abs=0.02)
    levels = np.array([0.1, 0.5, 0.9])
    below = [joint.cdf(np.quantile(draws, level, axis=1)[None])[0] for level in levels]
    assert np.array(below) == pytest.approx(np.repeat(levels[:, None], TARGETS, 1), abs=0.01)
    truth = joint.sample(np.random.default_rng(3), 300)[0].T
    same = DENSITY.distribution(np.repeat(logits[:1], 300, 0), {})
    assert kstest(same.content(truth, np.random.default_rng(4)), "uniform").pvalue > 1e-3


def test_a_calibration_widens_one_target_and_keeps_correlations(logits):
    plain = DENSITY.distribution(logits, {})
    wide = DENSITY.distribution(logits, {"factors": [3.0, 1.0, 1.0]})
    ratio = wide.marginals.scales / plain.marginals.scales
    assert ratio[:, 0] == pytest.approx(3.0)
    assert ratio[:, 1:] == pytest.approx(1.0)
    with pytest.raises(UsageError, match="one for each of 3 targets"):
        DENSITY.check_calibration({"kind": "spread", "factors": [1.0]})


def test_calibration_finds_the_widths_that_are_too_small():
    rng = np.random.default_rng(0)
    one = JointGaussians(2, 1)
    y = rng.standard_normal((4000, 2)) * [1.0, 2.0]
    found = one.fit_calibration(np.zeros((4000, one.outputs)), y)
    assert found["factors"] == pytest.approx([1.0, 2.0], rel=0.05)


def test_joint_distributions_are_mixed_in_equal_parts(logits):
    one, other = (DENSITY.distribution(some, {}) for some in (logits[:3], logits[3:]))
    assert mixed([one, other]).mean == pytest.approx((one.mean + other.mean) / 2)
    with pytest.raises(UsageError, match="of one kind"):
        mixed([one, other.marginals])


def test_tables_tell_values_quantiles_and_correlations_and_nothing_of_unknown_rows(logits):
    head = Regression(("a", "b", "c"), ("mag", "", ""), distribution="mvn_mixture", components=2)
    logits[2] = np.nan
    table = prediction_table(head, list("uvwxyz"), head.answers(logits))
    assert {"a", "a_std", "a_q05", "a_q95", "corr_a_b", "corr_b_c"} <= set(table.colnames)
    assert np.isnan(table["a"].value[2])
    assert np.isnan(table["corr_a_b"][2])
    others = np.delete(np.arange(6), 2)
    assert np.all(np.abs(table["corr_b_c"][others]) < 1)
    assert np.all(table["a_q05"][others] < table["a_q95"][others])


def test_metrics_have_the_coverage_of_regions_of_all_targets():
    rng = np.random.default_rng(0)
    one = JointGaussians(2, 1)
    joint = one.distribution(np.zeros((500, one.outputs)), {})
    honest = regression_metrics(joint.mean, rng.standard_normal((500, 2)), "ab", (), joint)
    assert honest["joint"]["coverage"][1]["value"] == pytest.approx(0.68, abs=0.07)
    narrow = regression_metrics(joint.mean, 2 * rng.standard_normal((500, 2)), "ab", (), joint)
    assert narrow["joint"]["coverage"][1]["value"] < 0.45


def test_a_head_of_joint_distributions_survives_its_card():
    head = Regression(("a", "b"), distribution="mvn_mixture", components=2)
    assert Regression.from_card(head.to_card()) == head
    assert head.outputs == 2 * (1 + 2 + 2 + 1)
