"""Frozen and slowed layers: what is trained, and how far it moves."""

import keras
import numpy as np
import pytest

from astro_dl.training.freezing import freeze_lower, slow_lower


def network():
    inputs = keras.Input((4,))
    x = inputs
    for name in ("first", "second", "third"):
        x = keras.layers.Dense(4, name=name, kernel_initializer="identity")(x)
    return keras.Model(inputs, keras.layers.Dense(1, name="logits")(x))


def moved(model):
    """Return how far each layer moves in one step of plain descent of unit gradients."""
    before = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    model.optimizer.apply([keras.ops.ones(w.shape) for w in model.trainable_variables])
    return {
        name: float(np.abs(model.get_layer(name).get_weights()[0] - weights[0]).max())
        for name, weights in before.items()
    }


def compiled(unfrozen=1.0, decay=1.0):
    model = network()
    freeze_lower(model, unfrozen)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.optimizer.build(model.trainable_variables)
    slow_lower(model, decay)
    return model


@pytest.mark.parametrize(
    ("unfrozen", "still"),
    [(0.0, {"first", "second", "third"}), (1 / 3, {"first", "second"}), (1.0, set())],
)
def test_lower_layers_stay_and_the_head_is_trained(unfrozen, still):
    far = moved(compiled(unfrozen))
    assert {name for name, one in far.items() if one == 0} == still
    assert far["logits"] == pytest.approx(0.1, rel=1e-5)


def test_each_layer_is_slower_than_the_one_above_it():
    far = moved(compiled(decay=0.5))
    names = ("logits", "third", "second", "first")
    assert [far[name] for name in names] == pytest.approx([0.1, 0.05, 0.025, 0.0125], rel=1e-4)
