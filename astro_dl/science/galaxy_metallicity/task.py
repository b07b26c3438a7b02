"""How rich in oxygen is the gas of a galaxy, by its image in three colours?

Masses, star-formation rates and metallicities of galaxies follow relations; of an image a network
learns what these relations leave of the metallicity, and what the lines in clumps tell of it.
"""

from astro_dl.answers.regression import Regression
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, Task
from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation
from astro_dl.science.galaxy_metallicity.features import photometry_features
from astro_dl.science.galaxy_metallicity.figures import draw_galaxies
from astro_dl.science.galaxy_metallicity.inputs import TARGETS, image_spec
from astro_dl.science.galaxy_metallicity.metrics import metallicity_metrics
from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics
from astro_dl.science.galaxy_metallicity.predict import image_of_file, predict_metallicities
from astro_dl.science.galaxy_metallicity.simulate import simulate


def head(physics: MetallicityPhysics) -> Regression:
    """Return 12 + lg O/H, a Gaussian [dex]."""
    return Regression(TARGETS, ("dex",), distribution="gaussian")


task = Task(
    name="galaxy_metallicity",
    summary="How rich in oxygen is the gas of a galaxy, by its image in three colours?",
    physics=MetallicityPhysics,
    head=head,
    input_spec=image_spec,
    simulate=simulate,
    group="galaxy",
    difficulty=Difficulty(
        column="snr",
        edges=(30.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0, 1e4),
        label="signal-to-noise ratio of the galaxy",
    ),
    classical=Classical(
        features=photometry_features,
        peers=("random_forest", "logistic_regression"),
        fewer={"magnitudes": 3},
    ),
    augmentation=Augmentation(inputs=random_orientation, symmetries=ORIENTATIONS),
    files=Files(inputs=image_of_file, predict=predict_metallicities, draw=draw_galaxies),
    extra_metrics=metallicity_metrics,
    zero_signal={"related": False},
    symbols={"metallicity": r"$12 + \log_{10}(\mathrm{O/H})$"},
    simulation_caution="Trained on simulated galaxies alone: it can only return the relations "
    "that were put in, between mass, star formation, size, colour and metallicity, and errors on "
    "real galaxies are unknown. Values are in the scale of Tremonti et al. (2004); those of other "
    "strong lines differ by up to 0.7 dex. Estimates tend to the mean.",
)
