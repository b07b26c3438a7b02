"""Everything that a training needs to go on exactly, in one HDF5 file written after every epoch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from astro_dl.core.config import Config, to_mapping
from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path

FREE_TO_CHANGE = {
    "data.workers",
    "data.n_test",
    "data.test_signal_fraction",
    "training.epochs",
    "training.learning_rate",
    "training.minimum_learning_rate",
    "training.clip_norm",
    "training.early_stopping_patience",
    "training.tensorboard",
    "evaluation",
}
"""What may differ between a training and its continuation."""


@dataclass(frozen=True)
class State:
    """What is known after some epochs.

    Parameters
    ----------
    history : tuple of dict
        One row per finished epoch.
    best : dict of ndarray
        The best weights so far by path.
    """

    history: tuple[dict[str, float], ...] = ()
    best: dict[str, np.ndarray] = field(default_factory=dict)


def checkpoint_file(folder: Path) -> Path:
    """Return where the checkpoint of a run folder lies."""
    return folder / ".checkpoint" / "state.h5"


def what_is_kept(folder: Path) -> str:
    """Return, for people, what an interrupted training has left in its run folder."""
    if not any(any(folder.rglob(name)) for name in ("state.h5", "card.json")):
        return "no epoch was finished, nothing is kept"
    best = " and the bundle of the best of them" if (folder / "card.json").is_file() else ""
    return f"{folder} keeps all finished epochs{best}; the same command with --resume goes on"


def save_checkpoint(path: Path, model: keras.Model, state: State, config: Config) -> None:
    """Write the state of a training; the file before is replaced only when this one is complete.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    model : keras.Model
        Compiled, with the weights, random-number states and optimiser state of now.
    state : State
        History and best weights.
    config : Config
        The resolved config.
    """
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        for group, variables in _variables(model).items():
            for index, variable in enumerate(variables):
                file[f"{group}/{index}"] = keras.ops.convert_to_numpy(variable.value)
        for path_in_model, array in state.best.items():
            file[f"best/{path_in_model}"] = array
        file["history"] = json.dumps(state.history)
        file["config"] = json.dumps(to_mapping(config))


def load_checkpoint(path: Path, model: keras.Model, config: Config) -> State:
    """Set a compiled model to the state of a checkpoint and return what was known then.

    Raises
    ------
    UsageError
        If the file is damaged, or belongs to a training with other settings.
    """
    try:
        with h5py.File(path, "r") as file:
            _check_same(path, json.loads(file["config"].asstr()[()]), to_mapping(config))
            for group, variables in _variables(model).items():
                arrays = [file[f"{group}/{index}"][()] for index in range(len(file[group]))]
                if [array.shape for array in arrays] != [tuple(v.shape) for v in variables]:
                    raise ValueError(f"{group} variables of another model")
                for variable, array in zip(variables, arrays, strict=True):
                    variable.assign(array)
            best = {weight.path: file[f"best/{weight.path}"][()] for weight in model.weights}
            return State(tuple(json.loads(file["history"].asstr()[()])), best)
    except UsageError:
        raise
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: damaged checkpoint ({error}); delete it to start again"
        ) from error


def _variables(model: keras.Model) -> dict[str, list[Any]]:
    """Return weights with the states of random generators, and the optimiser's variables."""
    return {"model": list(model.variables), "optimizer": list(model.optimizer.variables)}


def _check_same(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for key in sorted(_leaves(before).keys() | _leaves(now).keys()):
        old, new = _leaves(before).get(key), _leaves(now).get(key)
        if old != new and not any(f"{key}.".startswith(f"{free}.") for free in FREE_TO_CHANGE):
            raise UsageError(
                f"{path}: was made with {key}={old!r}, not {new!r}; restore it, or train into "
                "another folder"
            )


def _leaves(mapping: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for key, value in mapping.items():
        inner = isinstance(value, Mapping)
        leaves |= _leaves(value, f"{prefix}{key}.") if inner else {f"{prefix}{key}": value}
    return leaves
