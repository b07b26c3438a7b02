"""Batches of one size from blocks of any sizes, for which a model is compiled once."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from astro_dl.core.examples import Inputs, input_length, take_inputs


def applied(run: Callable[[Inputs], Any], batch: Inputs, size: int) -> np.ndarray:
    """Return what a model gives for a batch that is filled up to one size, compiled once."""
    outputs = run(_padded(batch, size))
    return np.asarray(outputs, np.float32)[: input_length(batch)]


def filled_size(batch: Inputs, size: int) -> int:
    """Return to what length batches are filled up of which the first is given.

    A first batch that is shorter than the others would be is the only one: the next power of two
    saves most of the work, and leaves few lengths for which a model is compiled.
    """
    return min(size, 1 << (input_length(batch) - 1).bit_length())


def rebatched(blocks: Iterable[Inputs], size: int) -> Iterator[Inputs]:
    """Yield batches of one size, the last one perhaps smaller, from blocks of any sizes."""
    rest: Inputs | None = None
    for block in blocks:
        start = 0
        if rest is not None:
            missing = size - input_length(rest)
            rest = _joined(rest, take_inputs(block, slice(0, missing)))
            start = missing
            if input_length(rest) < size:
                continue
            yield rest
        whole = start + max(0, input_length(block) - start) // size * size
        for first in range(start, whole, size):
            yield take_inputs(block, slice(first, first + size))
        tail = take_inputs(block, slice(whole, None))
        rest = tail if input_length(tail) else None
    if rest is not None:
        yield rest


def _joined(first: Inputs, second: Inputs) -> Inputs:
    if isinstance(first, dict):
        return {name: np.concatenate([one, second[name]]) for name, one in first.items()}  # type: ignore[index, call-overload]
    return np.concatenate([first, second])  # type: ignore[list-item]


def _padded(batch: Inputs, size: int) -> Inputs:
    """Return a float32 batch filled up with zeros."""
    if isinstance(batch, dict):
        return {name: _padded(one, size) for name, one in batch.items()}  # type: ignore[misc]
    if len(batch) == size:
        return np.ascontiguousarray(batch, np.float32)
    full = np.zeros((size, *batch.shape[1:]), np.float32)
    full[: len(batch)] = batch
    return full
