"""Cosmic rays in single exposures: of which pixels did a particle change the count?

What is sharper than a star cannot come through the atmosphere and the telescope. The hard cases are
undersampled stars, hot pixels, trails of satellites, and hits on stars.
"""

from astro_dl.answers.maps.pixels import Pixels
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.observations.images.orientations import random_orientation_of_both
from astro_dl.science.cosmic_rays.baselines import laplacian_scores
from astro_dl.science.cosmic_rays.figures import draw_masks
from astro_dl.science.cosmic_rays.inputs import exposure_spec
from astro_dl.science.cosmic_rays.metrics import found_by_seeing
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics
from astro_dl.science.cosmic_rays.predict import predict_exposures
from astro_dl.science.cosmic_rays.simulate import simulate


def head(physics: CosmicRayPhysics) -> AnswerKind:
    """Return the two classes of pixels."""
    return Pixels(("clean", "hit"), size=(physics.size_pixels, physics.size_pixels))


task = Task(
    name="cosmic_ray",
    summary="Which pixels of a single CCD exposure did cosmic rays hit?",
    physics=CosmicRayPhysics,
    head=head,
    input_spec=exposure_spec,
    simulate=simulate,
    group="exposure_id",
    classical=Classical(baselines=laplacian_scores),
    augmentation=Augmentation(pairs=random_orientation_of_both),
    files=Files(predict=predict_exposures, draw=draw_masks),
    extra_metrics=found_by_seeing,
    simulation_caution="Trained on simulated exposures alone; probabilities rest on 100 to 3,000 "
    "hits in a million pixels.",
)
