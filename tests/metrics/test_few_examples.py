"""Intervals of a few examples that are mostly right: never of no width, and as sure as they say."""

import numpy as np
import pytest

from astro_dl.metrics.binary import average_precision
from astro_dl.metrics.decisions import decision_metrics
from astro_dl.metrics.multiclass import multiclass_metrics

JOINT = ("f1", "balanced_accuracy", "mcc")


def truth(share, accuracy):
    """Return what F1, balanced accuracy and MCC are of ever more examples."""
    hits, alarms = share * accuracy, (1 - share) * (1 - accuracy)
    missed, rejected = share * (1 - accuracy), (1 - share) * accuracy
    margins = (hits + alarms) * (hits + missed) * (rejected + alarms) * (rejected + missed)
    mcc = (hits * rejected - alarms * missed) / np.sqrt(margins)
    return {
        "f1": 2 * hits / (2 * hits + alarms + missed),
        "balanced_accuracy": accuracy,
        "mcc": mcc,
    }


@pytest.mark.parametrize("n", [10, 20, 30])
@pytest.mark.parametrize("share", [0.5, 0.2])
def test_intervals_hold_the_truth_as_often_as_they_say(n, share):
    rng, inside = np.random.default_rng(n), {name: [] for name in JOINT}
    for _ in range(300):
        y = rng.random(n) < share
        selected = y ^ (rng.random(n) > 0.95)
        found = decision_metrics(selected, y, ("no", "yes"), rng=rng)
        for name, value in truth(share, 0.95).items():
            if found[name]["value"] is not None:
                inside[name].append(found[name]["low"] <= value <= found[name]["high"])
    assert all(0.87 < np.mean(one) <= 1 for one in inside.values()), inside


def test_being_always_right_is_no_certainty():
    y = np.arange(12) % 2
    found = decision_metrics(y == 1, y, ("no", "yes"))
    many = decision_metrics(np.tile(y, 50) == 1, np.tile(y, 50), ("no", "yes"))
    for name in JOINT:
        assert found[name]["value"] == found[name]["high"] == 1
        assert 0.3 < found[name]["low"] < 0.85
        assert many[name]["low"] > 0.98
    ranked = average_precision(y + 0.0, y)
    assert ranked["value"] == 1 > 0.7 > ranked["low"]


def test_classes_that_are_absent_count_for_nothing():
    y = np.arange(12) % 3
    found = multiclass_metrics(np.eye(4)[y], y, ("a", "b", "c", "d"))
    assert found["balanced_accuracy"]["value"] == found["macro_f1"]["value"] == 1
    assert 0.4 < found["macro_f1"]["low"] < 0.9
    assert 0.4 < found["balanced_accuracy"]["low"] < 0.9
    assert found["per_class"]["a"]["f1"]["low"] < 0.8
    assert decision_metrics(y == 1, y == 1, ("no", "yes"), bootstrap=0)["f1"]["low"] is None
