"""Binary metrics against scikit-learn, small cases by hand, and Monte Carlo."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm
from sklearn import metrics as sklearn_metrics

from astro_dl.core.errors import UsageError
from astro_dl.metrics.binary import (
    area_under_curve,
    average_precision,
    binary_metrics,
    probability_metrics,
    roc_points,
)
from astro_dl.metrics.detection import detection_threshold, measurable, true_positive_rates


def draw(n, separation, rng, ties=False):
    y = (rng.random(n) < 0.3).astype(np.float32)
    scores = rng.normal(size=n) + separation * y
    return (np.round(scores, 1) if ties else scores), y


@pytest.mark.parametrize("ties", [False, True])
def test_metrics_agree_with_scikit_learn(ties):
    scores, y = draw(5000, 1.3, np.random.default_rng(0), ties)
    p = expit(scores - 1)
    found = binary_metrics(scores, y, bootstrap=5, probabilities=p)
    expected = {
        "auc": sklearn_metrics.roc_auc_score(y, scores),
        "average_precision": sklearn_metrics.average_precision_score(y, scores),
        "brier": sklearn_metrics.brier_score_loss(y, p),
        "log_loss": sklearn_metrics.log_loss(y, p),
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, rel=1e-10), name


def test_roc_corners_agree_with_scikit_learn():
    scores, y = draw(500, 1.0, np.random.default_rng(1), ties=True)
    false, true = roc_points(scores, y)
    expected = sklearn_metrics.roc_curve(y, scores, drop_intermediate=False)
    np.testing.assert_allclose(false, expected[0])
    np.testing.assert_allclose(true, expected[1])


def test_the_area_by_hand_counts_ties_one_half():
    # Pairs: 3 beats 1 and 2; 2 beats 1 and ties with 2.
    assert area_under_curve([1, 2, 2, 3], [0, 0, 1, 1])["value"] == pytest.approx(3.5 / 4)


def test_average_precision_by_hand():
    # Ranked: 1, 0, 1 with precision 1 and 2/3 at the positives.
    assert average_precision([3, 2, 1], [1, 0, 1], bootstrap=3)["value"] == pytest.approx(5 / 6)


def test_a_perfect_ranking_has_a_one_sided_interval():
    area = area_under_curve(np.arange(40), np.arange(40) >= 10)
    assert area["value"] == 1
    assert area["high"] == 1
    # Ten pairs, all ordered rightly: (alpha / 2)^(1/10).
    assert area["low"] == pytest.approx(0.025**0.1)


def test_the_delong_interval_covers_the_area():
    rng = np.random.default_rng(4)
    truth = norm.cdf(1.5 / np.sqrt(2))
    covered = 0
    for _ in range(300):
        scores, y = draw(400, 1.5, rng)
        area = area_under_curve(scores, y, 0.9)
        covered += area["low"] <= truth <= area["high"]
    assert 0.86 < covered / 300 < 0.94


@pytest.mark.parametrize("probability", [0.3, 0.1, 1 / 3, 0.01, 0.001])
@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_thresholds_never_exceed_the_false_alarm_probability(probability, decimals):
    rng = np.random.default_rng(5)
    for n in (1, 3, 10, 1000, 3001):
        negatives = np.round(rng.normal(size=n), decimals)
        threshold = detection_threshold(negatives, probability)
        alarms = np.sum(negatives > threshold)
        assert alarms <= n * probability + 1e-9
        # The next lower threshold would have too many.
        assert np.sum(negatives >= threshold) > n * probability - 1e-9


def test_a_threshold_allows_exactly_the_expected_alarms_without_ties():
    negatives = np.random.default_rng(0).permutation(100_000)
    for probability, alarms in [(1e-1, 10_000), (1e-3, 100), (1e-4, 10)]:
        assert np.sum(negatives > detection_threshold(negatives, probability)) == alarms


def test_rates_without_enough_negatives_are_not_measured_and_say_why():
    scores, y = draw(3000, 2.0, np.random.default_rng(6))
    rates = true_positive_rates(scores, y, (0.1, 0.001))
    assert rates[0]["low"] < rates[0]["value"] < rates[0]["high"]
    assert rates[1]["value"] is None
    assert "10,000 negatives are needed" in rates[1]["why"]
    assert measurable(10_000, 1e-3) is None


@pytest.mark.parametrize(("negatives", "probability"), [(1000, 0.01), (10_000, 0.01)])
def test_the_interval_of_a_rate_covers_it_threshold_included(negatives, probability):
    rng = np.random.default_rng(7)
    truth = norm.sf(norm.isf(probability) - 2.0)
    y = np.repeat([0, 1], [negatives, 4000])
    covered = 0
    for _ in range(300):
        rate = true_positive_rates(rng.normal(size=len(y)) + 2.0 * y, y, (probability,), 0.9)[0]
        covered += rate["low"] <= truth <= rate["high"]
    assert 0.85 < covered / 300 < 0.97


def test_the_realised_false_alarm_probability_is_stated():
    scores, y = draw(20_000, 2.0, np.random.default_rng(12))
    rate = true_positive_rates(scores, y, (0.01,))[0]
    assert rate["false_alarms"] == np.sum(scores[y == 0] > rate["threshold"])
    assert rate["realised"]["low"] < 0.01 < rate["realised"]["high"]


def test_calibrated_probabilities_have_no_calibration_error_beyond_the_noise_floor():
    rng = np.random.default_rng(8)
    p = rng.uniform(size=20_000)
    y = rng.random(20_000) < p
    honest = probability_metrics(p, y, bootstrap=50)["ece"]
    assert honest["value"] < 2.5 * honest["noise_floor"]
    sure = probability_metrics(np.where(p > 0.5, 0.99, 0.01), y, bootstrap=50)["ece"]
    assert sure["value"] == pytest.approx(0.24, abs=0.02)
    assert sure["low"] < sure["value"] < sure["high"]


def test_a_stated_prevalence_undoes_the_class_ratio_of_the_set():
    rng = np.random.default_rng(9)
    p = rng.beta(0.5, 0.5, 200_000)
    y = rng.random(len(p)) < p
    keep = y | (rng.random(len(p)) < 0.2)
    whole = probability_metrics(p, y, bootstrap=2)
    thinned = probability_metrics(p[keep], y[keep], prevalence=0.5, bootstrap=2)
    plain = probability_metrics(p[keep], y[keep], bootstrap=2)
    assert thinned["log_loss"]["value"] == pytest.approx(whole["log_loss"]["value"], rel=0.02)
    assert thinned["ece"]["value"] < 0.01 < plain["ece"]["value"]


def test_results_depend_on_the_generator_alone():
    scores, y = draw(300, 1.0, np.random.default_rng(10))
    first, again, other = (
        binary_metrics(scores, y, bootstrap=20, rng=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first["average_precision"]["low"] != other["average_precision"]["low"]


def test_without_bootstrap_there_are_values_and_no_intervals():
    scores, y = draw(300, 1.0, np.random.default_rng(11))
    found = binary_metrics(scores, y, bootstrap=0, probabilities=expit(scores))
    assert found["average_precision"]["value"] > 0
    assert found["average_precision"]["low"] is None
    assert found["ece"]["high"] is None


@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        ([1.0, 2.0], [1, 1], "all 2 are 1"),
        ([1.0, 2.0], [0, 0], "all 2 are 0"),
        ([], [], "empty"),
        ([1.0, np.nan, 3.0], [0, 1, 1], "1 of 3 values are NaN"),
        ([1.0, np.inf], [0, 1], "infinite"),
        ([1.0, 2.0, 3.0], [0, 1], "3 values for 2 examples"),
        ([1.0, 2.0], [0, 2], "a vector of 0 and 1"),
        ([[1.0, 2.0], [3.0, 4.0]], [0, 1], "one score per example"),
    ],
)
def test_unfit_input_is_refused(scores, y, message):
    with pytest.raises(UsageError, match=message):
        binary_metrics(np.array(scores), np.array(y))


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1])
def test_impossible_false_alarm_probabilities_are_refused(probability):
    with pytest.raises(UsageError, match="false-alarm probability"):
        detection_threshold(np.arange(10), probability)


def test_what_is_no_probability_is_refused():
    with pytest.raises(UsageError, match="within 0 and 1"):
        probability_metrics(np.array([0.2, 1.4]), np.array([0, 1]))
