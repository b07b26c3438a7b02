"""Source segmentation: of which class is every pixel of an image of the sky?

The class of a pixel is that of the component that gives most of its light: galaxies of a bulge and
a disc have a spheroid in their middle. Stars are told from compact spheroids by how wide stars are,
which the network is told.
"""

from astro_dl.answers.maps.pixels import Pixels
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.observations.images.orientations import random_orientation_of_both
from astro_dl.science.source_segmentation.baselines import sep_scores
from astro_dl.science.source_segmentation.figures import draw_segments
from astro_dl.science.source_segmentation.inputs import field_spec
from astro_dl.science.source_segmentation.metrics import source_metrics
from astro_dl.science.source_segmentation.physics import CLASSES, SourceSegmentationPhysics
from astro_dl.science.source_segmentation.predict import predict_fields
from astro_dl.science.source_segmentation.simulate import simulate


def head(physics: SourceSegmentationPhysics) -> AnswerKind:
    """Return the classes of pixels."""
    return Pixels(CLASSES, size=(physics.size_pixels, physics.size_pixels))


task = Task(
    name="source_segmentation",
    summary="Which pixels of an image are of stars, of spheroids and of discs?",
    physics=SourceSegmentationPhysics,
    head=head,
    input_spec=field_spec,
    simulate=simulate,
    group="field_id",
    classical=Classical(baselines=sep_scores),
    augmentation=Augmentation(pairs=random_orientation_of_both),
    files=Files(predict=predict_fields, draw=draw_segments),
    extra_metrics=source_metrics,
    simulation_caution="Trained on simulated stars and smooth galaxies alone; probabilities rest "
    "on the counts of a deep field at high to low Galactic latitudes. Arms, knots, trails of "
    "satellites, cosmic rays and saturated stars were never seen.",
)
