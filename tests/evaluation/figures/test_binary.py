import numpy as np
import pytest

from astro_dl.evaluation.figures.binary import draw_reliability, draw_scores


@pytest.mark.parametrize(("quiet", "loud"), [(-15, 5), (0, 25)])
def test_the_legend_hides_no_threshold(quiet, loud):
    rng = np.random.default_rng(0)
    y = np.arange(4000) % 2
    scores = np.where(y == 1, loud, 0.0) + rng.normal(size=len(y))
    scores[:400] += quiet
    rates = [
        {
            "false_alarm_probability": p,
            "value": 0.5,
            "threshold": np.quantile(scores[y == 0], 1 - p),
        }
        for p in (0.1, 0.01)
    ]
    figure = draw_scores(scores, y, ("noise", "signal"), rates)
    figure.canvas.draw()
    axes = figure.axes[0]
    legend = axes.get_legend().get_window_extent()
    labels = [text.get_window_extent() for text in axes.texts]
    assert len(labels) == sum(
        axes.get_xlim()[0] <= r["threshold"] <= axes.get_xlim()[1] for r in rates
    )
    assert not any(legend.overlaps(label) for label in labels)


def test_the_legend_of_reliability_stands_outside_the_panel():
    rng = np.random.default_rng(0)
    probabilities = rng.random(300)
    figure = draw_reliability(probabilities, rng.random(300) < probabilities)
    figure.canvas.draw()
    axes = figure.axes[0]
    legend, panel = axes.get_legend().get_window_extent(), axes.get_window_extent()
    assert legend.y0 >= panel.y1
    assert figure.bbox.containsx(legend.x1)
    assert figure.bbox.containsy(legend.y1)
