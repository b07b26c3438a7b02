"""Nothing that a figure says is cut off, or too dense to read."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from astro_dl.evaluation.figures.common import draw_wrong
from astro_dl.evaluation.figures.residuals import draw_residuals
from astro_dl.evaluation.figures.style import legend_above, new_figure

NAMES = (
    "knn",
    "logistic regression at probability 0.5",
    "gradient boosting, average precision 1.0",
)


def is_within(legend, figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box = legend.get_window_extent(canvas.get_renderer())
    width, height = canvas.get_width_height()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize("name", NAMES)
def test_legends_above_stay_within_the_figure(name):
    figure, ((axes,),) = new_figure()
    for number in range(5):
        axes.plot([0, 1], [number, 1], label=f"{name} {number}")
    legend_above(axes)
    assert is_within(axes.get_legend(), figure)


def test_rows_of_very_many_numbers_have_labels_that_can_be_read():
    figure = draw_wrong(np.random.default_rng(0).normal(size=(2, 181)), ["a", "b"])
    for axes in figure.axes:
        assert len(axes.get_yticks()) < 20
        assert axes.get_xlabel() == "number of the input"


def test_channels_have_the_names_of_the_contract_and_hide_no_series():
    contract = {"channels": [f"number {k}" for k in range(9)], "bands": ["g", "r"]}
    figure = draw_wrong(np.zeros((2, 30, 9)), ["a", "b"], contract)
    (legend,) = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert told == [f"number {k}" for k in range(len(told))]
    assert legend.get_title().get_text() == f"channels (first {len(told)} of 9)"
    assert all(axes.get_legend() is None for axes in figure.axes)


@pytest.mark.parametrize("examples", [1, 2, 5])
def test_channels_of_long_names_stay_within_the_figure(examples):
    contract = {"channels": [f"magnitude at maximum in band {k}" for k in range(4)]}
    figure = draw_wrong(np.zeros((examples, 30, 4)), ["a"] * examples, contract)
    (legend,) = figure.legends
    assert is_within(legend, figure)


def test_rows_of_a_set_are_points_of_their_first_two_channels():
    points = np.random.default_rng(0).normal(size=(2, 30, 4)) + 3
    points[:, 20:] = 0
    names = ["ln radius", "speed", "ln error", "known"]
    figure = draw_wrong(points, ["a", "b"], {"channels": names}, unordered=True)
    for axes, rows in zip(figure.axes, points, strict=True):
        (line,) = axes.lines
        np.testing.assert_array_equal(line.get_xydata(), rows[:20, :2])
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("ln radius", "speed")


def test_counts_of_examples_are_written_as_numbers():
    rng = np.random.default_rng(0)
    y = rng.random((4000, 1))
    figure = draw_residuals(y + 0.1 * rng.normal(size=y.shape), y, ["value"])
    figure.canvas.draw()
    bars = [axes for axes in figure.axes if axes.get_ylabel() == "examples"]
    told = [label.get_text() for bar in bars for label in bar.get_yticklabels(which="both")]
    assert {"1", "2", "5"} <= set(told)
    assert not any("mathdefault" in one for one in told)


def test_a_task_draws_its_examples_itself_where_it_can():
    x, drawn = np.zeros((2, 30, 4)), []

    def own(captions):
        drawn.append(list(captions))
        return None if len(drawn) > 1 else "its own"

    assert draw_wrong(x, ["a", "b"], own=own) == "its own"
    assert len(draw_wrong(x, ["a", "b"], own=own).axes) == 2
    assert drawn == [["a", "b"]] * 2
    assert draw_wrong(x[:0], [], own=own) is None


def test_every_column_of_panels_has_its_axis_named_below():
    figure = draw_wrong(np.zeros((6, 30, 1)), list("abcdef"))
    named = [axes.get_title() for axes in figure.axes if axes.get_xlabel() and axes.get_visible()]
    assert named == list("cdef")
    marked = [axes for axes in figure.axes if axes.xaxis.get_tick_params()["labelbottom"]]
    assert [axes.get_title() for axes in marked][:4] == list("cdef")
