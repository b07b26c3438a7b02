"""Figures of answers for every pixel."""

import numpy as np
from matplotlib.figure import Figure

from astro_dl.evaluation.figures.style import legend_above, method_style, new_figure
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.pixels import count_scores

LOWEST_RATE = 1e-5


def draw_pixel_curves(outcome: Outcome) -> Figure:
    """Return precision against recall, and recall against the rate of false positives, of pixels.

    Parameters
    ----------
    outcome : Outcome
        Of an answer with two classes.
    """
    figure, ((left, right),) = new_figure(1, 2, 9.6, 4.4)
    for position, (name, scores) in enumerate(outcome.scores.items()):
        curve = count_scores(scores, np.asarray(outcome.y)).curve()
        style = {**method_style(position, name == outcome.bound), "marker": ""}
        left.plot(curve["recall"], curve["precision"], label=name, **style)
        rate = np.maximum(curve["false_positive_rate"], LOWEST_RATE)
        right.plot(rate, curve["recall"], label=name, **style)
    left.set(xlabel="recall of pixels", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.02))
    right.set(xscale="log", xlabel="false-positive rate of pixels", ylabel="recall", ylim=(0, 1.02))
    right.set_xlim(LOWEST_RATE, 1)
    legend_above(left)
    return figure
