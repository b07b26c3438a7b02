"""Is a source a star or a galaxy, by its image and the point-spread function?

Stars are points, and galaxies broader than them: what is left when a galaxy is smaller than the
seeing, or hardly above the noise, is in the Bayes factor of both, which no network can beat.
"""

from astro_dl.answers.binary import Binary
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, Task
from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation
from astro_dl.science.star_galaxy.datasets import ARIES
from astro_dl.science.star_galaxy.features import BOUND, catalogue_features, classical_scores
from astro_dl.science.star_galaxy.inputs import star_galaxy_spec
from astro_dl.science.star_galaxy.metrics import area_by_brightness
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics
from astro_dl.science.star_galaxy.predict import input_of_file, predict_sources
from astro_dl.science.star_galaxy.simulate import simulate


def head(physics: StarGalaxyPhysics) -> AnswerKind:
    """Return the two classes."""
    return Binary(("star", "galaxy"))


task = Task(
    name="star_galaxy",
    summary="Is a source a star or a galaxy, by its image and the point-spread function?",
    physics=StarGalaxyPhysics,
    head=head,
    input_spec=star_galaxy_spec,
    simulate=simulate,
    group="frame_id",
    difficulty=Difficulty(
        column="snr",
        edges=(5.0, 8.0, 12.0, 20.0, 35.0, 60.0, 100.0),
        label="signal-to-noise ratio",
    ),
    classical=Classical(
        baselines=classical_scores,
        bound=BOUND,
        features=catalogue_features,
        peers=("gradient_boosting", "logistic_regression"),
    ),
    datasets={"aries": ARIES},
    augmentation=Augmentation(inputs=random_orientation, symmetries=ORIENTATIONS),
    files=Files(inputs=input_of_file, predict=predict_sources),
    signal_fraction="galaxy_fraction",
    zero_signal={"radius_fwhm_range": (1e-3, 1e-3)},
    extra_metrics=area_by_brightness,
    simulation_caution="Trained on isolated sources with the true point-spread function; "
    "probabilities rest on as many galaxies as stars, of signal-to-noise ratios of 5 to 100.",
)
