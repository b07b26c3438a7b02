"""Stamps of difference images per second; there is no other code to compare with."""

from collections.abc import Callable

import numpy as np
from benchmarking import Function, compare, comparison_text

from astro_dl.science.real_bogus.physics import RealBogusPhysics
from astro_dl.science.real_bogus.simulate import simulate

__all__ = ["measure"]


def stamp_batch(n: int, survey: str, size: str) -> Callable[[], object]:
    physics = RealBogusPhysics(survey=survey, size_pixels=int(size))
    return lambda: simulate(physics, n, np.random.default_rng(0))


def measure(batch: int = 512, rounds: int = 3) -> None:
    """Print the rates for two surveys and sizes, from the fields to what a network is given."""
    print(f"real and bogus stamps, batches of {batch}")
    sides = [
        Function(f"{survey}, {size} x {size} pixels", batch, stamp_batch, (survey, size))
        for survey in ("ztf", "des")
        for size in ("21", "63")
    ]
    print(comparison_text(compare(sides, rounds), "stamp"))
