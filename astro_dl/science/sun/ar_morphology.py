"""How complex is a solar active region: its Mount Wilson class from continuum and magnetogram.

α is unipolar, β bipolar with one line between the polarities, βγ has no such line, and βγδ has,
besides, umbrae of opposite polarity in one penumbra (Hale et al. 1919; Künzel 1960). Regions are
simulated, see `astro_dl.science.sun.simulation.active_region`: no labelled images of real ones are
used.
"""

import numpy as np

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, InputSpec, Task
from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation
from astro_dl.science.sun.features import complexity_metrics, region_features
from astro_dl.science.sun.figures import draw_regions
from astro_dl.science.sun.hmi import is_map
from astro_dl.science.sun.inputs import CHANNELS, prepare_inputs
from astro_dl.science.sun.physics import ActiveRegionPhysics
from astro_dl.science.sun.predict import classify_regions
from astro_dl.science.sun.simulation.active_region import Viewing, simulate_regions
from astro_dl.science.sun.simulation.statistics import CLASSES

COMPLEXITY = ("simple", "complex")


def head(physics: ActiveRegionPhysics) -> AnswerKind:
    """Return the classes, from simple to complex."""
    if physics.classes == "complexity":
        return Binary(COMPLEXITY)
    return Multiclass(CLASSES)


def input_spec(physics: ActiveRegionPhysics) -> InputSpec:
    """Return the shape of an image and what its numbers mean."""
    contract = {
        "instrument": "SDO/HMI",
        "quantity": "continuum: 4 (I / quiet - 1); magnetogram: arcsinh(B / 100 G) / 3",
        "channels": list(physics.channels),
        "component": physics.component,
        "coordinates": "plane of the sky"
        if physics.foreshortened
        else "heliographic, cylindrical equal area",
        "pixel_scale_deg": physics.pixel_scale_deg,
        "largest_longitude_deg": physics.largest_longitude_deg,
    }
    return InputSpec((physics.size_pixels,) * 2 + (len(physics.channels),), contract)


def simulate(physics: ActiveRegionPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n images of active regions with their classes and the truth behind them.

    Parameters
    ----------
    physics : ActiveRegionPhysics
        What to simulate.
    n : int
        Number of regions.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, size, size, channels) float32, see `prepare_inputs`; ``y`` the class; ``info``
        with the columns of `simulate_regions` and ``region_id``, and ``mislabelled``.
    """
    choice, region = rng.spawn(2)
    classes = choice.choice(len(CLASSES), n, p=physics.class_fractions)
    viewing = Viewing(
        size=physics.size_pixels,
        scale=physics.pixel_scale_deg,
        component=physics.component,
        largest_longitude=physics.largest_longitude_deg,
        foreshortened=physics.foreshortened,
        patch_fraction=physics.patch_fraction,
        flux_factor=physics.flux_factor,
    )
    observed = simulate_regions(classes, region, viewing, physics.decorrelate_size)
    x = prepare_inputs(physics.channels, observed.continuum, observed.magnetogram)
    wrong = choice.random(n) < physics.label_noise
    label = np.where(wrong, _neighbour(classes, choice), classes)
    info = observed.truth
    info["region_id"] = choice.integers(2**62, size=n)
    if physics.classes == "complexity":
        label, classes = (label >= 2).astype(np.float32), (classes >= 2).astype(np.float32)
    info["mislabelled"] = label != classes
    return Examples(x, label if physics.classes == "complexity" else label.astype(np.int32), info)


def augment(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return every image in one of its eight orientations, and in either polarity.

    Fields are reversed only in images of two channels, of which the second is the magnetogram: an
    image of one channel does not say what it is.
    """
    turned = random_orientation(x, rng)
    assert isinstance(turned, np.ndarray)
    sign = rng.choice(np.array([-1, 1], np.float32), len(turned))
    if turned.shape[-1] == len(CHANNELS):
        turned[..., -1] *= sign[:, None, None]
    return turned


def _neighbour(classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return one of the classes next in complexity."""
    beside = classes + rng.choice([-1, 1], len(classes))
    last = len(CLASSES) - 1
    return np.where((beside < 0) | (beside > last), 2 * classes - beside, beside)


task = Task(
    name="ar_morphology",
    summary="Which Mount Wilson class is a solar active region of?",
    physics=ActiveRegionPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="region_id",
    difficulty=Difficulty(
        column="total_unsigned_flux",
        edges=(1e21, 2e21, 4e21, 8e21, 1.6e22, 3.2e22, 6.4e22, 1.3e23),
        label="total unsigned flux [Mx]",
    ),
    classical=Classical(
        features=region_features, peers=("gradient_boosting", "logistic_regression")
    ),
    augmentation=Augmentation(inputs=augment, symmetries=ORIENTATIONS),
    files=Files(predict=classify_regions, objects=is_map, draw=draw_regions),
    zero_signal={"flux_factor": 0.0, "decorrelate_size": True},
    extra_metrics=complexity_metrics,
    simulation_caution="There are no labelled images of real regions here: all scores are of "
    "simulations, whose statistics follow measured ones. AR 11158 was looked at while the "
    "simulator was made.",
    version=3,
)
