"""Calibration recovers known distortions and stays finite whatever the logits."""

import json

import numpy as np
import pytest
from scipy.special import expit, softmax
from scipy.stats import kstest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.reconstruction import Reconstruction
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.inference.calibration import (
    fit_platt,
    fit_temperature,
    platt_probabilities,
    temperature_probabilities,
)
from astro_dl.metrics.reliability import expected_calibration_error, reliability_table


def test_platt_scaling_recovers_a_known_distortion():
    rng = np.random.default_rng(0)
    logits = rng.normal(-1, 4, 200_000)
    y = rng.random(len(logits)) < expit(0.6 * logits + 0.8)
    found = fit_platt(logits, y)
    assert found["scale"] == pytest.approx(0.6, rel=0.02)
    assert found["offset"] == pytest.approx(0.8, abs=0.03)
    assert found["prior_log_odds"] == pytest.approx(np.log(y.mean() / (1 - y.mean())))
    p = platt_probabilities(found, logits)
    assert expected_calibration_error(reliability_table(p, y)) < 0.005


@pytest.mark.parametrize(("factor", "shift"), [(1e-4, 0.0), (5000.0, 3e5)])
def test_platt_scaling_does_not_depend_on_the_scale_of_the_logits(factor, shift):
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, 5000)
    y = rng.random(5000) < expit(logits)
    plain = platt_probabilities(fit_platt(logits, y), logits)
    moved = factor * logits + shift
    np.testing.assert_allclose(platt_probabilities(fit_platt(moved, y), moved), plain, atol=1e-4)


def test_separable_logits_give_a_finite_scale_and_keep_their_order():
    logits = np.linspace(-5, 5, 100)
    found = fit_platt(logits, logits > 0)
    assert 0 < found["scale"] < 100
    assert (np.diff(platt_probabilities(found, logits)) > 0).all()


def test_logits_worse_than_chance_are_not_turned_round():
    logits = np.linspace(-2, 2, 200)
    found = fit_platt(logits, np.where(np.arange(200) % 10 == 0, logits > 0, logits < 0))
    assert found["scale"] == 0
    assert platt_probabilities(found, logits) == pytest.approx(0.5, abs=0.03)


def test_another_prevalence_shifts_the_log_odds_by_the_priors():
    rng = np.random.default_rng(2)
    y = np.repeat([0, 1], [20_000, 20_000])
    logits = rng.normal(2 * y - 1, 1)
    found = fit_platt(logits, y)
    rare = np.concatenate([np.arange(20_000), 20_000 + np.arange(1000)])
    p = platt_probabilities(found, logits[rare], prevalence=1000 / 21_000)
    assert p.mean() == pytest.approx(1000 / 21_000, rel=0.1)
    assert expected_calibration_error(reliability_table(p, y[rare])) < 0.01


def test_temperature_scaling_recovers_the_temperature():
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (50_000, 4))
    y = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((50_000, 1))).sum(axis=1)
    assert fit_temperature(2.5 * logits, y)["temperature"] == pytest.approx(2.5, rel=0.03)


@pytest.mark.parametrize("magnitude", [1e3, 1e5, 1e30])
def test_huge_logits_overflow_nothing(magnitude):
    z = np.array([-magnitude, 0.0, magnitude], dtype=np.float32)
    platt = {"kind": "platt", "scale": 1.5, "offset": -0.2, "prior_log_odds": 0.0}
    with np.errstate(all="raise", under="ignore"):
        assert platt_probabilities(platt, z)[[0, 2]].tolist() == [0, 1]
        p = temperature_probabilities({"kind": "temperature", "temperature": 2.0}, z[None])
    np.testing.assert_allclose(p, [[0, 0, 1]], atol=1e-100)
    assert p.dtype == np.float64


def test_calibrations_are_plain_json_and_chosen_by_the_head():
    rng = np.random.default_rng(4)
    binary = Binary(("no", "yes")).fit_calibration(rng.normal(size=50), rng.integers(0, 2, 50))
    classes = Multiclass(tuple("abc"))
    several = classes.fit_calibration(rng.normal(size=(50, 3)), rng.integers(0, 3, 50))
    none = Regression(("z",)).fit_calibration(rng.normal(size=50), rng.normal(size=50))
    kinds = [json.loads(json.dumps(one))["kind"] for one in (binary, several, none)]
    assert kinds == ["platt", "temperature", "none"]


def test_without_calibration_logits_become_plain_probabilities():
    z = np.array([[0.3], [-2.0]])
    np.testing.assert_allclose(platt_probabilities(None, z), expit(z[:, 0]))


def test_reliability_by_hand():
    table = reliability_table(np.array([0.1, 0.1, 0.9, 1.0]), np.array([0, 1, 1, 1]), bins=2)
    assert table["n"].tolist() == [2, 2]
    np.testing.assert_allclose(table["predicted"], [0.1, 0.95])
    np.testing.assert_allclose(table["observed"], [0.5, 1.0])
    assert expected_calibration_error(table) == pytest.approx(0.5 * 0.4 + 0.5 * 0.05)


@pytest.mark.parametrize(
    ("calibration", "head", "message"),
    [
        ({"kind": "plat"}, Binary(("no", "yes")), "did you mean 'platt'"),
        ({"kind": "temperature", "temperature": 1.0}, Binary(("no", "yes")), "none, platt"),
        ({"kind": "platt"}, Multiclass(tuple("abc")), "none, temperature"),
        ({"kind": "platt"}, Regression(("z",)), "accepted: none"),
        ({"kind": "spread"}, Regression(("z",)), "accepted: none"),
        ({"kind": "temperature"}, Regression(("z",), (), "gaussian"), "none, spread"),
        ({"kind": "platt"}, Reconstruction(("z",)), "does not fit a reconstruction head"),
    ],
)
def test_a_calibration_of_another_head_is_refused(calibration, head, message):
    with pytest.raises(UsageError, match=message):
        head.check_calibration(calibration)


def test_probabilities_are_not_made_by_the_calibration_of_another_head():
    with pytest.raises(UsageError, match="temperature"):
        platt_probabilities({"kind": "temperature", "temperature": 1.0}, np.zeros(3))
    with pytest.raises(UsageError, match="platt"):
        temperature_probabilities({"kind": "platt"}, np.zeros((3, 2)))


def test_labels_of_one_class_cannot_be_calibrated():
    with pytest.raises(UsageError, match="both classes"):
        fit_platt(np.arange(5.0), np.ones(5))


@pytest.mark.parametrize("support", [(-np.inf, np.inf), (0.0, np.inf)])
def test_widths_of_mixtures_recover_a_known_distortion(support):
    rng = np.random.default_rng(6)
    head = Regression(("a", "b"), ("", ""), "mixture", components=2, support=support)
    logits = rng.normal(1, 0.5, (4000, head.outputs))
    logits[:, 8:] -= 2
    y = head.distributions(logits).sample(rng, 1)[..., 0]
    logits[:, 8:10] += np.log(2)
    logits[:, 10:] -= np.log(1.5)
    found = head.fit_calibration(logits, y)
    assert found["kind"] == "spread"
    np.testing.assert_allclose(found["factors"], [0.5, 1.5], rtol=0.06)
    pit = head.distributions(logits, found).cdf(y)
    assert kstest(pit[:, 0], "uniform").pvalue > 1e-3


def test_temperatures_of_grids_recover_a_known_distortion():
    rng = np.random.default_rng(7)
    head = Regression(("z",), ("",), "grid", grid=(0.0, 0.5, 1.0, 2.0, 4.0))
    logits = rng.normal(0, 2, (20_000, 4))
    y = head.distributions(logits).sample(rng, 1)[..., 0]
    found = head.fit_calibration(2.5 * logits, y)
    assert found["kind"] == "temperature"
    assert found["temperature"] == pytest.approx(2.5, rel=0.05)
