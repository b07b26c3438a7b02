"""Simulated examples in blocks that depend on the seed alone, not on who makes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, concatenate, inputs_by_name
from astro_dl.core.registry import get_task
from astro_dl.core.schema import plain, read_dataclass
from astro_dl.core.task import Physics, Task
from astro_dl.data.parallel import parallel_map, prefers_threads

Drawn = TypeVar("Drawn")

BLOCK_SIZE = 1024

STREAMS = {"train": 0, "validation": 1, "test": 2, "calibration": 3}
"""The random stream of each stored set; none shares a random number with another."""

FIRST_EPOCH_STREAM = 16


@dataclass(frozen=True)
class Block:
    """Which examples to make: block `index` of `stream`, `size` of them."""

    stream: int
    index: int
    size: int


def simulate(
    task: str | Task, n: int, seed: int = 0, workers: int = 1, stream: int = 0, **physics: Any
) -> Examples:
    """Simulate examples of a task.

    Parameters
    ----------
    task : str or Task
        The task or its registered name.
    n : int
        Number of examples, at least 1.
    seed : int, default 0
        The same seed gives the same examples, for any number of workers.
    workers : int, default 1
        Worker processes, or threads where the simulator says so; 0 or 1 simulates in this process.
    stream : int, default 0
        Independent streams of one seed, see `STREAMS`; 0 is the one that training sets come from.
    **physics
        Values that differ from the defaults of the task's physics.

    Returns
    -------
    Examples
        ``x`` float32, ``y``, and the true parameters.

    Raises
    ------
    UsageError
        If the task, a physics field or a value is not accepted, or `n` is below 1.

    Examples
    --------
    >>> import astro_dl
    >>> x, y, info = astro_dl.simulate("gw_bbh", 100, seed=1, snr_range=(8, 8))
    """
    task = get_task(task) if isinstance(task, str) else task
    settings: Any = read_dataclass(task.physics, plain(physics), "physics")
    return concatenate(
        list(iterate_blocks(task.simulate, settings, n, seed, stream, workers=workers))
    )


def iterate_blocks(
    simulator: Callable[[Physics, int, np.random.Generator], Examples],
    physics: Physics,
    n: int,
    seed: int,
    stream: int,
    block_size: int = BLOCK_SIZE,
    workers: int = 1,
) -> Iterator[Examples]:
    """Yield n examples in blocks, in order, block k from ``SeedSequence([seed, stream, k])``.

    Parameters
    ----------
    simulator : callable
        ``(physics, n, rng) -> Examples``, picklable if there are several workers.
    physics
        Its first argument.
    n : int
        Number of examples.
    seed, stream : int
        Which random numbers to use, both 0 or more.
    block_size : int, default 1024
        Examples per block; another size gives other examples.
    workers : int, default 1
        Worker processes, or threads where `astro_dl.data.parallel.in_threads` says so.
    """
    if n < 1:
        raise UsageError(f"the number of examples must be at least 1, not {n}")
    make = partial(simulate_block, simulator, physics, seed)
    blocks = blocks_of(n, stream, block_size)
    threads = prefers_threads(simulator)
    # Starting a process costs about as much as simulating a block.
    workers = min(workers, len(blocks) if threads else len(blocks) // 2)
    return parallel_map(make, blocks, workers, threads)


def blocks_of(n: int, stream: int, block_size: int) -> list[Block]:
    """Return the blocks that make n examples of a stream."""
    if block_size < 1:
        raise UsageError(f"data.block_size must be at least 1, not {block_size}")
    return [
        Block(stream, index, min(block_size, n - start))
        for index, start in enumerate(range(0, n, block_size))
    ]


def simulate_block(
    simulator: Callable[[Physics, int, np.random.Generator], Examples],
    physics: Physics,
    seed: int,
    block: Block,
) -> Examples:
    """Return the examples of one block, refusing non-finite inputs."""
    examples = simulator(physics, block.size, _generator(seed, block))
    for name, array in inputs_by_name(examples.x).items():
        if not np.isfinite(array).all():
            raise UsageError(
                f"the simulator made non-finite inputs ({name}) in block {block.index} of stream "
                f"{block.stream}; check the ranges under physics"
            )
    return examples


def draw_block(
    draw: Callable[[Physics, int, np.random.Generator], Drawn],
    physics: Physics,
    seed: int,
    block: Block,
) -> tuple[Drawn, np.random.Generator]:
    """Return what is drawn of one block, and the generator after that."""
    rng = _generator(seed, block)
    return draw(physics, block.size, rng), rng


def _generator(seed: int, block: Block) -> np.random.Generator:
    """Return the generator of all that is random in a block."""
    if seed < 0:
        raise UsageError(f"seed must be 0 or more, not {seed}")
    return np.random.default_rng(np.random.SeedSequence([seed, block.stream, block.index]))


def epoch_stream(epoch: int) -> int:
    """Return the random stream of a streamed epoch (0, 1, …)."""
    return FIRST_EPOCH_STREAM + epoch
