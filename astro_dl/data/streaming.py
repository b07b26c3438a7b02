"""Fresh examples in every epoch, made by worker processes while the model trains."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.task import DeviceSimulator, Physics
from astro_dl.data.parallel import Result, background_map
from astro_dl.data.simulate import (
    BLOCK_SIZE,
    Block,
    blocks_of,
    draw_block,
    epoch_stream,
    simulate_block,
)


def stream_blocks(
    simulator: Callable[[Physics, int, np.random.Generator], Examples],
    physics: Physics,
    n: int,
    seed: int,
    epochs: range,
    block_size: int = BLOCK_SIZE,
    workers: int = 1,
) -> Iterator[Examples]:
    """Yield the blocks of several epochs, one epoch after the other without a pause.

    Block k of epoch e comes from ``SeedSequence([seed, 16 + e, k])``, so that a training can be
    resumed at any epoch and the number of workers changes nothing. The workers run ahead by at
    most two blocks each, also while the model is being validated.

    Parameters
    ----------
    simulator : callable
        ``(physics, n, rng) -> Examples``, picklable.
    physics
        Its first argument.
    n : int
        Examples per epoch.
    seed : int
        Root of the random streams.
    epochs : range
        Which epochs to make.
    block_size : int, default 1024
        Examples per block.
    workers : int, default 1
        Worker processes, at least one.
    """
    make = partial(simulate_block, simulator, physics, seed)
    return _stream(make, n, epochs, block_size, workers)


def stream_rendered(
    simulator: DeviceSimulator[Physics],
    physics: Physics,
    n: int,
    seed: int,
    epochs: range,
    block_size: int = BLOCK_SIZE,
    workers: int = 1,
) -> Iterator[Examples]:
    """Yield blocks as `stream_blocks` does: workers draw them, and the device makes their inputs.

    Parameters
    ----------
    simulator : DeviceSimulator
        Of a task.
    physics, n, seed, epochs, block_size, workers
        As of `stream_blocks`.
    """
    draw = partial(draw_block, simulator.draw, physics, seed)
    for drawn, rng in _stream(draw, n, epochs, block_size, workers):
        yield simulator.render(physics, drawn, rng)


def _stream(
    make: Callable[[Block], Result], n: int, epochs: range, block_size: int, workers: int
) -> Iterator[Result]:
    """Yield what workers make of the blocks of several epochs."""
    if n < 1:
        raise UsageError(f"data.n_train must be at least 1, not {n}")
    blocks = chain.from_iterable(blocks_of(n, epoch_stream(epoch), block_size) for epoch in epochs)
    return background_map(make, blocks, workers)
