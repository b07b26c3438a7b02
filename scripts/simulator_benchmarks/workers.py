"""Strain made by one worker, by two processes and by two threads."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from benchmarking import alternate, comparison_text

from astro_dl.core.registry import build_physics, get_task
from astro_dl.data.parallel import parallel_map
from astro_dl.data.simulate import blocks_of, simulate_block

__all__ = ["measure"]

WORKERS = {"one": (1, False), "two processes": (2, False), "two threads": (2, True)}


def measure(task: str = "gw_bbh", n: int = 4096, rounds: int = 3) -> None:
    """Print the processor time and the time on the clock, which counts start and sending."""
    simulator = get_task(task).simulate
    make = partial(simulate_block, simulator, build_physics(task, {}), 0)
    clock: dict[str, list[float]] = {name: [] for name in WORKERS}

    def run(name: str) -> None:
        start = time.perf_counter()
        for _ in parallel_map(make, blocks_of(n, 0, 1024), *WORKERS[name]):
            pass
        clock[name].append(time.perf_counter() - start)

    sides: dict[str, Callable[[], object]] = {name: partial(run, name) for name in WORKERS}
    measured = alternate(sides, rounds)
    print(f"{n} examples of {task}")
    print(comparison_text(measured, "run"))
    # The first run warms up.
    alone = np.array(clock["one"][1:])
    for name, seconds in clock.items():
        ratios = np.array(seconds[1:]) / alone
        low, high = np.percentile(ratios, (16, 84))
        print(f"{name}: {np.median(ratios):.2f} ({low:.2f} to {high:.2f}) times on the clock")
