"""Draws of one posterior, pair by pair."""

import numpy as np

from astro_dl.evaluation.figures.posteriors import BINS, draw_posterior


def test_draws_that_are_nearly_the_same_are_drawn():
    value = np.float32(30)
    draws = np.array([[value, np.nextafter(value, np.float32(31))] * 20, [value] * 40])
    assert draws.dtype == np.float32
    figure = draw_posterior(draws, np.full(2, np.nan), ("chirp_mass", "snr"), ("Msun", ""))
    for axes in (figure.axes[0], figure.axes[3]):
        (steps,) = axes.patches
        heights = steps.get_xy()[:, 1]
        assert len(heights) > BINS
        assert heights.max() > 0
