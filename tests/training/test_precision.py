"""Half precision in which a network is another one is not what it is trained in."""

from importlib import import_module

import keras
import numpy as np
import pytest

from astro_dl.core import backend
from astro_dl.core.errors import UsageError
from astro_dl.training.precision import LARGEST_ROUNDING, rounding
from tests.toy_training import assert_equal_weights, run

FEATURES = 6


def network(policy, offset):
    """Return a network that looks at the differences of its inputs from an offset."""
    with backend.precision(policy):
        return keras.Sequential(
            [
                keras.Input((FEATURES,)),
                keras.layers.Rescaling(1, -offset),
                keras.layers.Dense(16, activation="relu"),
                keras.layers.Dense(3, dtype="float32", name="logits"),
            ]
        )


def networks(offset=0):
    """Return the same network in half and in full precision, and inputs."""
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(0).standard_normal((64, FEATURES)).astype(np.float32) + offset
    return network("mixed_bfloat16", offset), network("float32", offset), x


@pytest.mark.parametrize("learnt", [False, True])
def test_rounding_is_some_hundredths(learnt):
    half, whole, x = networks()
    before = half.get_weights()
    assert 1e-4 < rounding(half, whole, x, 32, learnt) < 0.03
    for now, then in zip(half.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("learnt", [False, True])
def test_inputs_that_half_precision_cannot_hold_apart_are_seen(learnt):
    assert rounding(*networks(1000), 32, learnt) > LARGEST_ROUNDING


def test_fresh_logits_that_cancel_by_chance_make_no_error_look_large():
    half, whole, x = networks()
    features = np.linspace(0.1, 0.9, 16)
    kernel, bias = half.layers[-1].get_weights()
    kernel -= np.outer(features, features @ kernel) / (features @ features)
    half.layers[1].set_weights([np.zeros((FEATURES, 16)), features])
    half.layers[-1].set_weights([kernel, bias])
    whole.set_weights(half.get_weights())
    size, off = (np.abs(one).mean() for one in (whole(x), half(x) - whole(x)))
    assert off > LARGEST_ROUNDING * size
    assert rounding(half, whole, x, 32, learnt=False) < 0.03


def test_a_learnt_offset_of_all_logits_makes_no_error_look_small():
    half, whole, x = networks(1000)
    kernel, _ = half.layers[-1].get_weights()
    half.layers[-1].set_weights([kernel, np.full(3, 1e5)])
    assert rounding(half, whole, x, 32, learnt=True) > LARGEST_ROUNDING


def test_what_is_infinite_in_half_precision_alone_is_seen():
    _, whole, x = networks()
    half = network("mixed_float16", 0)
    half.layers[1].set_weights([np.full((FEATURES, 16), 1e5), np.zeros(16)])
    assert not rounding(half, whole, np.abs(x), 32, learnt=False) <= LARGEST_ROUNDING


def test_what_is_not_finite_in_any_precision_is_left_to_the_training():
    half, whole, x = networks()
    assert rounding(half, whole, x * np.nan, 32, learnt=False) == 0


@pytest.fixture
def coarse(monkeypatch):
    """Let half precision be usual, and any rounding too much."""
    policies = {"off": "float32", "auto": "mixed_bfloat16", "on": "mixed_bfloat16"}
    monkeypatch.setattr(backend, "precision_policy", policies.__getitem__)
    monkeypatch.setattr(import_module("astro_dl.training.train"), "LARGEST_ROUNDING", 1e-6)


def test_a_training_that_insists_on_half_precision_is_refused_before_it_begins(
    toy_task, tmp_path, coarse
):
    words = r"training.mixed_precision: half precision changes the .* by \d+% .*; set it to 'off'"
    with pytest.raises(UsageError, match=words):
        run(tmp_path / "half", **{"training.mixed_precision": "on"})
    assert not list(tmp_path.glob("half/*.*"))


def test_a_training_that_leaves_it_open_is_in_full_precision_then(toy_task, tmp_path, coarse):
    short = {"training.epochs": 2}
    with pytest.warns(UserWarning, match="by 0%.* trained in full precision instead"):
        found = run(tmp_path / "auto", **short)
    wanted = run(tmp_path / "off", **short, **{"training.mixed_precision": "off"})
    assert_equal_weights(found, wanted)


def test_a_training_that_leaves_it_open_is_in_half_precision_if_that_is_as_good(
    toy_task, tmp_path, monkeypatch
):
    policies = {"off": "float32", "auto": "mixed_bfloat16"}
    monkeypatch.setattr(backend, "precision_policy", policies.__getitem__)
    short = {"training.epochs": 1}
    half = run(tmp_path / "auto", **short)
    whole = run(tmp_path / "off", **short, **{"training.mixed_precision": "off"})
    with pytest.raises(AssertionError):
        assert_equal_weights(half, whole)
