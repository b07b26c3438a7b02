"""Boosted trees on fits of light curves, as a model."""

import keras
import numpy as np
import pytest

from astro_dl.core.registry import get_task
from astro_dl.science.supernovae.features import light_curve_features
from astro_dl.science.supernovae.inputs import packed, unpacked
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulate import simulate
from astro_dl.science.supernovae.trees import MISSING, LightCurveFeatures, fit, supernova_trees

PHYSICS = SupernovaPhysics(host_redshift=True, redshift_range=(0.05, 0.5))
TASK = get_task("supernova")
SPEC, HEAD = TASK.input_spec(PHYSICS), TASK.head(PHYSICS)
SETTINGS = {"max_iter": 15, "max_leaf_nodes": 8, "learning_rate": 0.2, "copies": 1}


@pytest.fixture(scope="module")
def examples():
    return simulate(PHYSICS, 400, np.random.default_rng(3))


@pytest.fixture(scope="module")
def fitted(examples):
    known, held_out = (
        (examples.x[rows], examples.y[rows]) for rows in (slice(300), slice(300, 400))
    )
    return fit("supernova_trees", SPEC, HEAD, known, held_out, 0, SETTINGS)


def probabilities(model, x):
    logits = keras.Model(model.inputs, model.get_layer("logits").output)(x)
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


def test_networks_see_the_features_that_classical_methods_do(examples):
    x = examples.x[:40].copy()
    x[:5, :, 2] = 0  # no band g
    features = light_curve_features(PHYSICS, x)
    layer = keras.ops.convert_to_numpy(LightCurveFeatures(dtype="float32")(x))
    missing = np.isnan(features)
    assert missing[:5].any()
    assert (layer[missing] == MISSING).all()
    np.testing.assert_allclose(layer[~missing], features[~missing], rtol=1e-3, atol=1e-3)


def test_trees_know_more_than_the_shares_of_the_classes(fitted, examples):
    p = probabilities(fitted[0], examples.x[300:])
    right = (p.argmax(axis=1) == examples.y[300:]).mean()
    assert right > np.bincount(examples.y).max() / len(examples.y) + 0.2


def test_the_same_seed_grows_the_same_trees(fitted, examples):
    known, held_out = (
        (examples.x[rows], examples.y[rows]) for rows in (slice(300), slice(300, 400))
    )
    again, found = fit("supernova_trees", SPEC, HEAD, known, held_out, 0, SETTINGS)
    assert found == fitted[1]
    x = examples.x[:20]
    np.testing.assert_array_equal(probabilities(again, x), probabilities(fitted[0], x))


def test_padding_says_nothing_to_trees(fitted, examples):
    model, found = fitted
    wide = np.pad(examples.x[:20], ((0, 0), (0, 7), (0, 0)))
    spec = type(SPEC)((wide.shape[1], SPEC.shape[1]), SPEC.contract)
    longer = supernova_trees(spec, HEAD, **found)
    longer.set_weights(model.get_weights())
    one, other = probabilities(model, examples.x[:20]), probabilities(longer, wide)
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_trees_answer_a_single_night(fitted, examples):
    nights, redshift = unpacked(examples.x[:10])
    first = nights.only(np.arange(nights.time.shape[1]) < 1)
    p = probabilities(fitted[0], packed(first, redshift))
    assert np.isfinite(p).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
