"""Rates of functions that make batches, each measured in a process of its own with one thread."""

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

__all__ = ["isolated_rate", "print_rates"]

THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def rate(make: Callable[..., Callable[[], object]], n: int, rounds: int, *options: str) -> float:
    """Return the items per second of processor time in the best round, after one to warm up."""
    function = make(n, *options)
    function()
    durations = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        durations.append(time.process_time() - start)
    return n / min(durations)


def isolated_rate(*arguments: Any) -> float:
    """Return the items per second of processor time of a function, measured in a fresh process.

    Parameters
    ----------
    *arguments
        ``make, n, rounds, *options``: ``make(n, *options)`` returns the function, which makes n
        items when called; the best of the rounds counts.
    """
    # Read by the numerical libraries when the new process loads them.
    os.environ.update(dict.fromkeys(THREAD_COUNTS, "1"))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(rate, *arguments).result()


def print_rates(rates: Mapping[str, float]) -> None:
    """Print items per second and how many times the first is as fast as each of the others."""
    (name, ours), *_ = rates.items()
    for method, value in rates.items():
        ratio = "" if method == name else f"   {name} is {ours / value:.1f} times as fast"
        print(f"  {method:43s} {value:8.0f}/s {1e6 / value:8.1f} us{ratio}")
