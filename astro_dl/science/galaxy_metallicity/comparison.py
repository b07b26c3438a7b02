"""A network beside the least error that there can be, on the same simulated galaxies."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.inference.protocol import Predictor
from astro_dl.science.galaxy_metallicity.bound import expected_metallicity
from astro_dl.science.galaxy_metallicity.metrics import described
from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulate import simulate

Array = np.ndarray
BOUND, WITHOUT_CLUMPS = "noiseless observables", "noiseless, without clumps"


@dataclass(frozen=True)
class Comparison:
    """What a network makes of n galaxies, and what there is to be known.

    Parameters
    ----------
    estimates : dict of str to ndarray, (n,)
        12 + lg O/H by method: the network's name; ``noiseless observables``, and the same where the
        light of clumps is not told from the rest, ``noiseless, without clumps``.
    truth, lg_mass, lg_sfr : ndarray, (n,)
    """

    estimates: dict[str, Array]
    truth: Array
    lg_mass: Array
    lg_sfr: Array

    def metrics(self, settings: EvaluationConfig | None = None) -> dict[str, Any]:
        """Return, by method, those of `astro_dl.science.galaxy_metallicity.metrics`."""
        settings = settings or EvaluationConfig()
        return {
            name: described(one - self.truth, self.truth, self.lg_mass, self.lg_sfr, settings)
            for name, one in self.estimates.items()
        }


def compare(predictor: Predictor[MetallicityPhysics], n: int, seed: int) -> Comparison:
    """Return what a network makes of galaxies of its physics, beside the bound.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_metallicity``.
    n : int
        Number of galaxies.
    seed : int
        Of the simulation; another one than the training's.
    """
    physics = predictor.physics
    x, y, info = simulate(physics, n, np.random.default_rng([seed, n]))
    own = np.ravel(np.asarray(predictor.answers(x).values, float))
    mass, sfr = (np.asarray(info[name], float) for name in ("lg_mass", "lg_sfr"))
    estimates = {
        predictor.bundle.card.model: own,
        WITHOUT_CLUMPS: expected_metallicity(physics, info, clumps=False),
        BOUND: expected_metallicity(physics, info),
    }
    return Comparison(estimates, np.asarray(y, float).ravel(), mass, sfr)
