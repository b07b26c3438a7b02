"""Forecasts: gaps are filled by what was known, steps to come are told with uncertainty."""

import keras
import numpy as np
import pytest

from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.models.build import build_model

STEPS = 5
HEAD = Regression(tuple(f"step_{n}" for n in range(1, STEPS + 1)), distribution="gaussian")


def filled(model, x):
    return np.asarray(keras.Model(model.input, model.get_layer("filled").output)(x))


def test_gaps_hold_the_last_known_value_and_fade():
    model = build_model("forecaster", input_shape=(6, 2), head=HEAD, mask_channel=1)
    values = np.array([[9.0, 2.0, 9.0, 9.0, -4.0, 9.0]], np.float32)
    known = np.array([[0, 1, 0, 0, 1, 0]], np.float32)
    x = np.stack([values, known], axis=-1)
    rate = np.log1p(np.exp(-2.25))
    expected = [0, 2, 2 * np.exp(-rate), 2 * np.exp(-2 * rate), -4, -4 * np.exp(-rate)]
    np.testing.assert_allclose(filled(model, x)[0, :, 0], expected, rtol=1e-5)


def test_what_stands_in_gaps_changes_nothing():
    model = build_model("forecaster", input_shape=(6, 2), head=HEAD, mask_channel=1)
    x = np.random.default_rng(0).normal(size=(3, 6, 2)).astype(np.float32)
    x[..., 1] = [[1, 0, 1, 1, 0, 1]] * 3
    other = x.copy()
    other[:, [1, 4], 0] = np.nan
    np.testing.assert_array_equal(model(x), model(other))


def test_steps_to_come_are_as_many_as_the_answers_names():
    model = build_model("forecaster", input_shape=(20, 3), head=HEAD)
    assert model.get_layer("features").output.shape == (None, STEPS, 32)
    assert model.output.shape == (None, 2 * STEPS)
    encoder = 3 * (3 * 32 + 32 * 32 + 2 * 32)
    decoder = 3 * (32 * 32 + 32 * 32 + 2 * 32)
    dense = (32 * 16 + 16) + (STEPS * 16 * 10 + 10)
    assert model.count_params() == encoder + decoder + dense


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"horizon": 0}, "horizon is 0"),
        ({"mask_channel": 2}, "mask_channel is 2"),
        ({"cell": "grru"}, "did you mean 'gru'"),
    ],
)
def test_impossible_hyperparameters_are_refused(said, message):
    with pytest.raises(UsageError, match=message):
        build_model("forecaster", input_shape=(6, 2), head=HEAD, **said)
