"""Everything that a training needs to go on exactly, in one sealed file written every epoch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from astro_dl.bundles.files import read_file
from astro_dl.bundles.weights import (
    ArraySpec,
    read_arrays,
    variable_spec,
    weight_specs,
    write_arrays,
)
from astro_dl.core.config import Config, to_mapping
from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.core.reading.sealed import seal, unsealed

MOST_BYTES = 2**33
NOT_FINITE = ("nan", "inf", "-inf")

FREE_TO_CHANGE = {
    "data.workers",
    "data.n_test",
    "data.test_signal_fraction",
    "training.epochs",
    "training.learning_rate",
    "training.minimum_learning_rate",
    "training.clip_norm",
    "training.devices",
    "training.data_on",
    "training.early_stopping_patience",
    "training.tensorboard",
    "evaluation",
}
"""What may differ between a training and its continuation."""


def check_unfinished(folder: Path, left: bool, resume: bool) -> None:
    """Raise `UsageError` if a folder holds what a training left that is not to go on."""
    if left and not resume:
        raise UsageError(f"{folder} holds an unfinished training; resume it or delete the folder")


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
    variables = _variables(model)
    arrays = {key: keras.ops.convert_to_numpy(one.value) for key, one in variables.items()}
    arrays |= {f"best/{name}": array for name, array in state.best.items()}
    with atomic_path(path) as temporary:
        write_arrays(temporary, arrays, _specs(model))
        seal(temporary, {"config": to_mapping(config), "history": _told(state.history)})


def load_checkpoint(path: Path, model: keras.Model, config: Config) -> State:
    """Set a compiled model to the state of a checkpoint and return what was known then.

    The file is read once; nothing in it is used before its sha256 is found to be that of its seal,
    and no array before all headers are those of the model.

    Raises
    ------
    UsageError
        If the file is damaged, or belongs to a training with other settings.
    """
    try:
        content, note = unsealed(read_file(path.parent, path.name, limit=MOST_BYTES))
        if set(note) != {"config", "history"} or not isinstance(note["config"], dict):
            raise UsageError("its note is not that of a checkpoint")
    except UsageError as error:
        raise _damaged(path, error) from None
    _check_same(path, note["config"], to_mapping(config))
    try:
        history = _history(note["history"], config)
        arrays = read_arrays(content, _specs(model), path.name)
    except UsageError as error:
        raise _damaged(path, error) from None
    for key, variable in _variables(model).items():
        variable.assign(arrays[key].astype(variable.dtype))
    best = {weight.path: arrays[f"best/{weight.path}"] for weight in model.weights}
    return State(history, best)


def _damaged(path: Path, error: UsageError) -> UsageError:
    return UsageError(f"{path}: damaged checkpoint ({error}); delete it to start again")


def _variables(model: keras.Model) -> dict[str, Any]:
    """Return weights with the states of random generators, and the optimiser's, by place."""
    groups = {"model": model.variables, "optimizer": model.optimizer.variables}
    return {
        f"{group}/{index}": variable
        for group, variables in groups.items()
        for index, variable in enumerate(variables)
    }


def _specs(model: keras.Model) -> dict[str, ArraySpec]:
    """Return what the arrays of a checkpoint are."""
    best = {f"best/{name}": spec for name, spec in weight_specs(model.weights).items()}
    return {key: variable_spec(one) for key, one in _variables(model).items()} | best


def _told(history: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return a history as strict JSON has it: what is not finite as text."""
    return [
        {key: value if math.isfinite(value) else repr(value) for key, value in row.items()}
        for row in history
    ]


def _history(rows: Any, config: Config) -> tuple[dict[str, float], ...]:
    """Return what `_told` told of."""
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UsageError("its history is no list of epochs")
    wanted = {"epoch", "loss", "seconds", config.training.monitor}
    for row in rows:
        numbers = all(type(one) in (int, float) or one in NOT_FINITE for one in row.values())
        if not wanted <= row.keys() or not numbers:
            raise UsageError("its history has an epoch without its numbers")
    return tuple(
        {key: float(one) if isinstance(one, str) else one for key, one in row.items()}
        for row in rows
    )


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
