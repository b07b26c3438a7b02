"""The training and validation sets of a config: stored, streamed or real."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import WEIGHT, Examples, Inputs
from astro_dl.core.registry import get_task
from astro_dl.core.task import DeviceSimulator
from astro_dl.data.cache import cached_split, split_physics
from astro_dl.data.memory import fits_in_memory
from astro_dl.data.real import dataset_group, is_real, real_split
from astro_dl.data.simulate import Block, epoch_stream, simulate_block
from astro_dl.data.splits import assert_disjoint
from astro_dl.data.streaming import stream_blocks, stream_rendered
from astro_dl.models.build import model_head
from astro_dl.training.batches import Piece, stored_pieces


class DeviceRows:
    """Rows of an array that lies on the device: what is taken of them never leaves it.

    Parameters
    ----------
    array : ndarray or tensor
        Copied to the device once; a tensor is there.
    """

    def __init__(self, array: Any) -> None:
        self.tensor = keras.ops.convert_to_tensor(array)

    def __len__(self) -> int:
        return len(self.tensor)

    def __getitem__(self, indices: np.ndarray | slice) -> Any:
        if isinstance(indices, slice):
            return self.tensor[indices]
        return keras.ops.take(self.tensor, indices, axis=0)


@dataclass(frozen=True)
class TrainingData:
    """What a training reads.

    Parameters
    ----------
    n : int
        Training examples per epoch.
    pieces : callable
        ``(epoch, rng) -> iterator of (x, y)``, or of (x, y, weights of the examples): the training
        set of an epoch in parts; asked for epoch by epoch, in order, from any first one.
    y : ndarray
        Training targets from which class weights and target scaling are taken: all of a stored
        set, the first block of a streamed one.
    validation : Examples
        The validation set.
    split_hash : str
        sha256 of the groups of the stored sets.
    """

    n: int
    pieces: Callable[[int, np.random.Generator], Iterator[Piece]]
    y: np.ndarray
    validation: Examples
    split_hash: str


@contextmanager
def open_training_data(config: Config, progress: bool = True) -> Iterator[TrainingData]:
    """Give the data of a training, simulating stored sets that are not in the cache.

    Parameters
    ----------
    config : Config
        The resolved config.
    progress : bool, default True
        Whether simulations show progress bars.

    Raises
    ------
    UsageError
        If a class is missing from a set, or the sets share a group.
    """
    task = get_task(config.task)
    physics = split_physics(config, "train")
    head = model_head(config.model, task, physics, config.hyperparameters)
    if is_real(config):
        validation, opened = real_split(config, "validation"), _real
    else:
        validation = cached_split(config, "validation", progress).read()
        opened = _stored if config.data.mode == "store" else _streamed
    check_targets(head, validation.y, "validation")
    with opened(config, validation, progress) as data:
        check_targets(head, data.y, "training")
        yield data


def check_targets(head: AnswerKind, y: np.ndarray, split: str) -> None:
    """Refuse targets from which nothing can be learned or that are out of range."""
    if not len(y):
        raise UsageError(f"the {split} set is empty")
    head.check_targets(y, split)


@contextmanager
def _real(config: Config, validation: Examples, progress: bool) -> Iterator[TrainingData]:
    x, y, info = real_split(config, "train")
    column = dataset_group(config.task, config.data.source)
    groups = {"training": np.asarray(info[column]), "validation": validation.info[column]}
    weights = [np.asarray(info[WEIGHT], np.float32)] if WEIGHT in info.colnames else []
    piece = (_placed(config, x), y, *weights)
    yield TrainingData(len(y), lambda epoch, rng: iter([piece]), y, validation, _hash(groups))


@contextmanager
def _stored(config: Config, validation: Examples, progress: bool) -> Iterator[TrainingData]:
    store = cached_split(config, "train", progress)
    column = get_task(config.task).group
    groups = {
        "training": np.asarray(store.info[column]),
        "validation": np.asarray(validation.info[column]),
    }
    assert_disjoint(groups, column)
    whole = store.read() if fits_in_memory(store.nbytes) else None
    if whole is None and config.training.data_on == "device":
        raise UsageError(
            f"training.data_on: {store.nbytes / 1e9:.3g} GB do not fit into memory on their way to "
            "the device; leave it at 'host'"
        )
    x = None if whole is None else _placed(config, whole.x)

    def pieces(epoch: int, rng: np.random.Generator) -> Iterator[Piece]:
        return stored_pieces(store, rng) if x is None else iter([(x, store.y)])

    yield TrainingData(len(store), pieces, store.y, validation, _hash(groups))


@contextmanager
def _streamed(config: Config, validation: Examples, progress: bool) -> Iterator[TrainingData]:
    task, data = get_task(config.task), config.data
    made: Callable[..., Iterator[Examples]] = partial(stream_blocks, task.simulate)
    if config.training.data_on == "device":
        made = partial(stream_rendered, _simulator_on_device(config))
    physics = split_physics(config, "train")
    taken = {"validation": np.asarray(validation.info[task.group])}
    first = Block(epoch_stream(0), 0, min(data.block_size, data.n_train))
    y = simulate_block(task.simulate, physics, config.seed, first).y
    stream: list[Iterator[Examples]] = []
    # Keras may draw batches in a thread of its own, which can be at work when the training is
    # interrupted; a generator can't be closed while it runs.
    lock = threading.Lock()

    def pieces(epoch: int, rng: np.random.Generator) -> Iterator[Piece]:
        if not stream:
            stream.append(
                made(
                    physics,
                    data.n_train,
                    config.seed,
                    range(epoch, config.training.epochs),
                    data.block_size,
                    data.workers,
                )
            )
        remaining = data.n_train
        while remaining > 0:
            with lock:
                block = next(stream[0])
            groups = {**taken, "training": np.asarray(block.info[task.group])}
            assert_disjoint(groups, task.group)
            remaining -= len(block)
            yield _placed(config, block.x), block.y

    try:
        yield TrainingData(data.n_train, pieces, y, validation, _hash(taken))
    finally:
        with lock:
            for blocks in stream:
                blocks.close()  # type: ignore[attr-defined]


def _simulator_on_device(config: Config) -> DeviceSimulator:
    """Return what simulates a task's examples on the device, or refuse."""
    found = get_task(config.task).on_device
    if found is None:
        raise UsageError(
            f"training.data_on: examples of {config.task} are simulated on processors alone, so "
            "that those of data.mode 'stream' cannot be made on the device; accepted: 'host', or "
            "data.mode 'store'"
        )
    return found


def _placed(config: Config, x: Inputs) -> Any:
    """Return inputs where they are to lie during the training."""
    if config.training.data_on == "host":
        return x
    if isinstance(x, dict):
        return {name: DeviceRows(one[:]) for name, one in x.items()}
    return DeviceRows(x[:])


def _hash(groups: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for name, values in groups.items():
        digest.update(f"{name}:{','.join(map(str, np.unique(values)))};".encode())
    return digest.hexdigest()
