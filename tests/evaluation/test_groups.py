"""Intervals over whole groups hold where those over examples are too narrow."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import build_report
from astro_dl.metrics.intervals import resampling_weights

SETTINGS = EvaluationConfig(bootstrap=40)


def classes(seed, groups=20, each=15):
    """Return an outcome of groups that are right, or wrong, nearly all together."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(groups), each)
    y = rng.integers(0, 3, groups)[number]
    right = (rng.random(groups) < 0.7)[number]
    guess = np.where(right, y, (y + 1) % 3)
    p = 0.1 + 0.7 * np.eye(3)[guess]
    return Outcome(Multiclass(("a", "b", "c")), y, {"network": p}, groups=number)


def accuracy(outcome):
    found = build_report(outcome, SETTINGS).metrics["methods"]["network"]["accuracy"]
    return found["low"], found["high"]


def test_intervals_over_groups_hold_what_those_over_examples_miss():
    intervals = [
        (accuracy(one), accuracy(replace(one, groups=None))) for one in map(classes, range(12))
    ]
    held = np.array([[low <= 0.7 <= high for low, high in pair] for pair in intervals])
    assert held[:, 0].sum() >= 9
    assert held[:, 1].sum() <= 6


def test_groups_of_one_change_nothing():
    outcome = classes(0)
    alone = replace(outcome, groups=np.arange(len(outcome.y)))
    assert accuracy(alone) == accuracy(replace(outcome, groups=None))


def test_the_report_says_how_many_groups_there_are():
    report = build_report(classes(0), SETTINGS)
    assert report.metrics["about"]["groups"] == 20
    assert "over 20 groups" in report.to_text()


def test_values_and_the_task_s_own_metrics_have_them_too():
    rng = np.random.default_rng(1)
    number = np.repeat(np.arange(12), 10)
    y = rng.normal(0, 1, (120, 1))
    scores = y + rng.normal(0, 1, 12)[number, None]

    def own(outcome, settings):
        mean = float(np.mean(outcome.scores["network"] - outcome.y))
        return {"network": {"offset": {"value": mean, "low": mean, "high": mean}}}

    outcome = Outcome(Regression(("v",)), y, {"network": scores}, groups=number)
    metrics = build_report(outcome, SETTINGS, own).metrics
    bias = metrics["methods"]["network"]["targets"]["v"]["bias"]
    assert bias["high"] - bias["low"] > 0.6
    offset = metrics["task"]["network"]["offset"]
    assert offset["low"] < offset["value"] < offset["high"]
    assert offset["value"] == pytest.approx(bias["value"])


def test_a_group_is_drawn_whole():
    groups = np.array([0, 0, 1, 2, 2, 2])
    for weights in resampling_weights(6, 20, np.random.default_rng(0), groups):
        assert weights[0] == weights[1]
        assert len(set(weights[3:])) == 1
