"""Which universe do two maps of the convergence show? The posterior of six parameters."""

from astro_dl.answers.flow import Flow
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.observations.images.orientations import orientations_of
from astro_dl.science.cosmology_fields.figures import draw_maps
from astro_dl.science.cosmology_fields.inputs import input_spec, spectrum_features
from astro_dl.science.cosmology_fields.metrics import likelihood_metrics
from astro_dl.science.cosmology_fields.parameters import PRIOR, SYMBOLS
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.predict import input_of_file, predict_maps
from astro_dl.science.cosmology_fields.simulate import simulate


def head(physics: CosmologyFieldsPhysics) -> AnswerKind:
    """Return the joint posterior of six parameters."""
    return Flow(
        tuple(PRIOR),
        prior=tuple(PRIOR.values()),
        bins=physics.bins,
        hidden=physics.hidden,
        scale=physics.scale,
    )


def augmentation(physics: CosmologyFieldsPhysics) -> Augmentation:
    """Return how maps are turned and mirrored; spectra know no direction."""
    size = physics.size_pixels
    return orientations_of(size, size) if physics.given == "maps" else Augmentation()


task = Task(
    name="cosmology_fields",
    summary="Which universe do two maps of the convergence show? The posterior of six parameters",
    physics=CosmologyFieldsPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="universe",
    classical=Classical(features=spectrum_features, peers=("logistic_regression",)),
    augmentation=augmentation,
    files=Files(inputs=input_of_file, predict=predict_maps, draw=draw_maps),
    extra_metrics=likelihood_metrics,
    simulation_caution="Trained on flat, periodic maps without mask, with white noise of known "
    "level, sources of known redshift, and neither intrinsic alignments nor baryons: a map of the "
    "sky breaks all of these, and none of them is seen by the network.",
    symbols=SYMBOLS,
)
