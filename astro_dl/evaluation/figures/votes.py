"""Figures of votes: expected against counted shares, and where counts lie in what was predicted."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import MARKERS, legend_above, new_figure

Array = np.ndarray
ACROSS = 3
BINS = 10


def draw_shares(
    counted: Array, expected: Array, questions: Sequence[tuple[str, Sequence[str]]]
) -> Any:
    """Return a panel for each question: mean counted share by expected share of each answer.

    Parameters
    ----------
    counted, expected : ndarray, (n, answers)
        NaN where nobody was asked.
    questions : sequence of (name, answers)
        In the order of the columns.
    """
    lines = -(-len(questions) // ACROSS)
    figure, axes = new_figure(lines, min(ACROSS, len(questions)), 10, 3.6 * lines)
    edges = np.linspace(0, 1, BINS + 1)
    first = 0
    for axis, (name, answers) in zip(axes.flat, questions, strict=False):
        axis.plot([0, 1], [0, 1], color="black", linewidth=0.8)
        for number, answer in enumerate(answers):
            x, y = expected[:, first + number], counted[:, first + number]
            known = np.isfinite(x) & np.isfinite(y)
            place = np.clip(np.digitize(x[known], edges) - 1, 0, BINS - 1)
            n = np.bincount(place, minlength=BINS)
            sums = [np.bincount(place, one, minlength=BINS) for one in
                    (x[known], y[known], y[known] ** 2)]  # fmt: skip
            some = n > 4
            mean_x, mean_y, mean_y2 = (one[some] / n[some] for one in sums)
            axis.errorbar(
                mean_x, mean_y, np.sqrt(np.maximum(mean_y2 - mean_y**2, 0)),
                color=COLOURS[number % len(COLOURS)], marker=MARKERS[number % len(MARKERS)],
                linestyle="", markersize=4, linewidth=0.9, label=answer,
            )  # fmt: skip
        axis.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axis.set_title(name, fontsize=9, loc="right", pad=2)
        axis.set_xlabel("expected share", fontsize=9)
        axis.set_ylabel("counted share", fontsize=9)
        legend_above(axis)
        first += len(answers)
    for axis in axes.flat[len(questions) :]:
        axis.set_visible(False)
    return figure


def draw_transforms(heights: Array) -> Any:
    """Return the histogram of where counts lie in their predicted distributions, flat if honest."""
    figure, axes = new_figure(width=5, height=3.4)
    axis = axes[0, 0]
    middles = (np.arange(len(heights)) + 0.5) / len(heights)
    axis.bar(middles, heights, width=1 / len(heights), color=COLOURS[0], edgecolor="white")
    axis.axhline(1, color="black", linewidth=0.8, linestyle="--")
    axis.set(xlim=(0, 1), xlabel="place in the predicted distribution", ylabel="density")
    return figure
