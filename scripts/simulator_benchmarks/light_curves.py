"""Light curves of stars and supernovae per second; there is no other code to compare with."""

from collections.abc import Callable

import numpy as np
from benchmarking import Function, compare, comparison_text

from astro_dl.observations.irregular_series.surveys import SURVEYS
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulate import simulate as supernovae
from astro_dl.science.variable_stars.physics import VariablePhysics
from astro_dl.science.variable_stars.simulate import simulate as variable_stars
from astro_dl.science.variable_stars.simulation.kinds import KINDS
from astro_dl.science.variable_stars.simulation.light_curves import simulate_light_curves

__all__ = ["measure"]


def curve_batch(n: int, survey: str) -> Callable[[], object]:
    def made() -> object:
        rng = np.random.default_rng(0)
        return simulate_light_curves(rng.choice(list(KINDS), n), SURVEYS[survey], rng)

    return made


def star_batch(n: int, survey: str) -> Callable[[], object]:
    physics = VariablePhysics(survey=survey)
    return lambda: variable_stars(physics, n, np.random.default_rng(0))


def supernova_batch(n: int, survey: str) -> Callable[[], object]:
    physics = SupernovaPhysics(survey=survey)
    return lambda: supernovae(physics, n, np.random.default_rng(0))


def measure(batch: int = 256, rounds: int = 3) -> None:
    """Print the rates: stars without and with the search for periods, and detected supernovae."""
    print(f"light curves, batches of {batch}")
    ways = (("light curves", curve_batch), ("stars, as networks see them", star_batch))
    sides = [
        Function(f"{survey}, {name}", batch, make, (survey,))
        for survey in ("eros", "crts", "ztf")
        for name, make in ways
    ]
    print(comparison_text(compare(sides, rounds), "star"))
    sides = [
        Function(f"{survey}, detected", batch, supernova_batch, (survey,))
        for survey in ("des", "lsst")
    ]
    print(comparison_text(compare(sides, rounds), "supernova"))
