"""Fair comparisons: sides alternate, on processor time, and ratios are told with their spread.

Each side runs in a process of its own with one thread, or is a command whose start counts. In every
round each side runs once, in turn from the first and from the last, so that other work on the
machine meets all alike; the ratios are those within rounds. What a side makes, its precision
and its best way to be called are for the one who compares to make equal, and to name.
"""

import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from astro_dl.core.showing.text_table import text_table

ROOT = Path(__file__).resolve().parents[1]
"""Of this checkout."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1") | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
}
SPREAD = (16, 84)


@dataclass(frozen=True)
class Run:
    """What one run of a side took: processor time [s] and, of commands, peak memory [MiB].

    The kernel counts in the memory that the calling process had when it started the command.
    """

    seconds: float
    peak_mib: float = float("nan")


class Side(Protocol):
    """One of the ways that are compared."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def n(self) -> int:
        """Items that one run makes."""

    def opened(self) -> AbstractContextManager[Callable[[], Run]]:
        """Give what runs it once."""


@dataclass(frozen=True)
class Function:
    """A function that is called again and again in a process of its own.

    Parameters
    ----------
    name : str
        What it is called.
    n : int
        Items that a call makes.
    make : callable
        ``make(n, *arguments)`` returns the function; it is called in that process, after which the
        function warms up with one call. Of a module that a new process can import.
    arguments : tuple
        Further ones of ``make``.
    """

    name: str
    n: int
    make: Callable[..., Callable[[], object]]
    arguments: tuple[Any, ...] = ()

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Run]]:
        """Give what runs it once."""
        before = dict(os.environ)
        # Read by the numerical libraries when the new process loads them.
        os.environ.update(ONE_THREAD)
        try:
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                pool.submit(_prepare, self.make, self.n, self.arguments).result()
                yield lambda: Run(pool.submit(_time_call).result())
        finally:
            os.environ.clear()
            os.environ.update(before)


@dataclass(frozen=True)
class Command:
    """A command, whose start counts: what a user waits for.

    Parameters
    ----------
    name : str
        What it is called.
    words : sequence of str
        The command and its arguments; it must end well.
    environment : mapping, optional
        Variables besides those of this process.
    n : int, default 1
        Items that it makes.
    folder : str, optional
        Where it runs; default here.
    """

    name: str
    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    n: int = 1
    folder: str | None = None

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Run]]:
        """Give what runs it once; the first run, of cold disks, is not counted."""
        self._run()
        yield self._run

    def _run(self) -> Run:
        environment = {**os.environ, **ONE_THREAD, **self.environment}
        process = subprocess.Popen(
            [*map(str, self.words)],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{self.name} ended with {process.returncode}: {said[-500:]}")
        return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@dataclass(frozen=True)
class Checkout:
    """Code that is run again and again in a process of some checkout of the package.

    Parameters
    ----------
    name : str
        What it is called.
    root : Path
        Folder of the checkout; a worktree of an earlier commit is one.
    prepare, work : str
        Code that is run once, and what is timed; ``arguments`` are in ``sys.argv[1:]``.
    arguments : sequence of str
        For the code.
    n : int, default 1
        Items that one run makes.
    """

    name: str
    root: Path
    prepare: str
    work: str
    arguments: Sequence[str] = ()
    n: int = 1

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Run]]:
        """Give what runs it once, after a run that warms up."""
        code = f"""
import sys, time
{self.prepare}
for _ in sys.stdin:
    start = time.process_time()
    {self.work}
    print(time.process_time() - start, flush=True)
"""
        words = [sys.executable, "-c", code, *map(str, self.arguments)]
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(self.root)}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(words, cwd=self.root, env=environment, text=True, **pipes) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            ask, answers = process.stdin, process.stdout

            def run() -> Run:
                ask.write("\n")
                ask.flush()
                return Run(float(answers.readline()))

            run()
            yield run
            ask.close()


@dataclass(frozen=True)
class Measured:
    """What was measured of a side.

    Parameters
    ----------
    name : str
        Of the side.
    seconds : ndarray, (rounds,)
        Processor time of an item.
    ratios : ndarray, (rounds,)
        That time by the first side's in the same round.
    peak_mib : float
        Greatest memory of a command; NaN for functions.
    """

    name: str
    seconds: np.ndarray
    ratios: np.ndarray
    peak_mib: float

    @property
    def ratio(self) -> float:
        """How many times the first side's time it takes: the median over rounds."""
        return float(np.median(self.ratios))

    @property
    def spread(self) -> tuple[float, float]:
        """The 16th and 84th percentile of these ratios."""
        low, high = np.percentile(self.ratios, SPREAD)
        return float(low), float(high)


def compare(sides: Sequence[Side], rounds: int) -> list[Measured]:
    """Return what each side took, in rounds in which each runs once.

    Parameters
    ----------
    sides : sequence of Side
        The first one is what the others are measured by.
    rounds : int
        How many.
    """
    with ExitStack() as stack:
        runs = [stack.enter_context(side.opened()) for side in sides]
        found: list[list[Run]] = [[] for _ in sides]
        for number in range(rounds):
            order = range(len(sides)) if number % 2 else reversed(range(len(sides)))
            for k in order:
                found[k].append(runs[k]())
    seconds = np.array([[one.seconds for one in row] for row in found])
    seconds /= np.array([side.n for side in sides])[:, None]
    peaks = [max(one.peak_mib for one in row) for row in found]
    return [
        Measured(side.name, one, one / seconds[0], peak)
        for side, one, peak in zip(sides, seconds, peaks, strict=True)
    ]


def alternate(functions: Mapping[str, Callable[[], object]], rounds: int) -> list[Measured]:
    """Return what functions of this very process took, which share what they work on."""
    sides = [_Here(name, function) for name, function in functions.items()]
    return compare(sides, rounds)


def comparison_text(measured: Sequence[Measured], item: str = "item") -> str:
    """Return a table of what was measured: times, rates, and ratios with their spread."""
    commands = math.isfinite(measured[0].peak_mib)
    first = measured[0].name
    rows = [["side", f"CPU time per {item}", "per CPU s", f"times that of {first}"]]
    rows[0] += ["peak MiB"] * commands
    for one in measured:
        median = float(np.median(one.seconds))
        low, high = one.spread
        ratio = "1" if one is measured[0] else f"{one.ratio:.2f} ({low:.2f} to {high:.2f})"
        row = [one.name, _duration(median), f"{1 / median:.4g}", ratio]
        rows.append(row + [f"{one.peak_mib:.0f}"] * commands)
    note = f"median and {SPREAD[0]}th to {SPREAD[1]}th percentile of {len(measured[0].ratios)} "
    return f"{text_table(rows)}\n{note}alternating rounds, one thread"


@dataclass(frozen=True)
class _Here:
    """A function that is called in this process."""

    name: str
    function: Callable[[], object]
    n: int = 1

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Run]]:
        self.function()
        yield lambda: Run(_cpu_seconds(self.function))


_PREPARED: list[Callable[[], object]] = []


def _prepare(make: Callable[..., Callable[[], object]], n: int, arguments: tuple[Any, ...]) -> None:
    _PREPARED[:] = [make(n, *arguments)]
    _PREPARED[0]()


def _time_call() -> float:
    return _cpu_seconds(_PREPARED[0])


def _cpu_seconds(function: Callable[[], object]) -> float:
    """Return the processor time of a call, that of processes which it starts and ends included."""
    start = _used()
    function()
    return _used() - start


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _duration(seconds: float) -> str:
    unit, factor = next(
        (one for one in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)) if seconds * one[1] >= 1),
        ("ns", 1e9),
    )
    return f"{seconds * factor:.3g} {unit}"
