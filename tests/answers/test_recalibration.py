"""What a sample of truths corrects: simulated networks whose error is known."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.schema import plain

N = 1500
NONE = {"kind": "none"}


def honest(pit, nominal):
    inside = np.mean(np.abs(pit - 0.5) <= nominal / 2)
    return inside == pytest.approx(nominal, abs=3.5 * np.sqrt(nominal * (1 - nominal) / len(pit)))


def biased(seed, head):
    """Return logits that say values 0.1 too high, and scales two times too small, with truths."""
    rng = np.random.default_rng(seed)
    value, scale = rng.uniform(0.3, 0.7, N), 0.03
    truth = value + rng.normal(0, 2 * scale, N)
    told = value + 0.1
    if head.distribution == "gaussian":
        return np.stack([told, np.full(N, 2 * np.log(scale))], axis=1), truth[:, None]
    if head.distribution == "mixture":
        return np.stack([np.zeros(N), told, np.full(N, np.log(scale))], axis=1), truth[:, None]
    if head.distribution == "point":
        return told[:, None], truth[:, None]
    centres = (np.array(head.grid)[1:] + np.array(head.grid)[:-1]) / 2
    return -0.5 * ((centres - told[:, None]) / scale) ** 2, truth[:, None]


HEADS = {
    "gaussian": Regression(("z",), distribution="gaussian"),
    "mixture": Regression(("z",), distribution="mixture", components=1, support=(0.0, 1.0)),
    "grid": Regression(("z",), distribution="grid", grid=tuple(np.linspace(0, 1, 101))),
}


@pytest.mark.parametrize("method", ["spline", "affine"])
@pytest.mark.parametrize("kind", HEADS)
def test_a_biased_network_that_is_too_sure_becomes_honest(kind, method):
    head = HEADS[kind]
    logits, y = biased(0, head)
    calibration = json.loads(json.dumps(plain(head.recalibrations[method](logits, y, NONE))))
    head.check_calibration(calibration)
    logits, y = biased(1, head)
    before, after = (head.answers(logits, one) for one in (NONE, calibration))
    pit = after.distribution.cdf(y)[:, 0]
    assert not honest(before.distribution.cdf(y)[:, 0], 0.6827)
    assert honest(pit, 0.6827)
    assert honest(pit, 0.9545)
    assert np.median(before.values - y) == pytest.approx(0.1, abs=0.01)
    assert np.median(after.values - y) == pytest.approx(0, abs=0.01)


def test_a_temperature_leaves_the_bias():
    head = HEADS["gaussian"]
    logits, y = biased(0, head)
    after = head.answers(logits, head.recalibrations["temperature"](logits, y, NONE))
    assert np.median(after.values - y) == pytest.approx(0.1, abs=0.01)
    assert np.mean(np.abs(after.distribution.cdf(y) - 0.5) <= 0.341) == pytest.approx(
        0.68, abs=0.03
    )


def test_points_lose_their_bias_and_have_no_width():
    head = Regression(("z",))
    logits, y = biased(0, head)
    assert list(head.recalibrations) == ["spline", "affine"]
    after = head.answers(logits, head.recalibrations["affine"](logits, y, NONE))
    assert np.median(after.values - y) == pytest.approx(0, abs=0.01)


def test_an_honest_network_stays_nearly_as_it_was():
    head = HEADS["gaussian"]
    rng = np.random.default_rng(3)
    logits = np.stack([rng.uniform(0, 1, N), np.full(N, 2 * np.log(0.05))], axis=1)
    y = logits[:, :1] + rng.normal(0, 0.05, (N, 1))
    after = head.answers(logits, head.recalibrations["spline"](logits, y, NONE))
    np.testing.assert_allclose(after.values, logits[:, :1], atol=0.02)


def test_recalibrating_twice_is_recalibrating_once():
    head = HEADS["mixture"]
    logits, y = biased(0, head)
    once = head.recalibrations["spline"](logits, y, NONE)
    twice = head.recalibrations["spline"](logits, y, once)
    one, other = (head.answers(logits, each).values for each in (once, twice))
    np.testing.assert_allclose(one, other, atol=2e-3)


def test_a_vector_scaling_finds_a_prior_that_has_changed():
    rng = np.random.default_rng(4)
    y = rng.choice(3, N, p=(0.8, 0.1, 0.1))
    evidence = rng.normal(0, 1, (N, 3)) + 2 * np.eye(3)[y]
    truth = softmax(2 * evidence + np.log([0.8, 0.1, 0.1]), axis=1)
    head, logits = Multiclass(("a", "b", "c")), 6 * evidence

    def loss(method):
        calibration = head.recalibrations[method](logits, y, NONE)
        head.check_calibration(calibration)
        p = head.answers(logits, calibration).values
        return -np.mean(np.log(p[np.arange(N), y]))

    best = -np.mean(np.log(truth[np.arange(N), y]))
    assert best <= loss("vector") + 0.01 < loss("temperature")
    assert loss("vector") < best + 0.02


def test_a_binary_answer_takes_platt_s_scaling():
    rng = np.random.default_rng(5)
    y = (rng.random(N) < 0.3).astype(float)
    logits = 4 * (rng.normal(0, 1, N) + 1.5 * y)
    head = Binary(("no", "yes"))
    p = head.answers(logits, head.recalibrations["affine"](logits, y, NONE)).values
    assert p.mean() == pytest.approx(y.mean(), abs=0.01)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": []}, "0 functions"),
        ({"own": {"kind": "platt"}}, "platt"),
        ({"scores": [{"x": [0.0, 1.0], "y": [1.0, 0.0]}]}, "rising"),
    ],
)
def test_a_card_that_was_tampered_with_is_refused(change, words):
    line = {"x": [0.0, 1.0], "y": [0.0, 1.0]}
    sound = {"kind": "recalibrated", "own": NONE, "values": [line], "scores": [line]}
    HEADS["gaussian"].check_calibration(sound)
    with pytest.raises(UsageError, match=words):
        HEADS["gaussian"].check_calibration({**sound, **change})


def test_joint_distributions_are_not_recalibrated():
    assert not Regression(("a", "b"), distribution="mvn_mixture").recalibrations
