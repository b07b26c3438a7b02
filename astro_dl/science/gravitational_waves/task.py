"""Binary black holes in whitened strain: signal and noise, or noise alone?

The default protocol is that of Schäfer et al. (2021), arXiv:2106.03741: one second at 2048 Hz of
one detector at design sensitivity, non-spinning bodies of 10 to 50 solar masses, merger between
0.6 and 0.8 s, optimal signal-to-noise ratio between 5 and 15.
"""

import numpy as np

from astro_dl.answers.binary import Binary
from astro_dl.core.task import Classical, DeviceSimulator, Difficulty, Files, InputSpec, Task
from astro_dl.science.gravitational_waves.baselines import OPTIMAL_BOUND, baseline_statistics
from astro_dl.science.gravitational_waves.figures import draw_search, picture_triggers
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.search import search
from astro_dl.science.gravitational_waves.simulate import simulate
from astro_dl.science.gravitational_waves.simulation.on_device import draw_examples, render_examples


def input_spec(physics: BinaryBlackHolePhysics) -> InputSpec:
    """Return the shape of a window, (samples, detectors), and what its numbers mean."""
    contract = {
        "quantity": "whitened strain of unit variance",
        "sample_rate_hz": physics.sample_rate_hz,
        "duration_s": physics.duration_s,
        "detectors": list(physics.detectors),
        "low_frequency_hz": physics.low_frequency_hz,
        "high_frequency_hz": physics.high_frequency_hz,
        "whitening_filter_s": physics.whitening_filter_s,
        "merger_time_range_s": list(physics.merger_time_range_s),
        "psd": list(physics.psd),
    }
    samples = round(physics.sample_rate_hz * physics.duration_s)
    return InputSpec((samples, len(physics.detectors)), contract)


def head(physics: BinaryBlackHolePhysics) -> Binary:
    """Return the two classes: noise, and signal."""
    return Binary(("noise", "signal"))


task = Task(
    name="gw_bbh",
    summary="Is there a binary-black-hole signal in one second of strain?",
    physics=BinaryBlackHolePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    on_device=DeviceSimulator(draw_examples, render_examples),
    group="pair_id",
    difficulty=Difficulty(
        column="snr",
        edges=tuple(np.arange(3.5, 16.0)),
        label="optimal signal-to-noise ratio",
    ),
    classical=Classical(baselines=baseline_statistics, bound=OPTIMAL_BOUND),
    files=Files(predict=search, draw=draw_search, pictures=picture_triggers),
    signal_fraction="signal_fraction",
    zero_signal={"snr_range": (0.0, 0.0)},
)
