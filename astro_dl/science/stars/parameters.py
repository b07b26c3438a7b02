"""Effective temperature, surface gravity and metallicity of a star from its optical spectrum."""

import numpy as np
from astropy.table import Table

from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.science.stars.datasets import MILES_PARAMETERS
from astro_dl.science.stars.inputs import (
    CAUTION,
    DIFFICULTY,
    PEERS,
    SIMULATION_CAUTION,
    augment_spectra,
    simulated_inputs,
    spectrum_features,
    stellar_spec,
)
from astro_dl.science.stars.physics import StellarParametersPhysics
from astro_dl.science.stars.predict import input_of_file, predict_stars
from astro_dl.science.stars.simulation.population import draw_classes, draw_stars

TARGETS = {"log_teff": "dex", "log_g": "dex", "fe_h": "dex"}
"""Logarithms of the effective temperature [K] and of the surface gravity [cm/s²], and [Fe/H]."""

SYMBOLS = {"log_teff": r"$\log_{10} T_\mathrm{eff}$", "log_g": r"$\log g$", "fe_h": "[Fe/H]"}


def head(physics: StellarParametersPhysics) -> AnswerKind:
    """Return the three targets."""
    units = tuple(TARGETS.values())
    return Regression(tuple(TARGETS), units, distribution=physics.answer)


def simulate(physics: StellarParametersPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n spectra with the parameters of their stars.

    Parameters
    ----------
    physics : StellarParametersPhysics
        Priors and observation.
    n : int
        Number of spectra, each of another star.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, pixels, 1); ``y`` (n, 3) in the order of `TARGETS`; ``info`` with ``star`` (a
        random number), and parameters and nuisances.
    """
    stars = draw_stars(draw_classes(n, rng, physics.class_fractions == "equal"), rng)
    x, truth = simulated_inputs(physics, stars, rng)
    y = np.stack([np.log10(stars.temperature), stars.log_g, stars.metallicity], axis=1)
    return Examples(x, y.astype(np.float32), Table({"star": rng.integers(0, 2**62, n), **truth}))


task = Task(
    name="stellar_parameters",
    summary="Effective temperature, gravity and metallicity of a star, by its optical spectrum",
    physics=StellarParametersPhysics,
    head=head,
    input_spec=stellar_spec,
    simulate=simulate,
    group="star",
    difficulty=DIFFICULTY,
    classical=Classical(features=spectrum_features, peers=PEERS),
    datasets={"miles": MILES_PARAMETERS},
    augmentation=Augmentation(inputs=augment_spectra),
    files=Files(inputs=input_of_file, predict=predict_stars),
    caution=CAUTION,
    simulation_caution=SIMULATION_CAUTION,
    version=4,
    symbols=SYMBOLS,
)
