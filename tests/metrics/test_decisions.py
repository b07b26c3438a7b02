"""Decisions of two classes against scikit-learn, by hand, and by Monte Carlo."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from astro_dl.metrics.binary import precision_recall_points
from astro_dl.metrics.decisions import decision_metrics

NAMES = ("noise", "signal")


def draw(n, rng, share=0.3, right=0.8):
    y = rng.random(n) < share
    return np.where(rng.random(n) < right, y, ~y), y


def test_decisions_agree_with_scikit_learn():
    selected, y = draw(3000, np.random.default_rng(0))
    found = decision_metrics(selected, y, NAMES, bootstrap=5)
    expected = {
        "accuracy": sklearn_metrics.accuracy_score(y, selected),
        "precision": sklearn_metrics.precision_score(y, selected),
        "recall": sklearn_metrics.recall_score(y, selected),
        "specificity": sklearn_metrics.recall_score(~y, ~selected),
        "f1": sklearn_metrics.f1_score(y, selected),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, selected),
        "mcc": sklearn_metrics.matthews_corrcoef(y, selected),
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, rel=1e-12), name
    assert found["confusion"] == sklearn_metrics.confusion_matrix(y, selected).tolist()


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1", "mcc"])
def test_intervals_cover_the_truth(name):
    rng = np.random.default_rng(1)
    truth = decision_metrics(*draw(2_000_000, rng), NAMES, bootstrap=0)[name]["value"]
    estimates = [decision_metrics(*draw(400, rng), NAMES, 0.9, 100, rng)[name] for _ in range(200)]
    covered = np.mean([one["low"] <= truth <= one["high"] for one in estimates])
    assert 0.84 < covered < 0.97


def test_what_is_never_chosen_has_no_precision_and_says_why():
    found = decision_metrics(np.zeros(6, bool), [0, 0, 0, 1, 1, 1], NAMES)
    assert found["precision"]["value"] is None
    assert "taken for the positive class" in found["precision"]["why"]
    assert found["mcc"]["value"] is None
    assert found["recall"]["value"] == 0
    assert found["accuracy"]["value"] == 0.5


def test_one_error_in_four_by_hand():
    found = decision_metrics([True, True, False, False], [1, 0, 0, 0], NAMES, bootstrap=0)
    assert found["confusion"] == [[2, 1], [0, 1]]
    assert found["f1"]["value"] == pytest.approx(2 / 3)
    # (1·2 − 1·0) / √(2·1·3·2)
    assert found["mcc"]["value"] == pytest.approx(2 / np.sqrt(12))


@pytest.mark.parametrize("decimals", [1, 8])
def test_the_precision_recall_curve_agrees_with_scikit_learn(decimals):
    rng = np.random.default_rng(2)
    y = rng.random(500) < 0.3
    scores = np.round(rng.normal(size=500) + y, decimals)
    precision, recall, _ = sklearn_metrics.precision_recall_curve(y, scores)
    own_recall, own_precision = precision_recall_points(scores, y)
    np.testing.assert_allclose(own_recall[1:], recall[:-1][::-1])
    np.testing.assert_allclose(own_precision[1:], precision[:-1][::-1])
