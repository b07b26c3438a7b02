"""Activations and initialisers with their settings, against their formulae."""

import re

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.build import build_model, logits_model

X = np.random.default_rng(0).normal(scale=5, size=(6, 8)).astype(np.float32)


def activated(text, x=X):
    """Return what an activation makes of an array, and its model."""
    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, activate(inputs, text, "one"))
    assert model.layers[-1].name == "one_activation"
    copy = keras.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(x), copy(x))
    return np.asarray(model(x)), model


FORMULAE = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu(0.01)": lambda x: np.where(x > 0, x, 0.01 * x),
    "leaky_relu(negative_slope=0.3)": lambda x: np.where(x > 0, x, 0.3 * x),
    "relu(max_value=2)": lambda x: np.clip(x, 0, 2),
    "elu(alpha=0.5)": lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)),
    "prelu": lambda x: np.maximum(x, 0),
    "maxout(2)": lambda x: x.reshape(6, 4, 2).max(axis=2),
    "maxout(pieces=4)": lambda x: x.reshape(6, 2, 4).max(axis=2),
}


@pytest.mark.parametrize("text", sorted(FORMULAE))
def test_activations_are_those_of_their_formulae(text):
    found, _ = activated(text)
    np.testing.assert_allclose(found, FORMULAE[text](X), rtol=1e-5, atol=1e-6)


def test_slopes_are_learnt_one_for_each_channel():
    image = np.random.default_rng(0).normal(size=(2, 5, 5, 3)).astype(np.float32)
    found, model = activated("prelu", image)
    (slopes,) = model.trainable_weights
    assert slopes.shape == (1, 1, 3)
    slopes.assign(np.array([0.0, 0.5, 1.0], np.float32).reshape(1, 1, 3))
    expected = np.where(image > 0, image, image * [0.0, 0.5, 1.0])
    np.testing.assert_allclose(model(image), expected, rtol=1e-6)
    assert np.array_equal(found, np.maximum(image, 0))


@pytest.mark.parametrize("name", ["mlp", "cnn1d", "resnet2d", "lstm"])
def test_every_family_takes_them(name):
    model = build_model(name, activation="leaky_relu(0.2)")
    layers = [one for one in model.layers if type(one).__name__ == "ActivationWithSettings"]
    assert layers
    assert all(layer.settings == {"negative_slope": 0.2} for layer in layers)


def test_initialisers_have_their_settings_and_differ_from_layer_to_layer():
    model = build_model(
        "mlp", input_shape=400, units=(400, 400), initializer="random_normal(stddev=0.01)"
    )
    first, second = (model.get_layer(f"dense_{n}").get_weights()[0] for n in (1, 2))
    assert first.std() == pytest.approx(0.01, rel=0.02)
    assert not np.array_equal(first, second)
    assert np.asarray(logits_model(model)(np.zeros((1, 400), np.float32))).shape == (1, 3)


REFUSALS = {
    "rleu": "unknown activation 'rleu'; did you mean 'relu'",
    "relu(6": "'relu(6' is not accepted; accepted: a name, or with its settings",
    "relu(__import__('os'))": "is not accepted; accepted: a name",
    "relu(slope=3)": "relu has no setting 'slope'",
    "relu(1, 2, 3, 4, 5)": "is not accepted",
    "leaky_relu('steep')": "can't be used",
    "maxout(5)": "8 channels are no multiple of 5 pieces",
    "get": "unknown activation 'get'",
    "deserialize(1)": "unknown activation",
}


@pytest.mark.parametrize("text", sorted(REFUSALS))
def test_refusals_name_the_text_and_what_is_accepted(text):
    with pytest.raises(UsageError, match=re.escape(REFUSALS[text])):
        activate(keras.Input((8,)), text, "one")


def test_initialisers_that_keras_has_not_are_refused():
    spec = InputSpec((4,))
    for text, message in (
        ("he_norml", "he_norml"),
        ("he_norml(seed=1)", "unknown initializer 'henorml'; did you mean 'henormal'"),
        ("random_normal(sd=3)", "random_normal has no setting 'sd'"),
        ("variance_scaling(scale=-1)", "can't be used"),
    ):
        with pytest.raises(UsageError, match=re.escape(message)):
            build_model("mlp", input_spec=spec, initializer=text)


def test_layers_draw_their_weights_as_they_would_alone():
    keras.utils.set_random_seed(3)
    kernel = build_model("mlp", units=(5,)).get_layer("dense_1").get_weights()[0]
    keras.utils.set_random_seed(3)
    layer = keras.layers.Dense(5)
    layer.build((None, 10))
    np.testing.assert_array_equal(kernel, layer.get_weights()[0])
