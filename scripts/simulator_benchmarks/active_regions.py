"""Active regions per second; there is no other code to compare with."""

from collections.abc import Callable

import numpy as np
from benchmarking import Function, compare, comparison_text

from astro_dl.science.sun.simulation.active_region import simulate_regions
from astro_dl.science.sun.simulation.statistics import CLASSES

__all__ = ["measure"]


def mixed_batch(n: int) -> Callable[[], object]:
    classes = np.arange(n) % len(CLASSES)
    return lambda: simulate_regions(classes, np.random.default_rng(0))


def single_class_batch(n: int, name: str) -> Callable[[], object]:
    classes = np.full(n, CLASSES.index(name))
    return lambda: simulate_regions(classes, np.random.default_rng(0))


def measure(batch: int = 256, rounds: int = 5) -> None:
    """Print the rates of all classes in equal parts, and of each."""
    print(f"active regions, continuum and magnetogram, 64 x 64 of 0.3 deg, batches of {batch}")
    sides = [Function("four classes in equal parts", batch, mixed_batch)]
    sides += [Function(name, batch, single_class_batch, (name,)) for name in CLASSES]
    print(comparison_text(compare(sides, rounds), "region"))
