"""What kind of variable star is it? Irregular light curves to classes, by way of the period.

Light curves are simulated by class as surveys see them, and go the way of real ones: bands joined,
the period found, folded, described by numbers.
"""

from typing import Any

import numpy as np

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.examples import Inputs
from astro_dl.core.task import Classical, Difficulty, Files, InputSpec, Task
from astro_dl.science.variable_stars.classes import SCHEMES
from astro_dl.science.variable_stars.datasets import ASAS, CRTS, EROS
from astro_dl.science.variable_stars.features import feature_names
from astro_dl.science.variable_stars.figures import draw_examples, draw_stars
from astro_dl.science.variable_stars.inputs import (
    FOLDED_CHANNELS,
    PHASED_CHANNELS,
    SEQUENCE_CHANNELS,
    input_shapes,
)
from astro_dl.science.variable_stars.metrics import period_fractions
from astro_dl.science.variable_stars.physics import VariablePhysics
from astro_dl.science.variable_stars.predict import predict_stars
from astro_dl.science.variable_stars.simulate import simulate


def input_spec(physics: VariablePhysics) -> InputSpec:
    """Return the shapes of the inputs, and what their numbers mean."""
    shapes = input_shapes(physics)
    contract: dict[str, Any] = {
        "quantity": "magnitudes about the median of their band",
        "inputs": list(physics.inputs),
        "maximum_frequency": physics.maximum_frequency,
    }
    if "folded" in shapes:
        contract |= {"folded": list(FOLDED_CHANNELS), "cycles": physics.cycles}
    if "sequence" in shapes:
        contract["sequence"] = list(SEQUENCE_CHANNELS)
    if "features" in shapes:
        contract["features"] = list(feature_names(physics.colours, physics.rivals))
    if "phased" in shapes:
        contract |= {"phased": list(PHASED_CHANNELS), "cycles": physics.cycles}
        contract["rebuilt"] = ["magnitude"]
    return InputSpec(shapes if len(shapes) > 1 else shapes[physics.inputs[0]], contract)


def head(physics: VariablePhysics) -> Multiclass:
    """Return the classes of the scheme."""
    return Multiclass(SCHEMES[physics.scheme].names)


def peer_features(physics: VariablePhysics, x: Inputs) -> np.ndarray:
    """Return what forests are given, (n, k): the features alone if they are among the inputs."""
    if isinstance(x, dict):
        if "features" in x:
            return x["features"]
        return np.concatenate([array.reshape(len(array), -1) for array in x.values()], axis=1)
    return x.reshape(len(x), -1)


task = Task(
    name="variable_star",
    summary="What kind of variable star is it, by its light curve?",
    physics=VariablePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="star",
    difficulty=Difficulty(
        column="snr",
        edges=(0.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 1e4),
        label="deviation of the star / error × √points",
    ),
    classical=Classical(features=peer_features, peers=("random_forest",)),
    datasets={"asas": ASAS, "crts": CRTS, "eros": EROS},
    files=Files(predict_blocks=predict_stars, draw=draw_stars),
    version=2,
    zero_signal={"signals": False, "survey": "crts"},
    extra_metrics=period_fractions,
    caution="Periods are found in the light curve itself.",
    simulation_caution="Simulated classes are equally frequent, which they are not in the sky.",
    draw_examples=draw_examples,
)
