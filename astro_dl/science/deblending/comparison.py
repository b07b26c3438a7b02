"""A network beside all peers, a joint fit among them, on the same simulated blends."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.config import EvaluationConfig
from astro_dl.inference.protocol import Predictor
from astro_dl.science.deblending.baselines import classical_shares
from astro_dl.science.deblending.joint_fit import joint_fits
from astro_dl.science.deblending.metrics import flux_metrics
from astro_dl.science.deblending.physics import DeblendingPhysics
from astro_dl.science.deblending.simulate import simulate

Array = np.ndarray
JOINT_FIT = "joint fit"


@dataclass(frozen=True)
class Comparison:
    """What all make of the same n blends.

    Parameters
    ----------
    light : dict of str to ndarray, (n, size, size)
        By method: of the sources in the middle.
    truth : ndarray, (n, size, size)
        True shares of the observed light.
    rates : dict of str to float
        Sources per second.
    info : Table
        Of the blends.
    """

    light: dict[str, Array]
    truth: Array
    rates: dict[str, float]
    info: Table

    def metrics(self, settings: EvaluationConfig | None = None) -> dict[str, Any]:
        """Return, by method, those of `astro_dl.science.deblending.metrics.flux_metrics`."""
        return flux_metrics(self.light, self.info, settings or EvaluationConfig())


def compare(predictor: Predictor[DeblendingPhysics], n: int, seed: int) -> Comparison:
    """Return what a network and its peers make of n simulated blends.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``deblending``.
    n : int
        Number of blends, of the network's physics.
    seed : int
        Of the simulation; another one than the training's.
    """
    physics = predictor.physics
    examples = simulate(physics, n, np.random.default_rng([seed, n]))
    # What is compiled at first is not timed.
    predictor.score(examples.x)
    times = [time.perf_counter()]
    light = {predictor.bundle.card.model: predictor.score(examples.x)[..., 0]}
    times.append(time.perf_counter())
    light |= classical_shares(physics, examples.x)
    start = time.perf_counter()
    light[JOINT_FIT] = joint_fits(examples.x)
    end = time.perf_counter()
    rates = {predictor.bundle.card.model: n / (times[1] - times[0]), JOINT_FIT: n / (end - start)}
    return Comparison(light, examples.y, rates, examples.info)
