import numpy as np

from astro_dl.evaluation.figures.values import draw_pit


def test_no_histogram_of_pit_is_cut_off_by_the_limits_of_another():
    flat, peaked = np.linspace(0, 1, 1000), np.full(1000, 0.5)
    figure = draw_pit(np.stack([flat, peaked], axis=1), ["a", "b"])
    assert all(axes.get_ylim()[1] >= 20 for axes in figure.axes)
