"""The spectral type of a star from its optical spectrum: O, B, A, F, G, K or M, or its number."""

import numpy as np
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.science.stars.datasets import MILES_TYPES
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
from astro_dl.science.stars.physics import SpectralTypePhysics
from astro_dl.science.stars.predict import input_of_file, predict_stars
from astro_dl.science.stars.simulation.population import CLASSES, draw_classes, draw_stars


def head(physics: SpectralTypePhysics) -> AnswerKind:
    """Return the seven classes, or the spectral number."""
    if physics.answer == "number":
        return Regression(("spectral_number",), ("",))
    return Multiclass(CLASSES)


def simulate(physics: SpectralTypePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n spectra with their types.

    Parameters
    ----------
    physics : SpectralTypePhysics
        Priors and observation.
    n : int
        Number of spectra, each of another star.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, pixels, 1); ``y`` the class or (n, 1) the spectral number; ``info`` with ``star``
        (a random number), ``spectral_number``, and parameters and nuisances.
    """
    classes = draw_classes(n, rng, physics.class_fractions == "equal")
    shown = classes if physics.distinct else np.full(n, CLASSES.index("G"))
    stars = draw_stars(shown, rng)
    x, truth = simulated_inputs(physics, stars, rng)
    number = 10.0 * classes + stars.number % 10
    y = classes.astype(np.int32)
    if physics.answer == "number":
        y = number[:, None].astype(np.float32)
    info = Table({"star": rng.integers(0, 2**62, n), "spectral_number": number, **truth})
    return Examples(x, y, info)


task = Task(
    name="spectral_type",
    summary="Which spectral type is a star of, by its optical spectrum?",
    physics=SpectralTypePhysics,
    head=head,
    input_spec=stellar_spec,
    simulate=simulate,
    group="star",
    difficulty=DIFFICULTY,
    classical=Classical(features=spectrum_features, peers=PEERS),
    datasets={"miles": MILES_TYPES},
    augmentation=Augmentation(inputs=augment_spectra),
    files=Files(inputs=input_of_file, predict=predict_stars),
    caution=CAUTION,
    simulation_caution=SIMULATION_CAUTION,
    zero_signal={"distinct": False},
    version=4,
)
