"""Is a detection in a difference of two images a source that has changed, or an artefact?

Artefacts are not drawn: they are what a detection finds in subtractions of fields where nothing has
changed. Real sources are put into the same fields with the same signal-to-noise ratios.
"""

from astro_dl.answers.binary import Binary
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, Task
from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation
from astro_dl.science.real_bogus.baselines import point_source_likelihood
from astro_dl.science.real_bogus.features import stamp_features
from astro_dl.science.real_bogus.figures import draw_triplets, picture_triplets
from astro_dl.science.real_bogus.inputs import stamp_spec
from astro_dl.science.real_bogus.metrics import missed_reals
from astro_dl.science.real_bogus.physics import RealBogusPhysics
from astro_dl.science.real_bogus.predict import predict_stamps, stamps_of_file
from astro_dl.science.real_bogus.simulate import simulate


def head(physics: RealBogusPhysics) -> Binary:
    """Return the two classes: artefact, and real source."""
    return Binary(("bogus", "real"))


task = Task(
    name="real_bogus",
    summary="Is a detection in a difference image a real source?",
    physics=RealBogusPhysics,
    head=head,
    input_spec=stamp_spec,
    simulate=simulate,
    group="field_id",
    difficulty=Difficulty(
        column="snr",
        edges=(5.0, 6.0, 7.0, 8.0, 10.0, 14.0, 20.0, 40.0, 100.0),
        label="signal-to-noise ratio of the detection",
    ),
    classical=Classical(
        baselines=point_source_likelihood,
        features=stamp_features,
        peers=("random_forest", "logistic_regression"),
    ),
    augmentation=Augmentation(inputs=random_orientation, symmetries=ORIENTATIONS),
    files=Files(
        inputs=stamps_of_file,
        predict_blocks=predict_stamps,
        draw=draw_triplets,
        pictures=picture_triplets,
    ),
    signal_fraction="real_fraction",
    zero_signal={"distinct": False},
    extra_metrics=missed_reals,
    simulation_caution="Trained on simulated artefacts: those of a real camera differ. Look at "
    "what it says of your own stamps, and fine-tune it on labelled ones.",
    version=2,
)
