"""What supernova is it? A probability of each class from photometry, on any day since detection."""

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, InputSpec, Task
from astro_dl.science.supernovae.augmentation import augment_light_curves
from astro_dl.science.supernovae.datasets import DATASETS
from astro_dl.science.supernovae.features import light_curve_features
from astro_dl.science.supernovae.figures import draw_examples, draw_supernovae
from astro_dl.science.supernovae.inputs import channel_names
from astro_dl.science.supernovae.metrics import supernova_metrics
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.predict import predict_supernovae
from astro_dl.science.supernovae.simulate import simulate
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT


def input_spec(physics: SupernovaPhysics) -> InputSpec:
    """Return the shape of a light curve, and what its numbers mean."""
    channels = channel_names(physics)
    contract = {
        "quantity": "difference fluxes by night, zero where nothing was observed",
        "zero_point": ZERO_POINT,
        "bands": list(physics.bands),
        "channels": channels,
        "window_days": list(physics.window_days),
        "detection_snr": physics.detection_snr,
    }
    return InputSpec((physics.nights, len(channels)), contract)


def head(physics: SupernovaPhysics) -> Multiclass:
    """Return the classes."""
    return Multiclass(physics.classes)


task = Task(
    name="supernova",
    summary="What class is a supernova, by its light curve so far?",
    physics=SupernovaPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="object_id",
    difficulty=Difficulty(
        column="snr",
        edges=(5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0),
        label="largest signal-to-noise ratio",
    ),
    classical=Classical(
        features=light_curve_features, peers=("random_forest", "gradient_boosting")
    ),
    datasets=DATASETS,
    augmentation=Augmentation(inputs=augment_light_curves),
    files=Files(predict_blocks=predict_supernovae, draw=draw_supernovae),
    zero_signal={"signals": False},
    version=2,
    extra_metrics=supernova_metrics,
    simulation_caution="Core collapse is simulated by engines in expanding black bodies. Nights, "
    "errors, luminosities and colours of the survey des were set on half of the set spcc; "
    "scores on the other half are blind, those on spcc_spectroscopic and spcc_templates are not "
    "wholly so.",
    draw_examples=draw_examples,
)
