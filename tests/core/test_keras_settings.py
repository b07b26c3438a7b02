"""The user's ``keras.json`` changes no number."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.inference.load import load_pretrained

GOLDEN = Path(__file__).parents[1] / "data" / "golden_outputs"
SETTINGS = [
    {"floatx": "float16"},
    {"floatx": "float64"},
    {"image_data_format": "channels_first"},
    {"epsilon": 0.01},
]
SCORE = """
import sys, numpy
from tests.core.test_keras_settings import scores
numpy.save(sys.argv[1], scores("ar_cnn"))
"""


@pytest.fixture
def settings():
    """Put Keras back to what it is here."""
    yield
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    keras.config.set_dtype_policy("float32")


def golden_inputs(spec: InputSpec) -> Inputs:
    """As those of ``scripts/make_golden_outputs``, for one input."""
    rng = np.random.default_rng(2026)
    return rng.standard_normal((8, *spec.shape)).astype(np.float32)


def scores(name):
    predictor = load_pretrained(name)
    return predictor.score(golden_inputs(predictor.input_spec))


@pytest.mark.parametrize("given", SETTINGS, ids=lambda given: next(iter(given.values())))
@pytest.mark.parametrize("name", ["sgq_mlp", "gw_cnn"])
def test_outputs_are_the_same_under_any_settings(settings, name, given):
    for key, value in given.items():
        getattr(keras.config, f"set_{key}")(value)
    if "floatx" in given:
        keras.config.set_dtype_policy(given["floatx"])
    found = scores(name)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.load(GOLDEN / f"{name}.npz")["logits"], atol=1e-4)


@pytest.mark.slow
def test_a_file_of_settings_changes_nothing(tmp_path):
    (tmp_path / "keras.json").write_text(
        json.dumps({"floatx": "float16", "image_data_format": "channels_first", "epsilon": 0.01})
    )
    subprocess.run(
        [sys.executable, "-c", SCORE, str(tmp_path / "scores.npy")],
        env={**os.environ, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": keras.config.backend()},
        check=True,
    )
    kept = np.load(GOLDEN / "ar_cnn.npz")["logits"]
    np.testing.assert_allclose(np.load(tmp_path / "scores.npy"), kept, atol=1e-4)
