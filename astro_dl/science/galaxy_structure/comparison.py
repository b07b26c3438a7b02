"""A network beside least squares on the same galaxies: errors over the bound, coverage, rates."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from astro_dl.core.config import EvaluationConfig
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.distribution_scores import pit_metrics
from astro_dl.science.galaxy_structure.bound import bounds_of
from astro_dl.science.galaxy_structure.inputs import TARGETS
from astro_dl.science.galaxy_structure.least_squares import fit_galaxies
from astro_dl.science.galaxy_structure.metrics import LEAST_SNR, over_bound
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics
from astro_dl.science.galaxy_structure.simulate import simulate

LEAST_SQUARES = "least squares"


@dataclass(frozen=True)
class Comparison:
    """What both make of n galaxies.

    Parameters
    ----------
    relative : dict of str to ndarray, (n, 5)
        By method: (estimate − truth) / Cramér–Rao bound.
    pit : dict of str to ndarray, (n, 5)
        By method: the probability of values below the truth.
    rates : dict of str to float
        Galaxies per second.
    snr : ndarray, (n,)
        Signal-to-noise ratios.
    """

    relative: dict[str, np.ndarray]
    pit: dict[str, np.ndarray]
    rates: dict[str, float]
    snr: np.ndarray

    def metrics(self, settings: EvaluationConfig | None = None) -> dict[str, Any]:
        """Return, by method, those of `over_bound` and the coverage of each target.

        Both are of signal-to-noise ratios of at least 50.
        """
        settings = settings or EvaluationConfig()
        bright = self.snr >= LEAST_SNR
        return {
            name: {
                "rate": self.rates[name],
                "n": int(bright.sum()),
                **over_bound(one[bright], self.snr[bright], settings),
                "coverage": {
                    target: pit_metrics(self.pit[name][bright, k], settings.confidence)["coverage"]
                    for k, target in enumerate(TARGETS)
                },
            }
            for name, one in self.relative.items()
        }


def compare(predictor: Predictor[GalaxyStructurePhysics], n: int, seed: int) -> Comparison:
    """Return what a network and least squares make of the same simulated galaxies.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_structure``.
    n : int
        Number of galaxies, of the network's physics.
    seed : int
        Of the simulation; another one than the training's.
    """
    physics = predictor.physics
    examples = simulate(physics, n, np.random.default_rng([seed, n]))
    own = predictor.bundle.card.model
    # what is compiled at first is not timed
    predictor.answers(examples.x)
    start = time.perf_counter()
    answers = predictor.answers(examples.x)
    middle = time.perf_counter()
    fit = fit_galaxies(physics, examples.x)
    end = time.perf_counter()
    bound = bounds_of(examples.info)
    distribution = answers.distribution
    assert distribution is not None
    values = {own: answers.values, LEAST_SQUARES: fit.values}
    return Comparison(
        {name: (one - examples.y) / bound for name, one in values.items()},
        {
            own: distribution.cdf(examples.y.astype(float)),
            LEAST_SQUARES: ndtr((examples.y - fit.values) / fit.errors),
        },
        {own: n / (middle - start), LEAST_SQUARES: n / (end - middle)},
        np.asarray(examples.info["snr"], float),
    )
