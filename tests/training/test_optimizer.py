"""Every optimiser of Keras, by name and with its settings."""

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.schema import read_dataclass
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.source.keras_names import keras_classes
from astro_dl.training.optimizer import make_optimizer

OPTIMIZERS = sorted(keras_classes("optimizers"))


def test_the_names_are_those_of_keras():
    assert {"sgd", "rmsprop", "adagrad", "adam", "adamw", "lion"} <= set(OPTIMIZERS)
    for name in OPTIMIZERS:
        found = keras_classes("optimizers")[name]
        assert issubclass(getattr(keras.optimizers, found.name), keras.optimizers.Optimizer)
        assert found.name.lower() == name


RATES = {"adadelta": 50.0, "ftrl": 1.0, "adagrad": 0.3, "schedulefreeadamw": 0.1, "muon": 0.3}
"""Of what takes smaller steps than others at one learning rate."""


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_lowers_a_loss(name):
    training = TrainingConfig(
        optimizer=name, learning_rate=RATES.get(name, 0.05), clip_norm=5.0, weight_decay=1e-3,
        epochs=8,
    )  # fmt: skip
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    optimizer = make_optimizer(training, steps=4)
    model.compile(optimizer, "mse", run_eagerly=True)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    losses = model.fit(x, x.sum(1, keepdims=True), batch_size=16, epochs=8, verbose=0).history
    assert losses["loss"][-1] < 0.5 * losses["loss"][0]
    assert optimizer.global_clipnorm == 5.0
    assert optimizer.weight_decay == 1e-3


def test_settings_are_the_optimisers_arguments():
    settings = {"momentum": 0.5, "nesterov": False}
    plain = make_optimizer(TrainingConfig(optimizer="sgd"), 4)
    own = make_optimizer(TrainingConfig(optimizer="sgd", optimizer_settings=settings), 4)
    assert (plain.momentum, plain.nesterov) == (0.9, True)
    assert (own.momentum, own.nesterov) == (0.5, False)


def test_a_step_of_sgd_is_that_of_the_formula():
    settings = {"momentum": 0.5}
    training = TrainingConfig(optimizer="sgd", optimizer_settings=settings, learning_rate=0.1)
    optimizer, weight = make_optimizer(training, 4), keras.Variable([1.0])
    for _ in range(2):
        optimizer.apply([keras.ops.convert_to_tensor([2.0])], [weight])
    # velocities −0.2, then 0.5 · −0.2 − 0.2
    np.testing.assert_allclose(weight, [1 - 0.2 - 0.3], rtol=1e-6)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"optimizer": "adm"}, "optimizer: 'adm' is not accepted; accepted: a text of Keras: ada"),
        ({"optimizer": "optimizer"}, "is not accepted"),
        ({"optimizer_settings": {"momentun": 0.5}}, "optimizer_settings.momentun: unknown key"),
        ({"optimizer_settings": {"learning_rate": 1.0}}, "learning_rate: unknown key"),
        (
            {"optimizer": "sgd", "optimizer_settings": {"nesterv": True}},
            "did you mean 'nesterov'",
        ),
    ],
)
def test_unknown_names_and_settings_are_refused_before_keras_is_there(said, message):
    with pytest.raises(UsageError, match=message):
        read_dataclass(TrainingConfig, said, "training")


def test_values_that_keras_refuses_are_a_users_error():
    training = TrainingConfig(optimizer="sgd", optimizer_settings={"momentum": 5})
    with pytest.raises(UsageError, match=r"training\.optimizer_settings: sgd can't be made"):
        make_optimizer(training, 4)
