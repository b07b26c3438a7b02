"""What does a galaxy look like? Photographs to the votes that people would cast.

Galaxies are made of layers, and a voter sees each feature as its signal-to-noise ratio allows: the
same galaxy farther away has other votes, and the network learns how sure people would be.
"""

from astro_dl.answers.binary import Binary
from astro_dl.answers.votes import Votes
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, Task
from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation
from astro_dl.science.galaxy_morphology.datasets import SPIRALS
from astro_dl.science.galaxy_morphology.features import morphology_features
from astro_dl.science.galaxy_morphology.figures import draw_galaxies
from astro_dl.science.galaxy_morphology.inputs import photograph_spec
from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics
from astro_dl.science.galaxy_morphology.predict import galaxy_of_file, predict_galaxies
from astro_dl.science.galaxy_morphology.questions import QUESTIONS
from astro_dl.science.galaxy_morphology.simulate import simulate


def head(physics: MorphologyPhysics) -> Votes | Binary:
    """Return the votes on all questions, or the two classes."""
    return Votes.asking(QUESTIONS) if physics.asked == "votes" else Binary(("other", "spiral"))


task = Task(
    name="galaxy_morphology",
    summary="What would people say of a galaxy's photograph?",
    physics=MorphologyPhysics,
    head=head,
    input_spec=photograph_spec,
    simulate=simulate,
    group="galaxy",
    difficulty=Difficulty(
        column="snr",
        edges=(10.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 1e4),
        label="signal-to-noise ratio of the galaxy",
    ),
    classical=Classical(features=morphology_features, peers=("random_forest",)),
    datasets={"spirals": SPIRALS},
    augmentation=Augmentation(inputs=random_orientation, symmetries=ORIENTATIONS),
    files=Files(inputs=galaxy_of_file, predict_blocks=predict_galaxies, draw=draw_galaxies),
    zero_signal={"distinct": False},
    caution="Photographs of another stretch look like other galaxies; fine-tune on your own.",
    simulation_caution="The voters are simulated: shares are of people who see what stands out "
    "from the noise.",
)
