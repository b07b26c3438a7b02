"""Ordered maps over worker processes or threads, in bounded memory."""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from astro_dl.core.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")
Simulator = TypeVar("Simulator", bound=Callable[..., Any])

# One thread each: the processes share the cores, and a result must not depend on how many there
# are. No GPU: a worker that opened one would take its memory from the training.
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


THREADS = "in_threads"

Mapper = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""What applies a function to items, in order."""

_mapper: ContextVar[Mapper | None] = ContextVar("mapper", default=None)


@contextmanager
def mapping_by(mapper: Mapper) -> Iterator[None]:
    """Let something else do what processes of this machine would, as a cluster."""
    before = _mapper.set(mapper)
    try:
        yield
    finally:
        _mapper.reset(before)


def independent_map(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield ``function(item)`` for large items, in order, here unless `mapping_by` says other."""
    mapper = _mapper.get()
    return map(function, items) if mapper is None else mapper(function, items)


def in_threads(simulator: Simulator) -> Simulator:
    """Say of a simulator that its blocks are made by threads sooner than by processes.

    It works in NumPy and SciPy, which leave Python's lock to others, on arrays so large that
    processes take long to send them.
    """
    vars(simulator)[THREADS] = True
    return simulator


def prefers_threads(simulator: Callable[..., Any]) -> bool:
    """Whether `in_threads` says so of a simulator."""
    return getattr(simulator, THREADS, False)


def parallel_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int = 1,
    threads: bool = False,
) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in order, made by worker processes or threads.

    At most two results per worker are in the making or waiting, however slow the consumer. The
    worker processes import neither the main module nor anything but what `function` needs, so
    scripts need no ``if __name__ == "__main__"``.

    Parameters
    ----------
    function : callable
        A picklable function of one argument.
    items : iterable
        Its arguments, drawn lazily.
    workers : int, default 1
        Their number; 0 or 1 computes in this process.
    threads : bool, default False
        Whether they are threads of this process.

    Raises
    ------
    UsageError
        If `workers` is negative or a worker process dies.
    """
    if workers < 0:
        raise UsageError(f"workers must be 0 or more, not {workers}")
    mapper = _mapper.get()
    if mapper is not None:
        return mapper(function, items)
    if workers < 2:
        return _here(function, items)
    return (_in_threads if threads else _in_processes)(function, items, workers)


def background_map(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int = 1
) -> Iterator[Result]:
    """Do as `parallel_map`, but never in this process, which is busy with something else."""
    return _in_processes(function, items, max(workers, 1))


def _here(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    for item in items:
        with threadpool_limits(1, user_api="blas"):
            result = function(item)
        yield result


def _in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(workers) as executor:
        yield from _by(executor, function, items, workers)


def _in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    from loky import ProcessPoolExecutor
    from loky.process_executor import BrokenProcessPool

    executor = ProcessPoolExecutor(
        workers, initializer=_ignore_interrupts, env={**WORKER_ENVIRONMENT}
    )
    try:
        yield from _by(executor, function, items, workers)
    except BrokenProcessPool as error:
        raise UsageError(
            f"one of {workers} worker processes died, probably for lack of memory; "
            "lower data.workers or data.block_size"
        ) from error
    finally:
        executor.shutdown()


def _by(
    executor: Executor, function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """Yield results in order, two for each worker in the making or waiting."""
    remaining = iter(items)
    futures = deque(executor.submit(function, item) for item in islice(remaining, 2 * workers))
    try:
        while futures:
            result = futures.popleft().result()
            futures.extend(executor.submit(function, item) for item in islice(remaining, 1))
            yield result
    finally:
        for future in futures:
            future.cancel()


def _ignore_interrupts() -> None:
    """Leave Ctrl-C, which the terminal sends to every process, to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
