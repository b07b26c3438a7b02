"""Short trainings on the toy tasks, whole or cut short."""

import os
import signal

import h5py
import numpy as np

from astro_dl.training import epochs as fit
from astro_dl.training import train

SMALL = {
    "filters": [4],
    "kernel_sizes": 9,
    "pool_sizes": 8,
    "units": [8],
    "dropout": 0.3,
    "normalization": "layer",
}


def config(task="toy_binary", **changes):
    return {
        "task": task,
        "model": "cnn1d",
        "hyperparameters": SMALL,
        "physics": {"snr": [6.0, 10.0]},
        "data": {"n_train": 600, "n_validation": 200, "block_size": 200, "workers": 1},
        "training": {"epochs": 4, "batch_size": 50, "learning_rate": 0.01, "optimizer": "adamw"},
        "evaluation": {"false_alarm_probabilities": [0.1, 0.01, 1e-4]},
        "seed": 1,
    } | changes


def run(folder, *, resume=False, config=config, **overrides):
    return train(config(), out=folder, resume=resume, progress=False, **overrides)


def stored(bundle):
    with h5py.File(bundle.folder / "weights.h5") as file:
        found = {}
        file.visititems(
            lambda name, node: found.update(
                {name: node[()]} if isinstance(node, h5py.Dataset) else {}
            )
        )
    return found


def assert_equal_weights(one, other):
    one, other = stored(one), stored(other)
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def cut_short(monkeypatch, epochs, how):
    """Make the training stop after some epochs, in the middle of the next."""
    inner = fit._run_epoch

    def limited(*arguments):
        row = inner(*arguments)
        if arguments[4] == epochs:
            how()
        return row

    monkeypatch.setattr(fit, "_run_epoch", limited)


def interrupt():
    # in the background a shell starts programs with this signal ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)


class Killed(BaseException):
    """Stands for a process that ends without warning."""


def kill():
    raise Killed
