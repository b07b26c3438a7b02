"""The network with a borrowed backbone: frozen layers, weights from files only."""

import socket

import keras
import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.initialization import weights_to_be_read
from astro_dl.science.sun.networks import BACKBONES, Backbone, ar_transfer

CLASSES = Multiclass(("alpha", "beta", "beta_gamma"))


def tiny(include_top, weights, input_shape):
    """Build a backbone of the applications' kind, of four layers."""
    assert not include_top
    assert weights is None, "an application with weights of its own would download them"
    x = inputs = keras.Input(input_shape)
    for number, filters in enumerate((4, 6), start=1):
        x = keras.layers.Conv2D(filters, 3, strides=4, name=f"convolution_{number}")(x)
        x = keras.layers.BatchNormalization(momentum=0.999, name=f"normalization_{number}")(x)
    return keras.Model(inputs, x, name="tiny")


@pytest.fixture
def home(monkeypatch, tmp_path):
    """Keras's folder, empty; the backbone "tiny"; no way out to the network."""

    def refuse(*_, **__):
        raise AssertionError("a connection is opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(keras.applications, "Tiny", tiny, raising=False)
    monkeypatch.setitem(BACKBONES, "tiny", Backbone("Tiny", "tiny_notop.h5", spread=0.5))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path


def build(channels=1, side=32, backbone="tiny", **hyperparameters):
    spec = InputSpec((side, side, channels))
    return ar_transfer(spec, CLASSES, units=(4,), backbone=backbone, **hyperparameters)


def known_weights(file):
    """Save a backbone with weights unlike any that are drawn at random; return these weights."""
    network = tiny(False, None, (64, 64, 3))
    network.set_weights([np.full(array.shape, 7.0) for array in network.get_weights()])
    network.save(file)
    return network.get_weights()


def same(arrays, others):
    return all(np.array_equal(a, b) for a, b in zip(arrays, others, strict=True))


@pytest.mark.parametrize("weights", ["auto", "imagenet"])
def test_weights_in_kerass_folder_are_used(home, weights):
    arrays = known_weights(home / "models" / "tiny_notop.h5")
    assert same(build(weights=weights).get_layer("tiny").get_weights(), arrays)


def test_weights_are_read_from_a_given_file(home):
    arrays = known_weights(home / "mine.h5")
    model = build(weights=str(home / "mine.h5"))
    assert same(model.get_layer("tiny").get_weights(), arrays)


def test_weights_that_are_not_there_are_random_or_refused_but_not_fetched(home):
    keras.utils.set_random_seed(0)
    automatic = build(weights="auto")
    keras.utils.set_random_seed(0)
    assert same(automatic.get_weights(), build(weights="random").get_weights())
    with pytest.raises(UsageError, match=r"tiny_notop.h5 is missing; put Keras's"):
        build(weights="imagenet")
    with pytest.raises(UsageError, match="no such file 'imagnet'; accepted: auto"):
        build(weights="imagnet")


def test_files_that_are_no_weights_of_the_backbone_are_refused(home):
    file = home / "other.h5"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(file)
    with pytest.raises(UsageError, match=r"other.h5 does not fit tiny"):
        build(weights=str(file))
    file.write_text("no HDF5")
    with pytest.raises(UsageError, match=r"other.h5 does not fit tiny"):
        build(weights=str(file))


def test_a_bundle_needs_no_file_of_weights(home):
    with weights_to_be_read():
        assert build(weights="imagenet").count_params() == build().count_params()


def test_frozen_layers_stay_as_they_are_in_training(home):
    x = np.random.default_rng(0).standard_normal((4, 32, 32, 2)).astype(np.float32)
    for frozen, stays in ((-1, True), (0, False)):
        model = build(channels=2, frozen_layers=frozen)
        backbone = model.get_layer("tiny")
        assert bool(backbone.trainable_weights) != stays
        before = backbone.get_weights()
        model(x, training=True)
        # the moving averages of its normalisations
        assert same(before, backbone.get_weights()) == stays


def test_freezing_begins_at_the_input_and_changes_no_path(home):
    half, free = build(frozen_layers=3), build()
    layers = half.get_layer("tiny").layers
    assert [layer.trainable for layer in layers] == [False, False, False, True, True]
    assert {w.path for w in half.weights} == {w.path for w in free.weights}


def test_short_trainings_are_enough_for_the_moving_averages(home):
    layers = build().get_layer("tiny").layers
    assert {layer.momentum for layer in layers if hasattr(layer, "momentum")} == {0.99}


def test_small_images_are_made_larger(home):
    model = build(side=16, upsampling=4)
    assert model.get_layer("tiny").output.shape == tiny(False, None, (64, 64, 3)).output.shape
    ends = [model.get_layer(name).output for name in ("rescaling", "upsampling")]
    x = np.random.default_rng(0).standard_normal((2, 16, 16, 1)).astype(np.float32)
    small, large = keras.Model(model.input, ends)(x)
    wanted = keras.ops.image.resize(small, (64, 64), "bilinear")
    np.testing.assert_allclose(large, wanted, atol=1e-5)


def test_the_default_backbone_takes_regions_as_they_are(home):
    model = build(side=64, backbone="mobilenet_v3_small")
    assert model.get_layer("features").output.shape == (None, 2, 2, 576)
    x = np.random.default_rng(0).standard_normal((2, 64, 64, 1)).astype(np.float32)
    together = np.asarray(model(x))
    np.testing.assert_allclose(together[1:], np.asarray(model(x[1:])), atol=1e-5)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-6)


REFUSALS = {
    "small": ({"side": 16}, "16 × 16: raise upsampling"),
    "frozen": ({"frozen_layers": 1000}, "frozen_layers must be -1"),
    "upsampling": ({"upsampling": 0}, "upsampling must be 1 or more, not 0"),
    "backbone": ({"backbone": "resnet50"}, "did you mean 'resnet50_v2'"),
}


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_refusals_name_the_value_and_the_remedy(home, case):
    hyperparameters, message = REFUSALS[case]
    with pytest.raises(UsageError, match=message):
        build(**hyperparameters)
