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

TRAIN = """
import json
import sys

import astro_dl
from astro_dl.core.registry import register_task
from astro_dl.training import epochs
from tests import toy
from tests.toy_training import config

register_task(toy.BINARY.name, toy.BINARY)
used, inner = [], epochs._run_epoch


def watched(model, *given):
    row = inner(model, *given)
    used.append(len(model.trainable_variables[0].value.devices()))
    return row


epochs._run_epoch = watched
settings = {"hyperparameters.dropout": 0.0, "training.devices": sys.argv[2]}
settings |= {"hyperparameters.normalization": "batch", "data.n_validation": 203}
settings |= {"training.mixed_precision": "off", "training.epochs": 2}
bundle = astro_dl.train(config(), out=sys.argv[1], progress=False, **settings)
print(json.dumps({"devices": used, "validation": bundle.card.data.validation}))
"""


def trained(folder, devices):
    """Return what a training in a process of its own leaves: losses, and devices in use."""
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    environment |= {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    environment |= {"ASTRO_DL_CACHE": str(folder.parent / "cache"), "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder), devices],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    history = np.genfromtxt(folder / "history.csv", delimiter=",", names=True)
    return json.loads(done.stdout.splitlines()[-1]), history


@pytest.mark.slow
def test_two_devices_have_the_losses_of_one(tmp_path):
    told, one = trained(tmp_path / "one", "one")
    both, two = trained(tmp_path / "two", "all")
    assert told["devices"] == [1, 1]
    assert both["devices"] == [2, 2]
    for column in ("loss", "val_loss"):
        np.testing.assert_allclose(two[column], one[column], rtol=2e-4)
    assert abs(one["loss"][1] - one["loss"][0]) > 0.01
    assert both["validation"].keys() == told["validation"].keys()


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


def test_other_backends_are_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(UsageError, match=r"'all' is for JAX, not for torch; set KERAS_BACKEND=jax"):
        backend.device_count("all")
