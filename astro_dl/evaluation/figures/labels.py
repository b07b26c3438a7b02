"""Figures of several yes-or-no questions of each example."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import legend_above, method_style, new_figure
from astro_dl.metrics.binary import roc_points
from astro_dl.metrics.reliability import reliability_table


def draw_labels(methods: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Return the area under the ROC curve of each label, by method, with intervals.

    Parameters
    ----------
    methods : mapping
        Method to label to its metrics, as `astro_dl.metrics.multilabel.multilabel_metrics` has
        them under ``labels``.
    """
    names = list(next(iter(methods.values())))
    figure, ((axes,),) = new_figure(height=max(2.6, 0.5 * len(names) + 1.4))
    for position, (method, labels) in enumerate(methods.items()):
        place = np.arange(len(names)) + 0.12 * (position - (len(methods) - 1) / 2)
        known = [labels[name]["auc"] for name in names]
        value, low, high = (
            np.array([np.nan if one[key] is None else one[key] for one in known], float)
            for key in ("value", "low", "high")
        )
        style = method_style(position) | {"linestyle": ""}
        axes.errorbar(value, place, xerr=[value - low, high - value], label=method, **style)
    axes.axvline(0.5, color="0.6", linewidth=0.8, linestyle=":")
    axes.set_yticks(np.arange(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("area under the ROC curve")
    legend_above(axes)
    return figure


def draw_label_roc(probabilities: np.ndarray, y: np.ndarray, names: Sequence[str]) -> Figure:
    """Return the ROC curve of each label (n, labels) that has both answers."""
    figure, ((axes,),) = new_figure(width=5.2, height=4.8)
    for position, (name, p, truth) in enumerate(_told(probabilities, y, names)):
        false, true = roc_points(p, truth)
        axes.step(
            false, true, where="post", label=name, **(method_style(position) | {"marker": ""})
        )
    axes.plot((0, 1), (0, 1), color="0.6", linewidth=0.8, linestyle=":")
    axes.set(xlabel="false-positive rate", ylabel="true-positive rate")
    legend_above(axes)
    return figure


def draw_label_reliability(
    probabilities: np.ndarray, y: np.ndarray, names: Sequence[str]
) -> Figure:
    """Return observed against predicted frequency of each label, with intervals."""
    figure, ((axes,),) = new_figure(width=5.2, height=4.8)
    axes.plot((0, 1), (0, 1), color="0.5", linewidth=0.9, linestyle="--")
    for position, (name, p, truth) in enumerate(_told(probabilities, y, names)):
        table = reliability_table(p, truth)
        used = table[table["n"] > 0]
        colour = COLOURS[position % len(COLOURS)]
        axes.vlines(used["predicted"], used["low"], used["high"], color=colour, linewidth=1.2)
        style = method_style(position) | {"color": colour}
        axes.plot(used["predicted"], used["observed"], label=name, **style)
    axes.set(xlabel="predicted probability", ylabel="observed frequency")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    legend_above(axes)
    return figure


def _told(
    probabilities: np.ndarray, y: np.ndarray, names: Sequence[str]
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return name, probabilities and truth of the labels that have both answers."""
    columns = zip(names, probabilities.T, np.asarray(y).T, strict=True)
    return [one for one in columns if 0 < one[2].sum() < len(one[2])]
