"""The structure of galaxies: magnitude, size, Sérsic index and ellipticity with their covariance.

What is seen is the galaxy through the atmosphere and the telescope, so the point-spread function is
an input: without it size and index could not be told from the seeing.
"""

from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, Task
from astro_dl.science.galaxy_structure.augmentation import random_orientations
from astro_dl.science.galaxy_structure.datasets import COSMOS
from astro_dl.science.galaxy_structure.features import moment_features
from astro_dl.science.galaxy_structure.figures import draw_stamps
from astro_dl.science.galaxy_structure.inputs import SYMBOLS, TARGETS, structure_spec
from astro_dl.science.galaxy_structure.metrics import structure_metrics
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics
from astro_dl.science.galaxy_structure.predict import input_of_file, predict_stamps
from astro_dl.science.galaxy_structure.simulate import simulate

COMPONENTS = 2


def head(physics: GalaxyStructurePhysics) -> AnswerKind:
    """Return the targets and their units, told together by a mixture of Gaussians."""
    units = tuple(TARGETS.values())
    return Regression(tuple(TARGETS), units, distribution="mvn_mixture", components=COMPONENTS)


task = Task(
    name="galaxy_structure",
    summary="Magnitude, size, Sérsic index and ellipticity of a galaxy, with their covariance",
    physics=GalaxyStructurePhysics,
    head=head,
    input_spec=structure_spec,
    simulate=simulate,
    group="galaxy_id",
    difficulty=Difficulty(
        column="snr",
        edges=(10.0, 20.0, 35.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0),
        label="signal-to-noise ratio",
    ),
    classical=Classical(features=moment_features, peers=("logistic_regression",)),
    augmentation=Augmentation(pairs=random_orientations),
    datasets={"cosmos": COSMOS},
    files=Files(inputs=input_of_file, predict=predict_stamps, draw=draw_stamps),
    extra_metrics=structure_metrics,
    simulation_caution="Trained on single Sérsic profiles in white noise, without neighbours; a "
    "galaxy of another kind gets the Sérsic profile that the network takes for nearest. "
    "Point-spread functions are Moffat profiles, known exactly: one that is told a few percent "
    "wrong, or of another form, can give quite another galaxy, and no flag says so.",
    symbols=SYMBOLS,
)
