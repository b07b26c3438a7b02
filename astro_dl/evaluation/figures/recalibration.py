"""Figures of a recalibration: how honest answers are before and after it."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import STYLES, new_figure
from astro_dl.evaluation.recalibration import Comparison
from astro_dl.evaluation.report import Report
from astro_dl.metrics.reliability import reliability_table

BINS = 20


def draw_recalibration(comparison: Comparison) -> Figure:
    """Return, of values, histograms and coverage; of classes, how reliable probabilities are.

    Values have a panel for each target: above the probability integral transform, flat for honest
    distributions, and below how often central intervals hold the truth; of points the residuals.
    """
    reports = (comparison.before, comparison.after)
    outcome = comparison.after.outcome
    if outcome.head.classes:
        figure, ((axes,),) = new_figure(width=5.4, height=4.8)
        for number, report in enumerate(reports):
            _reliability(axes, report, number)
        axes.plot((0, 1), (0, 1), color="0.5", linestyle="--", linewidth=0.9, label="honest")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted probability")
        axes.set_ylabel("share that is right" if not outcome.head.ranks else "observed frequency")
        axes.legend(fontsize=9, loc="upper left")
        return figure
    names, rows = outcome.head.names, 2 if outcome.distributions else 1
    figure, panels = new_figure(rows, len(names), max(4.4 * len(names), 5.4), 3.4 * rows)
    truth = np.asarray(outcome.y, float).reshape(len(outcome.y), -1)
    for k, name in enumerate(names):
        for number, report in enumerate(reports):
            found = report.outcome
            style = {"color": COLOURS[number], "label": found.own}
            if not found.distributions:
                values = np.reshape(found.scores[found.own], truth.shape)
                residual = values[:, k] - truth[:, k]
                panels[0, k].hist(residual, bins=40, histtype="step", linewidth=1.6, **style)
                continue
            pit = found.distributions[found.own].cdf(truth)[:, k]
            counts, edges = np.histogram(pit, bins=BINS, range=(0, 1))
            height = counts * BINS / len(pit)
            panels[0, k].stairs(height, edges, linewidth=1.6, **style)
            _coverage(panels[1, k], pit, {**style, "linestyle": STYLES[number]})
        _labelled(panels[:, k], name, bool(outcome.distributions), len(truth))
    panels[0, 0].legend(fontsize=9)
    return figure


def _coverage(axes: Axes, pit: np.ndarray, style: dict[str, Any]) -> None:
    nominal = np.linspace(0, 1, 101)
    inside = np.sort(2 * np.abs(pit - 0.5))
    axes.plot(nominal, np.searchsorted(inside, nominal, side="right") / len(pit), **style)


def _labelled(panels: np.ndarray, name: str, of_distributions: bool, n: int) -> None:
    if not of_distributions:
        panels[0].set(xlabel=f"{name}, answer − truth", ylabel="examples")
        return
    scatter = 2 * np.sqrt(BINS / n * (1 - 1 / BINS))
    panels[0].axhspan(1 - scatter, 1 + scatter, color="0.85", zorder=0)
    panels[0].set(xlim=(0, 1), xlabel=f"probability integral transform of {name}")
    panels[0].set(ylabel="density; grey: honest ± 2σ")
    panels[0].set_ylim(bottom=0)
    panels[1].plot((0, 1), (0, 1), color="0.5", linestyle=":", linewidth=0.9)
    panels[1].set(xlim=(0, 1), ylim=(0, 1), xlabel=f"nominal coverage of {name}")
    panels[1].set_ylabel("empirical coverage")


def _reliability(axes: Axes, report: Report, number: int) -> None:
    outcome = report.outcome
    if outcome.probabilities is not None:
        p, right = outcome.probabilities, outcome.y
    else:
        scores = np.asarray(outcome.scores[outcome.own])
        p, right = scores.max(axis=1), scores.argmax(axis=1) == outcome.y
    table = reliability_table(p, right)
    used = table["n"] > 0
    x, y = (np.asarray(table[name])[used] for name in ("predicted", "observed"))
    ends = np.array([y - table["low"][used], table["high"][used] - y])
    axes.errorbar(
        *(x, y, np.maximum(ends, 0)),
        color=COLOURS[number],
        linestyle=STYLES[number],
        marker="o",
        markersize=4,
        linewidth=1.3,
        elinewidth=0.8,
        label=outcome.own,
    )
