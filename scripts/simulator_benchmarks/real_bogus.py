"""Stamps of difference images per second; there is no other code to compare with."""

from collections.abc import Callable

import numpy as np
from simulator_benchmarks.timing import isolated_rate

from astro_dl.science.real_bogus.physics import RealBogusPhysics
from astro_dl.science.real_bogus.simulate import simulate

__all__ = ["measure"]


def stamp_batch(n: int, survey: str, size: str) -> Callable[[], object]:
    physics = RealBogusPhysics(survey=survey, size_pixels=int(size))
    return lambda: simulate(physics, n, np.random.default_rng(0))


def measure(batch: int = 512, rounds: int = 3) -> None:
    """Print the rates for two surveys and sizes, from the fields to what a network is given."""
    print(f"real and bogus stamps, batches of {batch}")
    for survey, size in (("ztf", "21"), ("ztf", "63"), ("des", "21"), ("des", "63")):
        value = isolated_rate(stamp_batch, batch, rounds, survey, size)
        print(f"  {survey}, {size} x {size} pixels{'':29s} {value:8.0f}/s {1e6 / value:8.1f} us")
