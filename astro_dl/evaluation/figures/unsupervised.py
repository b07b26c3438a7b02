"""Figures of models without labels: latent space, anomaly scores, clusters against classes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astro_dl.core.registry import answer_kind
from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.binary import draw_roc
from astro_dl.evaluation.figures.style import MARKERS, new_figure
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import Report

MOST_POINTS = 4000


def draw_unsupervised(report: Report) -> dict[str, Figure | None]:
    """Return the figures of a report by name: ``latent``, ``anomaly_scores``, ``anomaly_roc``."""
    outcome = report.outcome
    found = outcome.unsupervised
    assert found is not None
    figures: dict[str, Figure | None] = {
        "latent": draw_latent_space(outcome),
        "anomaly_scores": draw_anomaly_scores(outcome),
    }
    methods = report.metrics["methods"]
    if found.anomalous is not None and "anomaly" in methods[outcome.own]:
        areas = {name: metrics["anomaly"]["auc"]["value"] for name, metrics in methods.items()}
        binary = answer_kind("binary")(("ordinary", "anomalous"))
        figures["anomaly_roc"] = draw_roc(
            replace(outcome, head=binary, y=found.anomalous.astype(np.float32)), areas
        )
    return figures


def draw_latent_space(outcome: Outcome) -> Figure | None:
    """Return the codes of each method in the plane of their largest variance, by class.

    Parameters
    ----------
    outcome : Outcome
        Of a model without labels; at most 4000 examples are drawn.

    Returns
    -------
    Figure or None
        One column for each method with codes: classes above, then clusters where they are known,
        and the column by which they are coloured. None if codes have a single dimension.
    """
    found = outcome.unsupervised
    assert found is not None
    planes = {name: plane(codes) for name, codes in found.codes.items() if codes.shape[1] > 1}
    if not planes:
        return None
    classes = outcome.y.astype(int) if found.classes else np.zeros(len(outcome.y), int)
    rows = 1 + bool(found.clusters) + (found.color is not None)
    figure, panels = new_figure(rows, len(planes), 4.2 * len(planes), 3.9 * rows)
    for column, (name, points) in zip(panels.T, planes.items(), strict=True):
        below = iter(column)
        axes = next(below)
        _scatter(axes, points, classes, found.classes)
        axes.set_title(f"{name}: true classes" if found.classes else name, fontsize=9)
        if found.clusters:
            _show_clusters(next(below), name, points, found.clusters.get(name))
        if found.color is not None:
            _show_color(next(below), name, points, *found.color)
    for axes in panels.flat:
        axes.set(xlabel="first principal axis", ylabel="second principal axis")
    return figure


def _show_clusters(axes: Axes, name: str, points: np.ndarray, clusters: np.ndarray | None) -> None:
    if clusters is None:
        axes.set_axis_off()
        return
    _scatter(axes, points, clusters, [f"cluster {k + 1}" for k in range(clusters.max() + 1)])
    axes.set_title(f"{name}: clusters", fontsize=9)


def _show_color(axes: Axes, name: str, points: np.ndarray, column: str, values: np.ndarray) -> None:
    """Colour points by numbers, those that have none in grey, or by the most frequent words."""
    axes.set_title(f"{name}: {column}", fontsize=9)
    if values.dtype.kind not in "fiu":
        _scatter(axes, points, *_most_frequent(values.astype(str)))
        return
    _scatter(axes, points, np.zeros(len(points), int), (), "0.8")
    every = -(-len(points) // MOST_POINTS)
    known = np.isfinite(values[::every])
    part, numbers = points[::every][known], values[::every][known].astype(float)
    if len(part):
        low, high = np.quantile(numbers, (0.02, 0.98))
        marks = axes.scatter(
            part[:, 0], part[:, 1], _area(points), numbers, vmin=low, vmax=high, linewidths=0
        )
        axes.figure.colorbar(marks, ax=axes, label=column, extend="both")


def _most_frequent(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return a number for each word (n,), and what the numbers mean: as many as there are colours.

    The rarest words share the last one.
    """
    words, numbers, counts = np.unique(values, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    place = np.empty(len(words), int)
    place[order] = np.minimum(np.arange(len(words)), len(COLOURS) - 1)
    names = [str(word) for word in words[order[: len(COLOURS)]]]
    if len(words) > len(COLOURS):
        names[-1] = "others"
    return place[numbers], names


def draw_anomaly_scores(outcome: Outcome) -> Figure:
    """Return the distribution of the network's anomaly score, by class where classes are known."""
    found = outcome.unsupervised
    assert found is not None
    figure, ((axes,),) = new_figure()
    score = np.asarray(outcome.scores[outcome.own], np.float64)
    logarithmic = bool(score.min() >= 0)
    shown = np.log10(np.maximum(score, 1e-6)) if logarithmic else score
    bins = np.linspace(shown.min(), shown.max(), 60) if np.ptp(shown) else 10
    classes = outcome.y.astype(int) if found.classes else np.zeros(len(score), int)
    for number, name in enumerate(found.classes or ("all",)):
        part = shown[classes == number]
        colour = COLOURS[number % len(COLOURS)]
        axes.hist(part, bins, histtype="step", color=colour, label=f"{name} ({len(part):,})")
    axes.set_yscale("log")
    axes.set(xlabel="log₁₀ anomaly score" if logarithmic else "anomaly score", ylabel="examples")
    axes.legend(fontsize=8)
    return figure


def plane(codes: np.ndarray) -> np.ndarray:
    """Return the coordinates (n, 2) of codes (n, k) along their two axes of largest variance."""
    centred = codes - codes.mean(axis=0)
    return centred @ np.linalg.svd(np.cov(centred.T))[0][:, :2]


def _area(points: np.ndarray) -> float:
    """Return the area of a marker [pt²]: few points are drawn larger."""
    return float(np.clip(4000 / len(points), 4, 16))


def _scatter(
    axes: Axes,
    points: np.ndarray,
    labels: np.ndarray,
    names: Sequence[str],
    colour: str | None = None,
) -> None:
    every = -(-len(points) // MOST_POINTS)
    low, high = np.quantile(points, (0.002, 0.998), axis=0)
    margin = 0.05 * (high - low) + 1e-9
    for number, name in enumerate(names or ("",)):
        part = points[::every][labels[::every] == number]
        axes.scatter(
            part[:, 0],
            part[:, 1],
            _area(points),
            colour or COLOURS[number % len(COLOURS)],
            marker=MARKERS[number // len(COLOURS) % len(MARKERS)],
            alpha=0.5,
            linewidths=0,
            label=name,
        )
    axes.set(xlim=(low[0] - margin[0], high[0] + margin[0]))
    axes.set(ylim=(low[1] - margin[1], high[1] + margin[1]))
    if names:
        axes.legend(fontsize=7, markerscale=1.5, loc="best")
