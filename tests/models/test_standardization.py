"""Inputs on a scale of their own, which stays with the weights."""

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

import astro_dl
from astro_dl.answers.binary import Binary
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_from, build_model, logits_model
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


def test_principal_components_are_those_of_the_textbook():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(300, 3)) * [5, 2, 0.1] @ rng.normal(size=(3, 6)) + 4).astype(np.float32)
    model = build_model("mlp", input_shape=6, pca=3, units=(4,))
    standardize_inputs(model, x)
    found = np.asarray(keras.Model(model.input, model.get_layer("input_pca").output)(x))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.eye(3), atol=1e-2)
    wanted = PCA(3, whiten=True).fit_transform(x)
    likeness = np.abs([np.corrcoef(a, b)[0, 1] for a, b in zip(found.T, wanted.T, strict=True)])
    assert (likeness > 0.9999).all()
    assert not model.get_layer("input_pca").trainable_weights
    assert model.get_layer("dense_1").get_weights()[0].shape == (3, 4)


def test_components_come_after_the_scales_and_of_flat_inputs_there_are_none():
    x = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32) * [1, 10, 100, 0]
    model = build_model("mlp", input_shape=4, pca=4, standardize=True)
    standardize_inputs(model, x.astype(np.float32))
    found = np.asarray(keras.Model(model.input, model.get_layer("input_pca").output)(x))
    np.testing.assert_allclose(found.std(axis=0), [1, 1, 1, 0], atol=1e-3)


def test_spectra_can_be_told_by_their_components():
    x = np.random.default_rng(0).normal(size=(80, 30, 1)).astype(np.float32)
    model = build_model("spectra_mlp", input_shape=(30, 1), pca=20)
    standardize_inputs(model, x)
    found = np.asarray(keras.Model(model.input, model.get_layer("input_pca").output)(x))
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.eye(20), atol=1e-2)
    assert model.get_layer("dense_1").units == 20


@pytest.mark.parametrize("pca", [-1, 7])
def test_components_that_there_are_not_are_refused(pca):
    with pytest.raises(UsageError, match=f"pca is {pca}; accepted: 0 to 6"):
        build_model("mlp", input_shape=6, pca=pca)


def test_too_few_examples_for_components_are_refused():
    model = build_model("mlp", input_shape=6, pca=5)
    with pytest.raises(UsageError, match="has 5 examples; accepted: fewer components"):
        standardize_inputs(model, np.zeros((5, 6), np.float32))
