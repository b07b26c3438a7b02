"""What merged? The posterior of a binary black hole by the strain of one detector."""

from astro_dl.answers.flow import Flow
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Classical, Difficulty, Files, Task, inputs_as_features
from astro_dl.science.gravitational_waves.posteriors.figures import draw_binaries
from astro_dl.science.gravitational_waves.posteriors.inputs import input_spec
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, SYMBOLS, UNITS
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.predict import predict_binaries
from astro_dl.science.gravitational_waves.posteriors.simulate import simulate


def head(physics: BinaryParametersPhysics) -> AnswerKind:
    """Return the joint posterior of five parameters."""
    return Flow(
        tuple(PRIOR),
        tuple(UNITS.values()),
        prior=tuple(PRIOR.values()),
        bins=physics.bins,
        hidden=physics.hidden,
        scale="normal",
    )


task = Task(
    name="gw_parameters",
    summary="What merged? The posterior of a binary black hole by the strain of one detector",
    physics=BinaryParametersPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="binary",
    difficulty=Difficulty("snr", (8, 12, 16, 20, 24, 28, 32), "optimal signal-to-noise ratio"),
    classical=Classical(features=inputs_as_features, peers=("logistic_regression",)),
    files=Files(predict=predict_binaries, draw=draw_binaries),
    simulation_caution="Trained on the dominant mode of quasi-circular binaries whose equal spins "
    "are aligned with the orbit, in stationary Gaussian noise of known spectrum: precession, "
    "higher modes, eccentricity, glitches and errors of the spectrum and of the calibration are "
    "unknown to the network and to the likelihood that weighs its samples.",
    symbols=SYMBOLS,
)
