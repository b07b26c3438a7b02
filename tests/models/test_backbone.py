"""Networks of Keras on images of any bands: weights from the user's file, and never fetched."""

import socket

import keras
import numpy as np
import pytest

from astro_dl import build_model
from astro_dl.core.errors import UsageError
from astro_dl.models.backbone import applications, photograph_scale
from astro_dl.training.freezing import freeze_lower


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection is opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def build(bands=4, side=32, **options):
    return build_model("backbone", input_shape=(side, side, bands), outputs=2, **options)


@pytest.mark.parametrize("name", ["MobileNet", "VGG16"])
def test_networks_of_keras_take_any_number_of_bands(name):
    model = build(application=name)
    assert model(np.zeros((2, 32, 32, 4), np.float32)).shape == (2, 2)
    assert {"embedding", "logits", "colours"} <= {layer.name for layer in model.layers}


def test_all_of_keras_applications_are_known_by_their_names():
    assert {"VGG16", "ResNet50", "EfficientNetB0", "ConvNeXtTiny"} <= set(applications())


@pytest.mark.parametrize(
    ("name", "mean", "scatter"),
    [("MobileNet", 0.0, 0.58), ("EfficientNetB0", 127.5, 74), ("ResNet50", 12.7, 74)],
)
def test_inputs_are_on_the_scale_of_photographs(name, mean, scatter):
    found = photograph_scale(applications()[name])
    assert found == pytest.approx((mean, scatter), abs=0.5)


def test_weights_are_those_of_the_file(tmp_path):
    known = applications()["MobileNet"](include_top=False, weights=None, input_shape=(32, 32, 3))
    file = tmp_path / "mine.weights.h5"
    known.save_weights(file)
    trunk = build(application="MobileNet", weights=str(file)).get_layer(known.name)
    assert all(map(np.array_equal, trunk.get_weights(), known.get_weights()))


def test_part_of_the_backbone_is_frozen_layer_by_layer():
    model = build(application="MobileNet")
    freeze_lower(model, 0.5)
    trunk = next(one for one in model.layers if isinstance(one, keras.Model))
    trained = [layer.trainable for layer in trunk.layers if layer.weights]
    assert not trained[0]
    assert trained[-1]
    assert 0.4 < np.mean(trained) < 0.6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"application": "VGG61"}, "unknown application of Keras 'VGG61'; did you mean 'VGG1"),
        ({"weights": "none.h5"}, "no such file 'none.h5'"),
        ({"application": "VGG16", "side": 16}, "VGG16 takes no images of 16 × 16"),
        ({"frozen_layers": 999}, "frozen_layers must be -1"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        build(**options)


def test_weights_of_another_network_are_refused(tmp_path):
    file = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(file)
    with pytest.raises(UsageError, match="does not fit MobileNet"):
        build(weights=str(file))
