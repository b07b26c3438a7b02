"""The spectral type of a star from its optical spectrum: O, B, A, F, G, K or M, or its number."""

from typing import Literal

import numpy as np
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.core.limits import PositiveRange
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.science.stars.datasets import MILES_TYPES
from astro_dl.science.stars.inputs import (
    CAUTION,
    DIFFICULTY,
    PEERS,
    Pixels,
    Scatter,
    augment_spectra,
    simulated_inputs,
    spectrum_features,
    stellar_spec,
)
from astro_dl.science.stars.predict import predict_stars
from astro_dl.science.stars.simulation.population import CLASSES, draw_classes, draw_stars


@checked
class SpectralTypePhysics:
    """Everything that defines a set of typed spectra.

    Parameters
    ----------
    answer : {"class", "number"}
        One of seven classes, or the spectral number: its tenths are counted from O0, so that 5 is
        O5, 15 is B5, 42 is G2, 65 is M5.
    class_fractions : {"equal", "observed"}
        Of the simulated stars: the same for each class, or as in the MILES library.
    pixels : int, default 1024
        From 3800 to 7400 Å.
    snr_range : tuple of float, default (10, 200)
        Signal-to-noise ratios of a pixel, log-uniform.
    velocity_scatter_km_s : float, default 80
        Standard deviation of radial velocities [km/s].
    rotation_scale_km_s : float, default 50
        Mean of exponentially distributed v sin i [km/s].
    resolving_power_range : tuple of float, default (1500, 2500)
        Of the spectrographs.
    reddening_scale_mag : float, default 0.2
        Mean of exponentially distributed E(B − V) [mag].
    calibration_error : float, default 0.03
        Relative size of smooth errors of the flux calibration.
    line_strength_error : float, default 0.2
        That of the opacities in simulated lines and bands, which are not all that stars have.
    distinct : bool, default True
        Without, all stars are of class G, whatever their label.
    """

    answer: Literal["class", "number"] = "class"
    class_fractions: Literal["equal", "observed"] = "equal"
    pixels: Pixels = 1024
    snr_range: PositiveRange = (10.0, 200.0)
    velocity_scatter_km_s: Scatter = 80.0
    rotation_scale_km_s: Scatter = 50.0
    resolving_power_range: PositiveRange = (1500.0, 2500.0)
    reddening_scale_mag: Scatter = 0.2
    calibration_error: Scatter = 0.03
    line_strength_error: Scatter = 0.2
    distinct: bool = True


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
    files=Files(predict=predict_stars),
    caution=CAUTION,
    zero_signal={"distinct": False},
    version=2,
)
