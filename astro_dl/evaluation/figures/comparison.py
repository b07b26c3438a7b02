"""Figure of one metric of several methods."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import new_figure


def draw_comparison(told: Mapping[str, Mapping[str, Any]], title: str) -> Figure:
    """Return a figure with a line for each method: its estimate and interval.

    Parameters
    ----------
    told : mapping of str to mapping
        Method to ``value``, ``low`` and ``high``; None where it was not measured.
    title : str
        Of the metric.
    """
    figure, axes = new_figure(height=1.2 + 0.35 * len(told))
    axis = axes[0, 0]
    for place, (name, one) in enumerate(told.items()):
        if one["value"] is None:
            continue
        low, high = (one["value"] if one[end] is None else one[end] for end in ("low", "high"))
        axis.plot([low, high], [place, place], color=COLOURS[0], linewidth=2)
        axis.plot(one["value"], place, "o", color=COLOURS[0], label=name)
    axis.set_yticks(range(len(told)), list(told))
    axis.set_ylim(len(told) - 0.5, -0.5)
    axis.set_xlabel(title)
    return figure
