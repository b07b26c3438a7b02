"""What a network is measured against: the matched filter, and the optimum for the stated prior."""

from typing import TYPE_CHECKING

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.gravitational_waves.detectors import light_travel_time
from astro_dl.science.gravitational_waves.matched_filter.bank_placement import (
    TemplateSpace,
    placed_bank,
    prior_bank,
)
from astro_dl.science.gravitational_waves.matched_filter.statistic import (
    bayes_statistic,
    matched_filter_statistic,
)
from astro_dl.science.gravitational_waves.matched_filter.template_bank import LagGrid

if TYPE_CHECKING:
    from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics

MATCHED_FILTER = "matched filter"
OPTIMAL_BOUND = "optimal bound"
MINIMAL_MATCH = 0.97
PRIOR_TEMPLATES = 500


def template_space(physics: "BinaryBlackHolePhysics") -> TemplateSpace:
    """Return the prior and the conditioning of a task as a template bank needs them.

    The first detector's noise spectrum whitens the templates of all.
    """
    first = physics.detectors[0]
    return TemplateSpace(
        mass_1_range=physics.mass_1_range_msun,
        mass_2_range=physics.mass_2_range_msun,
        spin_range=physics.spin_range,
        psd=physics.psd[0],
        low_frequency=physics.low_frequency_hz,
        high_frequency=physics.high_frequency_hz,
        filter_seconds=physics.whitening_filter_s,
        grid=LagGrid(
            sample_rate=physics.sample_rate_hz,
            duration=physics.duration_s,
            merger_time=physics.merger_time_range_s,
            delays=tuple(light_travel_time(first, name) for name in physics.detectors),
        ),
    )


def baseline_statistics(physics: "BinaryBlackHolePhysics", x: Inputs) -> dict[str, np.ndarray]:
    """Return the ranking statistics of the classical methods for windows of whitened strain.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        The protocol whose priors the bank and the bound assume.
    x : ndarray
        (n, samples, detectors) float32.

    Returns
    -------
    dict of ndarray
        ``"matched filter"``: the largest signal-to-noise ratio over a bank of minimal match 0.97
        and all merger times. ``"optimal bound"``: the likelihood ratio averaged over the prior, by
        the Neyman–Pearson lemma the best ranking in Gaussian noise.
    """
    if isinstance(x, dict):
        raise TypeError("gw_bbh has a single input array")
    space = template_space(physics)
    return {
        MATCHED_FILTER: matched_filter_statistic(x, placed_bank(space, MINIMAL_MATCH)),
        OPTIMAL_BOUND: bayes_statistic(x, prior_bank(space, PRIOR_TEMPLATES), physics.snr_range),
    }
