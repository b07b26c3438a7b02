"""Real labelled sets: read once, split by group, never simulated."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from astro_dl.core.config import SIMULATION, Config, DataConfig
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.examples import SET, Examples
from astro_dl.core.registry import build_physics, get_task
from astro_dl.core.task import BY_OTHERS
from astro_dl.data.splits import split_by_group, split_fold, split_in_time

FOLDER_VARIABLE = "ASTRO_DL_TEST_DATA"
SPLITS = ("train", "validation", "test")


def is_real(config: Config) -> bool:
    """Whether a config trains on a real set."""
    return config.data.source != SIMULATION


def check_unseen(config: Config, dataset: str) -> None:
    """Refuse a real set that holds objects which a model of a config may have learnt from.

    Raises
    ------
    UsageError
        If the config trains on another set of the same collection, which is split otherwise.
    """
    taught, known = config.data.source, get_task(config.task).datasets
    shared = known[dataset].collection
    if dataset != taught and taught in known and shared and known[taught].collection == shared:
        raise UsageError(
            f"real set {dataset!r} has objects that this model learnt from, as those of "
            f"{taught!r}; score it on the test split of that"
        )


def real_split(config: Config, split: str, source: str | None = None) -> Examples:
    """Return one of the three sets into which a config splits a real set.

    Parameters
    ----------
    config : Config
        Its task and physics say what is read, its ``data.split_seed`` and fractions how it is
        split; models trained with equal ones never see each other's test examples.
    split : {"train", "validation", "test"}
        Which set.
    source : str, optional
        Name of the real set; default the config's own.

    Returns
    -------
    Examples
        All of them as the test set if the set is not split.

    Raises
    ------
    UsageError
        If the task has no such set, it is too small for what is asked, its folder is not known,
        or files are missing.
    """
    name = source or config.data.source
    group = dataset_group(config.task, name)
    physics = build_physics(config.task, config.physics)
    examples = _read(config.task, physics, name, _folder(config.data))
    if not get_task(config.task).datasets[name].split:
        if split != "test":
            raise UsageError(f"data.source: real set {name!r} is too small to train on")
        return examples
    time = get_task(config.task).datasets[name].time
    times = None if time is None else np.asarray(examples.info[time])
    sets = np.asarray(examples.info[SET]) if SET in examples.info.colnames else None
    indices = split_indices(config.data, np.asarray(examples.info[group]), times, sets)
    chosen = examples.take(indices[split])
    # Only the training set is streamed.
    return chosen if split == "train" else chosen.in_memory()


def split_indices(
    data: DataConfig,
    groups: np.ndarray,
    times: np.ndarray | None = None,
    sets: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return the examples of each of the three sets.

    Parameters
    ----------
    data : DataConfig
        Shares, seed and fold.
    groups : ndarray, (n,)
        What is kept whole.
    times : ndarray, (n,), optional
        In whose order the sets follow each other.
    sets : ndarray, (n,), optional
        The set of each example by name, not drawn then; where there is no validation or no test
        example, this set is drawn from the training examples.

    Raises
    ------
    UsageError
        If the shares leave nothing to train on, there are too few groups, or no such part.
    """
    found = _three_sets(data, groups, times, sets)
    if not data.validation_parts:
        return found
    if times is not None:
        raise UsageError("data.validation_parts: the set is split in time; accepted: 0")
    return _dealt_again(data, groups, found)


def _three_sets(
    data: DataConfig, groups: np.ndarray, times: np.ndarray | None, sets: np.ndarray | None
) -> dict[str, np.ndarray]:
    kept = 1 - data.validation_fraction - data.test_fraction
    if kept <= 0:
        raise UsageError(
            f"data.validation_fraction {data.validation_fraction:g} and data.test_fraction "
            f"{data.test_fraction:g} leave nothing to train on"
        )
    if sets is not None:
        return _given_sets(data, groups, sets)
    if data.folds:
        share = data.validation_fraction / (1 - data.test_fraction)
        return split_fold(groups, data.folds, data.fold, share, data.split_seed, times)
    fractions = dict(zip(SPLITS, (kept, data.validation_fraction, data.test_fraction), strict=True))
    if times is None:
        return split_by_group(groups, fractions, data.split_seed)
    return split_in_time(groups, times, fractions)


def _dealt_again(
    data: DataConfig, groups: np.ndarray, found: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the sets with one of several parts of all that is not for testing as validation."""
    k, number = data.validation_parts, data.validation_part
    if k < 2 or number >= k:
        raise UsageError(
            f"data.validation_part: {number} of {k} parts; accepted: 0 to k - 1, of two or more"
        )
    known = np.sort(np.concatenate([found["train"], found["validation"]]))
    parts = split_by_group(groups[known], {str(i): 1 / k for i in range(k)}, data.split_seed)
    held_out = known[parts[str(number)]]
    return {"train": np.setdiff1d(known, held_out), "validation": held_out, "test": found["test"]}


def _given_sets(data: DataConfig, groups: np.ndarray, sets: np.ndarray) -> dict[str, np.ndarray]:
    if data.folds:
        raise UsageError("data.folds: the set of each example is given; leave that out for folds")
    found = {name: np.flatnonzero(sets == name) for name in SPLITS}
    shares = {"validation": data.validation_fraction, "test": data.test_fraction}
    drawn = {name: share for name, share in shares.items() if not len(found[name])}
    if drawn:
        rest = found["train"]
        fractions = {"train": 1 - sum(drawn.values()), **drawn}
        parts = split_by_group(groups[rest], fractions, data.split_seed)
        found |= {name: rest[rows] for name, rows in parts.items()}
    return found


def split_title(config: Config, split: str, source: str | None = None) -> str:
    """Return how reports and cards name a set."""
    name = source or config.data.source
    group = dataset_group(config.task, name)
    dataset = get_task(config.task).datasets[name]
    called = f"set {name}, {BY_OTHERS}" if dataset.simulated else f"real set {name}"
    if not dataset.split:
        return called
    data = config.data
    which = f", fold {data.fold + 1} of {data.folds}" if data.folds else ""
    if data.validation_parts and split != "test":
        which += f", without part {data.validation_part + 1} of {data.validation_parts}"
    if dataset.time is not None:
        return f"{split} split of the {called}, by {group}, in order of {dataset.time}{which}"
    return f"{split} split of the {called}, by {group}, seed {data.split_seed}{which}"


def dataset_group(task: str, name: str) -> str:
    """Return the column by which a real set of a task is split."""
    datasets = get_task(task).datasets
    if name not in datasets:
        raise unknown_name(f"real set of {task}", name, [SIMULATION, *datasets])
    return datasets[name].group or get_task(task).group


def _folder(data: DataConfig) -> Path:
    folder = data.folder or os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise UsageError(
            f"data.folder: no folder of real data; set it, or the variable {FOLDER_VARIABLE}"
        )
    return Path(folder)


@lru_cache(maxsize=2)
def _read(task: str, physics: object, name: str, folder: Path) -> Examples:
    examples = get_task(task).datasets[name].read(physics, folder)
    if not len(examples):
        raise UsageError(f"real set {name} below {folder} holds no example")
    return examples
