"""Skill scores against numbers worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score, roc_curve

from astro_dl.metrics.confusion import confusion_matrix
from astro_dl.metrics.skill_scores import (
    best_true_skill,
    f1,
    heidke_skill,
    skill_scores,
    true_skill,
)


def test_a_table_worked_out_by_hand():
    table = np.array([[140, 20], [10, 30]])
    assert true_skill(table) == pytest.approx(30 / 40 - 20 / 160)
    assert heidke_skill(table) == pytest.approx(2 * (30 * 140 - 20 * 10) / (40 * 150 + 50 * 160))
    assert f1(table) == pytest.approx(60 / 90)


def test_scores_agree_with_an_independent_package():
    rng = np.random.default_rng(0)
    y = rng.random(500) < 0.3
    scores = np.round(rng.normal(size=500) + y, 1)
    table = confusion_matrix(scores > 0.5, y, 2)
    assert heidke_skill(table) == pytest.approx(cohen_kappa_score(y, scores > 0.5))
    assert f1(table) == pytest.approx(f1_score(y, scores > 0.5))
    alarms, hits, _ = roc_curve(y, scores)
    assert best_true_skill(scores, y) == pytest.approx((hits - alarms).max())


def test_saying_the_prevalence_has_no_skill():
    y = np.r_[np.ones(10), np.zeros(90)]
    constant = np.full(100, np.log(0.1 / 0.9))
    found = skill_scores({"network": constant, "sure": 40 * y - 20}, y, 0.1)
    assert found["network"]["brier_skill"]["value"] == pytest.approx(0, abs=1e-9)
    assert found["network"]["tss"]["value"] == 0
    assert found["sure"]["tss"]["value"] == 1
    for measure in ("tss", "hss", "f1", "tss_best_threshold"):
        assert 0.5 < found["sure"][measure]["low"] < 0.9 < found["sure"][measure]["high"]
    assert found["sure"]["brier"]["value"] == pytest.approx(0, abs=1e-9)
    without = skill_scores({"network": constant}, y, 0.1, bootstrap=0)["network"]
    assert {one["low"] for one in without.values()} == {None}
    low, high = (found["sure"]["brier_skill"][key] for key in ("low", "high"))
    assert low == pytest.approx(1) == pytest.approx(high)


def test_without_positives_there_is_no_skill_to_measure():
    found = skill_scores({"network": np.zeros(5)}, np.zeros(5), 0.1)["network"]
    assert found["tss"]["value"] is None
    assert found["tss_best_threshold"]["value"] is None
