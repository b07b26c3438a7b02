"""Periodic dips in light curves: planet candidate, eclipsing binary, or something else?

The question of Yu et al. (2019), AJ 158, 25, put to full-frame images of TESS: triage keeps planets
and binaries, vetting keeps planets alone. Light curves are simulated whole, with all that the star
and the spacecraft do, searched by boxes, and then go the way of real ones.
"""

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.task import (
    Augmentation,
    Classical,
    DeviceSimulator,
    Difficulty,
    Files,
    InputSpec,
    Task,
)
from astro_dl.observations.light_curves.files import is_light_curve
from astro_dl.science.transits.augmentation import augment_views
from astro_dl.science.transits.datasets import TESS_2MIN, TESS_FFI
from astro_dl.science.transits.figures import draw_signals, picture_signals
from astro_dl.science.transits.inputs import SCALARS, view_features, view_shape
from astro_dl.science.transits.metrics import CLASSES, triage_and_vetting
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.predict import find_signals
from astro_dl.science.transits.simulate import draw_light_curves, folded_on_device, simulate
from astro_dl.science.transits.single import input_of_file


def input_spec(physics: TransitPhysics) -> InputSpec:
    """Return the shapes of the views, and what their numbers mean."""
    bins = view_shape(physics)
    shapes: dict[str, tuple[int, ...]] = {
        view: (len(SCALARS),) if view == "scalars" else (bins.bins(view), 1)
        for view in physics.views
    }
    contract = {
        "quantity": "medians of the detrended, folded flux in bins; median 0, minimum -1",
        "views": list(physics.views),
        "local_reach_durations": physics.local_reach_durations,
        "secondary_reach_durations": physics.secondary_reach_durations,
        "detrending_window_days": physics.detrending_window_days,
    }
    if "scalars" in shapes:
        contract["scalars"] = [
            f"({name} - {mean}) / {deviation}" for name, (mean, deviation) in SCALARS.items()
        ]
    return InputSpec(shapes if len(shapes) > 1 else shapes[physics.views[0]], contract)


def head(physics: TransitPhysics) -> Multiclass:
    """Return the three classes."""
    return Multiclass(CLASSES)


task = Task(
    name="tess_transit",
    summary="Is a periodic dip of a TESS light curve a planet, an eclipsing binary, or else?",
    physics=TransitPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    on_device=DeviceSimulator(draw_light_curves, folded_on_device),
    group="tic_id",
    difficulty=Difficulty(
        column="snr",
        edges=(7.0, 9.0, 12.0, 16.0, 22.0, 30.0, 50.0, 100.0, 300.0),
        label="signal-to-noise ratio of the dip",
    ),
    classical=Classical(features=view_features, peers=("gradient_boosting",)),
    datasets={"tess_ffi": TESS_FFI, "tess_2min": TESS_2MIN},
    augmentation=Augmentation(inputs=augment_views),
    files=Files(
        inputs=input_of_file,
        predict=find_signals,
        objects=is_light_curve,
        draw=draw_signals,
        pictures=picture_signals,
    ),
    zero_signal={"signals": False, "minimum_snr": 0.0},
    extra_metrics=triage_and_vetting,
    caution="The views' geometry was set against the distributions of the whole set tess_ffi, test "
    "stars included: scores on it are not blind. No setting was chosen by those scores.",
    simulation_caution="The simulator's priors were set against them, too.",
    version=2,
)
