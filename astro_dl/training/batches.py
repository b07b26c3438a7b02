"""Batches in a random order that depends on seed and epoch alone."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np

from astro_dl.core.examples import Inputs, take_inputs
from astro_dl.core.task import Augmentation
from astro_dl.data.store import Store
from astro_dl.training.augmentations import changed_inputs

Piece = tuple[Inputs, np.ndarray] | tuple[Inputs, np.ndarray, np.ndarray]
"""Inputs and targets of a part of the training set and, where they differ, the weights."""

Changed = tuple[Inputs, np.ndarray]

Batch = tuple[Inputs, np.ndarray] | tuple[Inputs, np.ndarray, np.ndarray]
"""Inputs, encoded targets and, where classes are weighted, the weights of the examples."""

Change = Callable[[Inputs, np.ndarray, np.random.Generator], Changed]
"""Random changes of inputs and targets."""

Order = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From the targets of a piece, the numbers of the examples to train on, in order."""

BUFFER_BYTES = 2**28
READ_EXAMPLES = 256


def steps_per_epoch(n: int, batch_size: int) -> int:
    """Return the number of batches: whole ones only, unless there is less than one."""
    return max(1, n // batch_size)


def batches(
    pieces: Iterable[Piece],
    batch_size: int,
    rng: np.random.Generator,
    encode: Callable[[np.ndarray], np.ndarray],
    weigh: Callable[[np.ndarray], np.ndarray] | None = None,
    augment: Change | None = None,
    order: Order | None = None,
) -> Iterator[Batch]:
    """Yield batches of equal size, each piece shuffled; the few examples left over are skipped.

    Equal sizes spare compiled backends a second compilation, and batch normalisation a batch of
    one; the examples skipped are others in every epoch.

    Parameters
    ----------
    pieces : iterable of (inputs, targets)
        The training set in parts; in memory it is one part.
    batch_size : int
        Examples per batch.
    rng : numpy.random.Generator
        Of this epoch.
    encode : callable
        Targets to what the loss compares with.
    weigh : callable, optional
        Targets to weights of the examples.
    augment : callable, optional
        The task's augmentation, see `augmentation`.
    order : callable, optional
        `shuffled` (the default) or `equally_often`.
    """
    for x, y, *given in _cut(pieces, batch_size, rng, order or shuffled):
        inputs, targets = augment(x, y, rng) if augment else (x, y)
        weights = [*given, weigh(y)] if weigh else given
        product = [np.prod(weights, axis=0)] if weights else []
        yield (inputs, encode(targets), *product)


def grouped(source: Iterable[Batch], most: int, most_bytes: int) -> Iterator[list[Batch]]:
    """Yield batches in groups of as many as these, and no more than these bytes of inputs."""
    group: list[Batch] = []
    for batch in source:
        group.append(batch)
        if len(group) == most or (len(group) + 1) * _nbytes(batch[0]) > most_bytes:
            yield group
            group = []
    if group:
        yield group


def shuffled(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return all examples in random order."""
    return rng.permutation(len(y))


def equally_often(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return as many examples as there are, of each class equally many, in random order.

    Those of rare classes are repeated, all of a class before one comes again; of frequent classes
    some are left out, others each time.
    """
    classes = np.unique(y)
    each = -(-len(y) // max(1, len(classes)))
    drawn = []
    for one in classes:
        members = np.flatnonzero(y == one)
        rounds = -(-each // len(members))
        drawn += [np.concatenate([rng.permutation(members) for _ in range(rounds)])[:each]]
    return rng.permutation(np.concatenate([*drawn, np.zeros(0, int)]))[: len(y)]


def augmentation(
    how: Augmentation, fraction: float = 1.0, named: Mapping[str, float] | None = None
) -> Change | None:
    """Return what changes inputs and targets in training; None where nothing does.

    Parameters
    ----------
    how : Augmentation
        Of a task, see `astro_dl.core.task.Task.changes`.
    fraction : float, default 1
        Share of every batch that is changed: its first examples, as their order is random.
    named : mapping of str to float, optional
        Changes after the task's own, see `astro_dl.training.augmentations`.
    """
    change = how.pairs or (how.inputs and partial(_change_inputs, how.inputs))
    if named:
        change = partial(_change_by_name, change, named)
    return partial(_change_some, change, fraction) if change and fraction < 1 else change


def _change_inputs(
    change: Callable[[Inputs, np.random.Generator], Inputs],
    x: Inputs,
    y: np.ndarray,
    rng: np.random.Generator,
) -> Changed:
    return change(x, rng), y


def _change_by_name(
    before: Change | None,
    named: Mapping[str, float],
    x: Inputs,
    y: np.ndarray,
    rng: np.random.Generator,
) -> Changed:
    inputs, targets = before(x, y, rng) if before else (x, y)
    return changed_inputs(inputs, named, rng), targets


def _change_some(
    change: Change, fraction: float, x: Inputs, y: np.ndarray, rng: np.random.Generator
) -> Changed:
    count = round(fraction * len(y))
    first, rest = slice(0, count), slice(count, None)
    unchanged = (take_inputs(x, rest), y[rest])
    if not count:
        return unchanged
    return _join([change(take_inputs(x, first), y[first], rng), unchanged])  # type: ignore[return-value]


def stored_pieces(store: Store, rng: np.random.Generator) -> Iterator[Piece]:
    """Yield a store too large for memory in parts, read in random order.

    Each part gathers contiguous stretches from all over the file, so that shuffling within parts
    mixes well.
    """
    starts = rng.permutation(range(0, len(store), READ_EXAMPLES))
    stretch_bytes = max(1, store.nbytes * READ_EXAMPLES // len(store))
    per_piece = max(1, BUFFER_BYTES // stretch_bytes)
    for first in range(0, len(starts), per_piece):
        stretches = [
            (store.inputs(part), store.y[part])
            for start in starts[first : first + per_piece]
            for part in [slice(int(start), int(start) + READ_EXAMPLES)]
        ]
        yield _join(stretches)


def _nbytes(x: Inputs) -> int:
    parts = x.values() if isinstance(x, dict) else (x,)
    # Tensors do not tell how large they are.
    return sum(math.prod(one.shape) * 4 for one in parts)


def _cut(
    pieces: Iterable[Piece], batch_size: int, rng: np.random.Generator, ordered: Order
) -> Iterator[Piece]:
    waiting: list[Piece] = []
    count = yielded = 0
    for x, y, *weights in pieces:
        order = ordered(y, rng)
        start = 0
        while start < len(order):
            chosen = order[start : start + batch_size - count]
            start += len(chosen)
            count += len(chosen)
            parts = (one[chosen] for one in (y, *weights))
            waiting.append((take_inputs(x, chosen), *parts))  # type: ignore[arg-type]
            if count == batch_size:
                yield _join(waiting)
                waiting, count, yielded = [], 0, yielded + 1
    if waiting and not yielded:
        yield _join(waiting)


def _join(parts: Sequence[Piece]) -> Piece:
    if len(parts) == 1:
        return parts[0]
    first, *others = zip(*parts, strict=True)
    joined = [np.concatenate(arrays) for arrays in others]
    if isinstance(first[0], dict):
        x: Inputs = {name: _end_to_end([one[name] for one in first]) for name in first[0]}
    else:
        x = _end_to_end(first)
    return (x, *joined)  # type: ignore[return-value]


def _end_to_end(arrays: Sequence[Any]) -> Any:
    """Return arrays as one, on the device where they are there."""
    of_host = all(isinstance(one, np.ndarray) for one in arrays)
    return np.concatenate(arrays) if of_host else keras.ops.concatenate(arrays)
