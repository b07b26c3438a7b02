"""Half precision in which a network is another one is refused before it is trained."""

from importlib import import_module

import keras
import numpy as np
import pytest

from astro_dl.core import backend
from astro_dl.core.errors import UsageError
from astro_dl.training.train import check_precision
from tests.toy_training import run

FEATURES = 6


def network(policy, offset):
    """Return a network that looks at the differences of its inputs from an offset."""
    with backend.precision(policy):
        return keras.Sequential(
            [
                keras.Input((FEATURES,)),
                keras.layers.Rescaling(1, -offset),
                keras.layers.Dense(16, activation="relu"),
                keras.layers.Dense(3, dtype="float32"),
            ]
        )


def checked(offset):
    x = np.random.default_rng(0).standard_normal((64, FEATURES)).astype(np.float32) + offset
    keras.utils.set_random_seed(1)
    half = network("mixed_bfloat16", offset)
    before = half.get_weights()
    check_precision(half, network("float32", offset), x)
    for now, then in zip(half.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_rounding_is_accepted():
    checked(0)


def test_inputs_that_it_cannot_hold_apart_are_refused():
    with pytest.raises(UsageError, match=r"training.mixed_precision: .* by \d+%.*'off'"):
        checked(1000)


def test_a_training_is_refused_before_it_begins(toy_task, tmp_path, monkeypatch):
    monkeypatch.setattr(import_module("astro_dl.training.train"), "LARGEST_ROUNDING", 1e-6)
    with pytest.raises(UsageError, match="half precision changes the network"):
        run(tmp_path / "half", **{"training.mixed_precision": "on"})
    assert not list(tmp_path.glob("half/*.*"))
    run(tmp_path / "whole", **{"training.mixed_precision": "off", "training.epochs": 1})
