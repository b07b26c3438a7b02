"""Recalibration is judged over groups that its fit had no part in."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.figures.recalibration import draw_recalibration
from astro_dl.evaluation.recalibration import AFTER, BEFORE, Sample, compare_recalibration

SETTINGS = EvaluationConfig(bootstrap=20)
NONE = {"kind": "none"}
HEAD = Regression(("z",), distribution="gaussian")


def sample(n=600, groups=30, group_scatter=0.0):
    rng = np.random.default_rng(0)
    number = np.arange(n) % groups
    value = rng.uniform(0, 1, n)
    truth = value - 0.2 + rng.normal(0, 0.1, n) + group_scatter * rng.normal(0, 1, groups)[number]
    logits = np.stack([value, np.full(n, 2 * np.log(0.05))], axis=1)
    return Sample(logits, truth[:, None], number, Table({"group": number}))


def coverage(report, name):
    entries = report.metrics["methods"][name]["targets"]["z"]["coverage"]
    return next(one["value"] for one in entries if one["nominal"] == 0.6827)


def test_before_and_after_stand_side_by_side():
    found = compare_recalibration(HEAD, sample(), NONE, "", SETTINGS)
    assert found.calibration["kind"] == "recalibrated"
    assert coverage(found.before, BEFORE) < 0.3
    assert coverage(found.after, AFTER) == pytest.approx(0.68, abs=0.06)
    figure = draw_recalibration(found)
    assert len(figure.axes) == 2


def test_what_groups_share_is_not_learnt_from_themselves():
    by_group = sample(120, 10, group_scatter=0.3)
    alone = Sample(by_group.logits, by_group.y, np.arange(120), by_group.info)
    whole, leaky = (
        compare_recalibration(HEAD, one, NONE, "affine", SETTINGS) for one in (by_group, alone)
    )
    errors = [
        one.after.metrics["methods"][AFTER]["targets"]["z"]["rmse"]["value"]
        for one in (whole, leaky)
    ]
    assert errors[0] > errors[1]
    assert whole.calibration == leaky.calibration


def test_classes_have_one_panel_and_their_calibration_error_beside_its_floor():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 300)
    logits = 5 * (rng.normal(0, 1, (300, 3)) + 1.5 * np.eye(3)[y])
    one = Sample(logits, y, np.arange(300), Table())
    found = compare_recalibration(Multiclass(("a", "b", "c")), one, NONE, "vector", SETTINGS)
    before, after = (
        report.metrics["methods"][name]["ece"]
        for report, name in ((found.before, BEFORE), (found.after, AFTER))
    )
    assert after["value"] < before["value"]
    assert f"floor {after['noise_floor']:.3f}" in found.after.to_text()
    assert len(draw_recalibration(found).axes) == 1


def test_the_last_layer_learns_what_the_network_overlooked():
    rng = np.random.default_rng(2)
    one = sample(800, 40)
    embedding = rng.normal(size=(800, 12))
    truth = one.y + 0.3 * embedding[:, :1]
    one = Sample(one.logits, truth, one.groups, one.info, embedding)
    found = {
        method: compare_recalibration(HEAD, one, NONE, method, SETTINGS)
        for method in ("", "spline")
    }
    assert found["spline"].correction is None
    np.testing.assert_allclose(found[""].correction.weights[0], 0.3, atol=0.03)
    np.testing.assert_allclose(found[""].correction.weights[1:], 0, atol=0.03)
    errors = {
        method: compared.after.metrics["methods"][AFTER]["targets"]["z"]["nmad"]["value"]
        for method, compared in found.items()
    }
    assert errors[""] == pytest.approx(0.1, rel=0.15)
    assert errors["spline"] > 2 * errors[""]
    assert coverage(found[""].after, AFTER) == pytest.approx(0.68, abs=0.06)


def test_an_embedding_that_says_nothing_changes_little():
    rng = np.random.default_rng(3)
    one = sample(60, 30)
    one = Sample(one.logits, one.y, one.groups, one.info, rng.normal(size=(60, 40)))
    found = compare_recalibration(HEAD, one, NONE, "", SETTINGS)
    assert np.abs(found.correction.weights).max() < 0.03
    assert coverage(found.after, AFTER) == pytest.approx(0.68, abs=0.2)


def test_too_few_examples_or_groups_and_unknown_methods_are_refused():
    with pytest.raises(UsageError, match="12 examples"):
        compare_recalibration(HEAD, sample(12, 12), NONE, "", SETTINGS)
    with pytest.raises(UsageError, match="of 3 groups"):
        compare_recalibration(HEAD, sample(90, 3), NONE, "", SETTINGS)
    with pytest.raises(UsageError, match="splin"):
        compare_recalibration(HEAD, sample(), NONE, "splin", SETTINGS)
    joint = Regression(("a", "b"), distribution="mvn_mixture")
    with pytest.raises(UsageError, match="not recalibrated"):
        compare_recalibration(joint, sample(), NONE, "", SETTINGS)
