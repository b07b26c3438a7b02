"""Type Ia against all others: the figure of merit, and a sample that needs no truth."""

import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.supernovae.early import area_by_day
from astro_dl.science.supernovae.inputs import unpacked
from astro_dl.science.supernovae.metrics import chosen_by_merit, supernova_metrics
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulate import simulate

SETTINGS = EvaluationConfig(bootstrap=50)


def outcome(p, y, names=("Ia", "Ibc", "II")):
    p, y = np.asarray(p, float), np.asarray(y)
    scores = np.stack([p, (1 - p) / 2, (1 - p) / 2], axis=1)
    return Outcome(Multiclass(names), y, {"network": scores})


def test_the_sample_is_the_best_that_the_probabilities_promise():
    p = np.array([0.99, 0.97, 0.9, 0.3, 0.1])

    def promised(n):
        right, wrong = p[:n].sum(), (1 - p[:n]).sum()
        return right**2 / (right + 3 * wrong)

    best = max(range(1, 6), key=promised)
    assert chosen_by_merit(p).sum() == best == 3


def test_perfect_answers_have_the_merit_of_one():
    y = np.array([0, 0, 1, 2, 2])
    found = supernova_metrics(outcome((y == 0) * 1.0, y), SETTINGS)["network"]
    for name in ("ia_auc", "ia_efficiency", "ia_purity", "ia_merit"):
        assert found[name]["value"] == 1


def test_wrong_ones_weigh_three_times():
    y = np.array([0] * 8 + [1] * 2)
    p = np.array([0.95] * 10)
    found = supernova_metrics(outcome(p, y), SETTINGS)["network"]
    assert found["ia_purity"]["value"] == pytest.approx(0.8)
    assert found["ia_merit"]["value"] == pytest.approx(8 / (8 + 3 * 2))
    assert found["ia_merit"]["low"] < 8 / 14 < found["ia_merit"]["high"]


def test_of_one_class_alone_there_is_recall_and_no_area():
    found = supernova_metrics(outcome([0.9, 0.9, 0.1], [0, 0, 0]), SETTINGS)["network"]
    assert found["ia_auc"]["value"] is None
    assert found["ia_efficiency"]["value"] == pytest.approx(2 / 3)


def test_without_type_ia_nothing_is_told():
    names = ("a", "b", "c")
    assert supernova_metrics(outcome([0.9, 0.1], [0, 1], names), SETTINGS) == {}


def test_the_area_grows_with_what_is_seen():
    examples = simulate(SupernovaPhysics(), 200, np.random.default_rng(4))
    truth = examples.y == 0

    def nights(x):
        """Rank by a truth that is told better the more nights there are."""
        known = unpacked(x)[0].known.sum(axis=1)
        return truth * known + np.random.default_rng(0).normal(0, 10, len(x))

    first, last = area_by_day(nights, examples.x, truth, (0.0, 150.0))
    assert (first["day"], last["n"]) == (0.0, 200)
    assert last["value"] > first["value"] + 0.02
    assert last["low"] < last["value"] < last["high"]
