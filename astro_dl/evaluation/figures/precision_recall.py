"""Precision against recall of all methods."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from astro_dl.evaluation.figures.style import legend_above, method_style, new_figure
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binary import precision_recall_points

MOST_POINTS = 2000


def draw_precision_recall(outcome: Outcome, methods: Mapping[str, Any]) -> Figure:
    """Return the precision–recall curves of all methods, with the model's threshold marked.

    Parameters
    ----------
    outcome : Outcome
        Scores and truth.
    methods : mapping
        Metrics by method, with ``average_precision`` and ``decisions``.

    Returns
    -------
    Figure
        Precision holds at the set's own ratio of classes, which is the dotted line; the legend
        has the average precisions (AP).
    """
    figure, ((axes,),) = new_figure(width=6.4, height=4.9 + 0.1 * len(methods))
    for position, (name, scores) in enumerate(outcome.scores.items()):
        recall, precision = precision_recall_points(scores, outcome.y)
        places = _thinned(recall)
        axes.step(
            recall[places],
            precision[places],
            where="pre",
            label=f"{name}, AP {methods[name]['average_precision']['value']:.4f}",
            **method_style(position, name == outcome.bound) | {"marker": ""},
        )
    share = float(np.mean(np.asarray(outcome.y) == 1))
    axes.axhline(share, color="0.6", linewidth=0.8, linestyle=":", label=f"chance, {share:.3g}")
    decisions = methods[outcome.own]["decisions"]
    if decisions.get("precision", {}).get("value") is not None:
        axes.plot(
            decisions["recall"]["value"],
            decisions["precision"]["value"],
            marker="o",
            linestyle="",
            color=method_style(0)["color"],
            label=f"{outcome.own} at {decisions['threshold']}",
        )
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    legend_above(axes)
    return figure


def _thinned(recall: np.ndarray) -> np.ndarray:
    """Return positions that keep a curve's shape with few points."""
    if len(recall) <= MOST_POINTS:
        return np.arange(len(recall))
    wanted = np.searchsorted(recall, np.linspace(0, 1, MOST_POINTS))
    # Precision moves most among the few examples that are ranked highest.
    return np.unique(np.concatenate([np.arange(200), np.minimum(wanted, len(recall) - 1)]))
