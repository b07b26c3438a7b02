"""The figure of a tuning: what mattered, and how the score depends on it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import new_figure
from astro_dl.tuning.proposals import Plan
from astro_dl.tuning.ranges import Choices, Range

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

ACROSS = 3


def draw_importance(
    plan: Plan,
    monitor: str,
    importance: Mapping[str, float],
    complete: "Sequence[FrozenTrial]",
    best: "FrozenTrial",
) -> Figure:
    """Return the importance of every setting, and the score of all trials against each.

    Parameters
    ----------
    plan : Plan
        What was tried.
    monitor : str
        Name of the score.
    importance : mapping
        By setting, see `astro_dl.tuning.result.importances`; without it that panel stays empty.
    complete : sequence of FrozenTrial
        The trials that were trained to the end.
    best : FrozenTrial
        The best of them, marked.
    """
    keys = sorted(plan.ranges, key=lambda key: -importance.get(key, 0))
    across = min(ACROSS, 1 + len(keys))
    down = -(-(1 + len(keys)) // across)
    figure, panels = new_figure(down, across, 4.2 * across, 3.4 * down)
    first, *others = panels.flat
    _bars(first, keys, importance)
    for axes, key in zip(others, keys, strict=False):
        places = _places(plan.ranges[key], axes, [trial.params[key] for trial in complete])
        values = [trial.value for trial in complete]
        axes.plot(places, values, "o", color=COLOURS[0], markersize=4, alpha=0.7)
        chosen = complete.index(best)
        axes.plot(places[chosen], values[chosen], "*", color=COLOURS[1], markersize=13)
        axes.set(xlabel=key, ylabel=monitor)
    for axes in others[len(keys) :]:
        axes.set_axis_off()
    return figure


def _bars(axes: Axes, keys: Sequence[str], importance: Mapping[str, float]) -> None:
    names = [key.rpartition(".")[2] for key in keys]
    axes.barh(names[::-1], [importance.get(key, 0) for key in keys][::-1], color=COLOURS[0])
    axes.set(xlim=(0, 1), xlabel="importance (share of the score's variance)")
    if not importance:
        axes.text(0.5, 0.5, "too few trials to tell", ha="center", transform=axes.transAxes)


def _places(one: Range, axes: Axes, labels: Sequence) -> np.ndarray:
    """Return where labels lie on the horizontal axis, which is set up for them."""
    if isinstance(one, Choices):
        steps = one.steps()
        axes.set_xticks(range(len(steps)), [str(step) for step in steps], fontsize=8)
        axes.set_xlim(-0.5, len(steps) - 0.5)
        return np.array([steps.index(label) for label in labels])
    if one.log:
        axes.set_xscale("log")
        axes.tick_params(axis="x", which="minor", labelsize=6)
    return np.asarray(labels, float)
