"""Features of regions, and areas under curves that size cannot flatter."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Table
from sklearn.metrics import roc_auc_score

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.sun.ar_morphology import simulate
from astro_dl.science.sun.features import (
    complexity_metrics,
    matched_area_under_curve,
    region_features,
)
from astro_dl.science.sun.inputs import prepare_inputs
from astro_dl.science.sun.physics import ActiveRegionPhysics

PHYSICS = ActiveRegionPhysics()
RNG = np.random.default_rng(0)


def test_features_follow_the_truth():
    examples = simulate(PHYSICS, 60, np.random.default_rng(3))
    columns = region_features(PHYSICS, examples.x)
    assert columns.shape == (60, 12)
    assert np.isfinite(columns).all()
    for column, truth in ((0, "area"), (3, "total_unsigned_flux"), (2, "spots")):
        order = [
            np.argsort(np.argsort(values)) for values in (columns[:, column], examples.info[truth])
        ]
        assert np.corrcoef(*order)[0, 1] > 0.75
    some = region_features(PHYSICS, examples.x[10:20])
    np.testing.assert_allclose(some, columns[10:20], rtol=1e-4, atol=1e-6)


def test_features_are_those_of_the_channels_there_are():
    x = simulate(PHYSICS, 8, np.random.default_rng(4)).x
    whole = region_features(PHYSICS, x)
    for position, part in ((0, whole[:, :3]), (1, whole[:, 3:])):
        physics = replace(PHYSICS, channels=PHYSICS.channels[position : position + 1])
        np.testing.assert_allclose(region_features(physics, x[..., position : position + 1]), part)


def test_distances_and_misplaced_flux_of_known_fields():
    field = np.zeros((2, 64, 64))
    field[:, 30:34, 10:20], field[:, 30:34, 40:50] = 1000, -1000
    field[1, 30:34, 12:15] = -1000
    physics = replace(PHYSICS, channels=("magnetogram",))
    columns = region_features(physics, prepare_inputs(physics.channels, None, field))
    np.testing.assert_allclose(columns[:, 7], [21 * 0.3, 0.3], rtol=1e-5)
    assert columns[0, 8] == 0
    assert columns[1, 8] == pytest.approx(12 / 80)
    np.testing.assert_array_equal(columns[:, 2], [1, 2])
    assert columns[0, 4] == 0
    assert columns[1, 4] > 0


def test_matched_area_of_one_bin_is_the_ordinary_one():
    y = RNG.integers(0, 2, 300)
    scores = np.round(y + RNG.normal(size=300), 1)
    found = matched_area_under_curve(scores, y, np.zeros(300))
    assert found["value"] == pytest.approx(roc_auc_score(y, scores))
    assert found["low"] < found["value"] < found["high"]
    assert found["pairs"] == y.sum() * (300 - y.sum())


def test_size_gives_nothing_where_it_is_matched():
    y = RNG.integers(0, 2, 4000)
    size = y + RNG.normal(size=4000)
    other = y + RNG.normal(size=4000)
    assert roc_auc_score(y, size) > 0.7
    assert matched_area_under_curve(size, y, size)["value"] < 0.56
    assert matched_area_under_curve(other, y, size)["value"] > 0.7


SETTINGS = EvaluationConfig(bootstrap=50)


def outcome(y, info, scores):
    return Outcome(Multiclass(tuple("abcd")), y, {"network": scores}, info=info)


def test_metrics_name_every_method_and_size():
    y = np.repeat(np.arange(4), 30)
    probabilities = np.full((120, 4), 0.1)
    probabilities[np.arange(120), y] = 0.7
    info = Table({name: RNG.random(120) for name in ("total_unsigned_flux", "area", "spots")})
    found = complexity_metrics(outcome(y, info, probabilities), SETTINGS)
    assert found["network"]["auroc"]["value"] == 1
    assert found["size_alone"]["spots"]["value"] == pytest.approx(0.5, abs=0.2)
    matched = found["network"]["auroc_size_matched"]
    assert {one["value"] for one in matched.values()} == {1.0}
    logits = probabilities[:, 2:].sum(axis=1)
    binary = complexity_metrics(outcome((y >= 2).astype(float), info, logits), SETTINGS)
    assert binary["network"]["auroc"]["value"] == 1
    no_interval = complexity_metrics(
        outcome(y, info, probabilities), EvaluationConfig(bootstrap=0)
    )["network"]["auroc_size_matched"]
    assert {one["low"] for one in no_interval.values()} == {None}
    assert complexity_metrics(outcome(np.ones(120), info, logits), SETTINGS) == {}
