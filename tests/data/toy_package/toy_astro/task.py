"""Is there a pulse in the noise?"""

from astro_dl import Binary, Classical, Difficulty, Files, InputSpec, Task
from toy_astro.figures import draw_pulses
from toy_astro.metrics import clean_detections
from toy_astro.physics import SAMPLES, PulsePhysics
from toy_astro.predict import find_pulses
from toy_astro.simulate import matched_filter, simulate


def head(physics: PulsePhysics) -> Binary:
    """Return the two classes."""
    return Binary(("noise", "pulse"))


def input_spec(physics: PulsePhysics) -> InputSpec:
    """Return the shape of a series and what its numbers mean."""
    return InputSpec((SAMPLES, 1), {"quantity": "white noise of unit variance"})


task = Task(
    name="toy_pulse",
    summary="Is there a pulse in the noise?",
    physics=PulsePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="pair_id",
    difficulty=Difficulty("snr", (4.0, 5.0, 6.0, 8.0), "signal-to-noise ratio"),
    classical=Classical(baselines=matched_filter, bound="matched filter"),
    files=Files(predict=find_pulses, draw=draw_pulses),
    signal_fraction="signal_fraction",
    zero_signal={"snr_range": (0.0, 0.0)},
    extra_metrics=clean_detections,
)
