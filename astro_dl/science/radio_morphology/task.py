"""What kind of radio galaxy is it? Maps of an interferometer to classes, whichever way they lie.

Sources are simulated from the physics that makes their classes, seen through the beam, and go the
way of real maps: noise cut away, cut to a circle, relative to the brightest pixel.
"""

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.task import Classical, Difficulty, Files, Task
from astro_dl.science.radio_morphology.classes import SCHEMES
from astro_dl.science.radio_morphology.datasets import (
    FIRST,
    FIRST_ROTATED,
    MIRABEST,
    MIRABEST_UNSEEN,
)
from astro_dl.science.radio_morphology.features import map_features
from astro_dl.science.radio_morphology.figures import draw_maps
from astro_dl.science.radio_morphology.given import changes, input_spec
from astro_dl.science.radio_morphology.metrics import radio_metrics
from astro_dl.science.radio_morphology.physics import RadioPhysics
from astro_dl.science.radio_morphology.predict import map_of_file, predict_maps
from astro_dl.science.radio_morphology.simulate import simulate


def head(physics: RadioPhysics) -> Multiclass:
    """Return the classes of the scheme."""
    return Multiclass(SCHEMES[physics.classes])


task = Task(
    name="radio_morphology",
    summary="What kind of radio galaxy is it, by its map?",
    physics=RadioPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="source",
    difficulty=Difficulty(
        column="snr",
        edges=(15.0, 30.0, 60.0, 120.0, 250.0, 500.0, 1000.0),
        label="peak of the source over the noise",
    ),
    classical=Classical(features=map_features, peers=("random_forest",)),
    datasets={
        "first": FIRST,
        "first_rotated": FIRST_ROTATED,
        "mirabest": MIRABEST,
        "mirabest_unseen": MIRABEST_UNSEEN,
    },
    augmentation=changes,
    files=Files(inputs=map_of_file, predict_blocks=predict_maps, draw=draw_maps),
    zero_signal={"distinct": False},
    extra_metrics=radio_metrics,
    caution="Everything in the circle is taken to be one source.",
    simulation_caution="Simulated classes are equally frequent, which they are not in the sky.",
)
