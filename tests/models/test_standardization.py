"""Inputs on a scale of their own, which stays with the weights."""

import keras
import numpy as np
import pytest

import astro_dl
from astro_dl.answers.binary import Binary
from astro_dl.core.task import InputSpec
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.committee import committee
from astro_dl.models.standardization import Standardization, standardize_inputs

BINARY, TABLE = Binary(("no", "yes")), InputSpec((3,))
ROWS = np.random.default_rng(0).normal((5.0, -200.0, 1.0), (2.0, 50.0, 0.0), (400, 3))


def test_inputs_get_mean_zero_and_deviation_one():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, Standardization()(inputs))
    small = (ROWS / 100).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(model(small)), small)
    standardize_inputs(model, ROWS)
    found = np.asarray(model(ROWS.astype(np.float32)))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
    # what does not vary is not blown up
    np.testing.assert_allclose(found.std(axis=0), [1, 1, 0], atol=1e-4)


def test_inputs_far_from_all_others_are_bounded():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, Standardization()(inputs))
    standardize_inputs(model, ROWS)
    found = np.asarray(model(np.array([[1e9, -1e9, 1.0]], np.float32)))
    np.testing.assert_allclose(found, [[10, -10, 0]], atol=1e-4)


def test_values_that_are_bounded_do_not_count():
    inputs = keras.Input((3,))
    spoilt = np.concatenate([ROWS, [[1e30, 5.0, 1.0], [1e6, -1e9, 1.0]]])
    scales = []
    for rows in (ROWS, spoilt):
        model = keras.Model(inputs, Standardization()(inputs))
        standardize_inputs(model, rows)
        scales.append(model.get_weights())
    np.testing.assert_allclose(scales[1], scales[0], rtol=0.03)
    standardize_inputs(model, np.full((1000, 3), 0.1))
    np.testing.assert_allclose(model.get_weights(), [[0.1] * 3, [0.1] * 3], rtol=1e-6)


def test_members_of_a_committee_are_standardised_too():
    members = ("photoz_mlp", "photoz_mlp")
    model = committee(TABLE, BINARY, members=members)
    standardize_inputs(model, ROWS)
    for number in (1, 2):
        layer = model.get_layer(f"member_{number}").get_layer("input_standardization")
        np.testing.assert_allclose(layer.get_weights()[0], ROWS.mean(axis=0), rtol=1e-5)


def test_models_without_a_standardisation_are_left_alone():
    model = build_from("mlp", TABLE, BINARY)
    before = [w.copy() for w in model.get_weights()]
    standardize_inputs(model, ROWS)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_training_keeps_the_scale_in_the_bundle(tmp_path):
    config = {
        "task": "photo_z",
        "model": "photoz_mdn",
        "hyperparameters": {"units": [8]},
        "physics": {"survey": "des", "components": 2},
        "data": {"n_train": 512, "n_validation": 256, "block_size": 256, "workers": 1},
        "training": {"epochs": 1},
    }
    bundle = astro_dl.train(config, out=tmp_path / "run", progress=False)
    statistics = bundle.card.input_statistics
    layer = load_pretrained(bundle.folder).model.get_layer("input_standardization")
    np.testing.assert_allclose(layer.get_weights()[0], statistics["x"]["mean"], atol=1e-4)
    assert len(statistics["features"]["spread"]) == 11
    again = astro_dl.train(
        config | {"initial_weights": str(bundle.folder)}, out=tmp_path / "more", progress=False
    )
    kept = load_pretrained(again.folder).model.get_layer("input_standardization")
    np.testing.assert_array_equal(kept.get_weights()[0], layer.get_weights()[0])


def test_it_can_be_left_out():
    model = build_from("photoz_mlp", TABLE, BINARY, {"standardize": False})
    assert "input_standardization" not in {layer.name for layer in logits_model(model).layers}
    with pytest.raises(ValueError, match="input_standardization"):
        model.get_layer("input_standardization")
