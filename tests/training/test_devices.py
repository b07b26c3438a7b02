"""Devices that share batches train as one does: on virtual processors, in fresh processes."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from astro_dl.core import backend
from astro_dl.core.errors import UsageError
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.training.train import check_shared

TWO = """
import json
import sys
from pathlib import Path

import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow

    (processor,) = tensorflow.config.list_physical_devices("CPU")
    two = [tensorflow.config.LogicalDeviceConfiguration()] * 2
    tensorflow.config.set_logical_device_configuration(processor, two)
"""

TRAIN = """
import astro_dl
from astro_dl.core.registry import register_task
from astro_dl.training import epochs
from tests import toy
from tests.toy_training import config

register_task(toy.BINARY.name, toy.BINARY)
used, inner = [], epochs._run_epoch


def watched(model, *given):
    row = inner(model, *given)
    value = model.trainable_variables[0].value
    of_jax = keras.backend.backend() == "jax"
    used.append(len(value.devices() if of_jax else getattr(value, "values", [value])))
    return row


epochs._run_epoch = watched
folder, given = sys.argv[1], json.loads(sys.argv[2])
settings = {"hyperparameters.dropout": 0.0, "data.n_validation": 203, **given}
settings |= {"training.mixed_precision": "off", "training.epochs": 2}
validation = []
for devices in ("one", "all"):
    own = {**settings, "training.devices": devices}
    bundle = astro_dl.train(config(), out=Path(folder) / devices, progress=False, **own)
    validation.append(sorted(bundle.card.data.validation))
print(json.dumps({"devices": used, "validation": validation}))
"""


RESUME = """
import astro_dl
from astro_dl.core.registry import register_task
from tests import toy
from tests.toy_training import config, stored

register_task(toy.BINARY.name, toy.BINARY)
folder = Path(sys.argv[1])
settings = {"training.devices": "all", "training.epochs": 2, "hyperparameters.dropout": 0.5}


def stop(history):
    if len(history) == 1 and not (folder / "stopped").exists():
        (folder / "stopped").touch()
        raise SystemError


whole = astro_dl.train(config(), out=folder / "whole", progress=False, **settings)
try:
    astro_dl.train(config(), out=folder / "cut", progress=False, watch=stop, **settings)
except SystemError:
    cut = astro_dl.train(config(), out=folder / "cut", progress=False, resume=True, **settings)
one, other = stored(whole), stored(cut)
off = max(float(abs(one[name] - other[name]).max()) for name in one)
print(json.dumps({"same": one.keys() == other.keys(), "off": off}))
"""

STEPS = """
import numpy as np

from astro_dl.core import backend

keras.config.set_dtype_policy(sys.argv[2])
x = np.ones((4, 512), np.float32)
with backend.on_devices("all") as building:
    with building():
        inputs = keras.Input((512,))
        dropped = keras.layers.Dropout(0.5, seed=3)(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False, dtype="float32")(dropped))
        model.compile(keras.optimizers.SGD(1e-3), "mse", jit_compile=False)
        model.optimizer.build(model.trainable_variables)
    run = backend.step_runner(model)
    (kernel,) = model.trainable_variables
    kernel.assign(np.zeros((512, 1)))
    run([(x, np.array([[1], [1], [-1], [-1]], np.float32))])
    copies = [np.asarray(one).ravel().tolist() for one in kernel.value.values]
    kernel.assign(np.zeros((512, 1)))
    x[3] = np.inf
    run([(x, np.ones((4, 1), np.float32))])
    after = [np.asarray(one).ravel().tolist() for one in kernel.value.values]
    print(json.dumps({"copies": copies, "after": after}))
"""


def on_two_processors(backend_name, folder, script, *arguments):
    """Return what a process of its own prints last, in which the backend knows two processors."""
    environment = {**os.environ, "KERAS_BACKEND": backend_name}
    environment |= {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    environment |= {"ASTRO_DL_CACHE": str(folder / "cache"), "JAX_PLATFORMS": "cpu"}
    environment |= {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-c", TWO + script, str(folder), *arguments],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


BATCH = {"hyperparameters.normalization": "batch"}
# Each step is clipped by the norm that the whole batch has, each layer has a rate of its own.
OTHER = {"hyperparameters.normalization": "none", "hyperparameters.l2": 0.01}
OTHER |= {"training.clip_norm": 0.01, "training.layer_decay": 0.8, "training.data_on": "device"}
OTHER |= {"training.class_weight": {"signal": 3.0}, "data.n_validation": 75}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend_name", "settings"),
    [("jax", BATCH), ("tensorflow", BATCH), ("tensorflow", OTHER)],
)
def test_two_devices_have_the_losses_of_one(tmp_path, backend_name, settings):
    told = on_two_processors(backend_name, tmp_path, TRAIN, json.dumps(settings))
    assert told["devices"] == [1, 1, 2, 2]
    one, two = (
        np.genfromtxt(tmp_path / devices / "history.csv", delimiter=",", names=True)
        for devices in ("one", "all")
    )
    for column in ("loss", "val_loss"):
        np.testing.assert_allclose(two[column], one[column], rtol=2e-4)
    assert abs(one["loss"][1] - one["loss"][0]) > 0.01
    assert told["validation"][0] == told["validation"][1]


@pytest.mark.slow
def test_a_training_on_two_devices_goes_on_as_if_never_cut_short(tmp_path):
    assert on_two_processors("tensorflow", tmp_path, RESUME) == {"same": True, "off": 0.0}


@pytest.mark.slow
def test_shares_draw_apart_and_an_overflow_of_one_stops_the_step_of_all(tmp_path):
    told = on_two_processors("tensorflow", tmp_path, STEPS, "mixed_float16")
    first, second = told["copies"]
    assert first == second
    # The shares pull apart: weights stay where both keep an input equally often, in none, one or
    # two of their two examples, which is always if they draw alike.
    np.testing.assert_allclose(np.mean(np.equal(first, 0)), 3 / 8, atol=0.08)
    assert not np.any(told["after"])


def test_one_device_is_what_it_was():
    before = keras.backend.backend()
    with backend.on_devices("one"):
        assert keras.distribution.distribution() is None
    assert keras.backend.backend() == before
    assert backend.device_count("one") == 1


def test_batches_that_cannot_be_shared_are_refused(monkeypatch):
    monkeypatch.setattr(backend, "_devices", lambda: ["a", "b", "c"])
    check_shared(TrainingConfig(batch_size=60, devices="all"))
    check_shared(TrainingConfig(batch_size=61))
    with pytest.raises(UsageError, match="61 examples cannot be shared equally by 3 devices"):
        check_shared(TrainingConfig(batch_size=61, devices="all"))
    with pytest.raises(UsageError, match="accepted: a multiple of 3"):
        check_shared(TrainingConfig(batch_size=60, devices="all"), n=50)


def test_tensorflow_compiles_for_one_device_alone(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    monkeypatch.setattr(backend, "_devices", lambda: ["a", "b"])
    check_shared(TrainingConfig(batch_size=60, devices="all"))
    check_shared(TrainingConfig(batch_size=60, jit_compile="on"))
    with pytest.raises(UsageError, match="TensorFlow compiles no step that devices share"):
        check_shared(TrainingConfig(batch_size=60, jit_compile="on", devices="all"))
    assert not backend.use_jit("auto", {"cpu": True, "gpu": True}, devices=2)
    assert backend.use_jit("auto", {"cpu": True, "gpu": True}, devices=1)


def test_pytorch_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    refusal = "'all' is for TensorFlow and JAX, not for torch; set KERAS_BACKEND=tensorflow or jax"
    with pytest.raises(UsageError, match=refusal):
        backend.device_count("all")
