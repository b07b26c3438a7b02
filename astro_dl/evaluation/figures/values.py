"""Figures of classes, of importance, and of whether distributions are honest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from astro_dl.core.registry import NETWORK
from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import BAND, STYLES, new_figure

MOST_LABELLED_CLASSES = 14


def draw_confusion(counts: np.ndarray, names: Sequence[str], title: str = "") -> Figure:
    """Return the confusion matrix: colours and numbers are fractions of the true class.

    Of two classes the counts stand below them.

    Parameters
    ----------
    counts : ndarray, (k, k)
        Rows by truth.
    names : sequence of str
        Class names.
    title : str, default none
        Such as the threshold.
    """
    counts = np.asarray(counts)
    total = counts.sum(axis=1, keepdims=True)
    fractions = counts / np.maximum(total, 1)
    size = float(np.clip(1.6 + 0.62 * len(names), 4.2, 11))
    figure, ((axes,),) = new_figure(width=size + 1.8, height=size)
    axes.grid(False)
    image = axes.imshow(fractions, vmin=0, vmax=1, cmap="Blues", aspect="auto")
    figure.colorbar(image, ax=axes, label="fraction of the true class")
    ticks = np.arange(len(names))
    axes.set_xticks(ticks, names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(ticks, [f"{name} ({n:,})" for name, n in zip(names, total[:, 0], strict=True)])
    axes.set(xlabel="predicted class", ylabel="true class (examples)")
    axes.set_title(title, fontsize=10)
    if len(names) <= MOST_LABELLED_CLASSES:
        for i, j in np.ndindex(counts.shape):
            shade = "white" if fractions[i, j] > 0.55 else "black"
            text = f"{fractions[i, j]:.3f}" if counts[i, j] else "0"
            text += f"\n{counts[i, j]:,}" if len(names) == 2 else ""
            axes.text(j, i, text, ha="center", va="center", fontsize=8, color=shade)
    return figure


def draw_importance(importance: Mapping[str, Any]) -> Figure:
    """Return the importance of columns as bars with their intervals, the greatest on top.

    Parameters
    ----------
    importance : mapping
        From `astro_dl.evaluation.importance.permutation_importance`.
    """
    columns = importance["columns"]
    figure, ((axes,),) = new_figure(width=6.4, height=1.4 + 0.22 * len(columns))
    values = np.array([entry["value"] for entry in columns.values()])
    ends = np.array([[entry["low"], entry["high"]] for entry in columns.values()]).T
    place = -np.arange(len(columns))
    axes.barh(place, values, xerr=np.abs(ends - values), color=COLOURS[0], height=0.7)
    axes.set_yticks(place, list(columns))
    axes.set(xlabel=importance["measure"])
    return figure


def draw_pit(pit: np.ndarray, names: Sequence[str], method: str = NETWORK) -> Figure:
    """Return the histogram of the probability integral transform; flat for honest distributions.

    Parameters
    ----------
    pit : ndarray, (n, targets)
        The distributions' ``cdf`` at the truths.
    names : sequence of str
        Of the targets.
    method : str, default "network"
        Whose they are.
    """
    figure, panels = new_figure(1, len(names), max(4.4 * len(names), 5.2), 3.8, sharey=True)
    bins = 20
    expected = len(pit) / bins
    scatter = 2 * np.sqrt(expected * (1 - 1 / bins))
    for k, name in enumerate(names):
        axes = panels[0, k]
        band = (1 - scatter / expected, 1 + scatter / expected)
        axes.axhspan(*band, color="0.85", label="honest ± 2σ")
        counts, edges = np.histogram(pit[:, k], bins=bins, range=(0, 1))
        axes.stairs(counts / expected, edges, color=COLOURS[0], linewidth=1.6, label=method)
        axes.axhline(1, color="0.4", linewidth=0.8)
        axes.set_xlim(0, 1)
        axes.set_xlabel(f"probability integral transform of {name}")
    # After all are drawn: the limits are shared, and set ones no longer grow.
    panels[0, 0].set_ylim(bottom=0)
    panels[0, 0].set_ylabel("density")
    panels[0, 0].legend(fontsize=9, loc="lower center")
    return figure


def draw_coverage(pit: np.ndarray, names: Sequence[str]) -> Figure:
    """Return empirical against nominal coverage of central intervals; below the line is too sure.

    Parameters
    ----------
    pit : ndarray, (n, targets)
        Probability integral transforms.
    names : sequence of str
        Of the targets.
    """
    figure, ((axes,),) = new_figure(width=5.2, height=4.8)
    nominal = np.linspace(0, 1, 101)
    axes.plot((0, 1), (0, 1), color="0.5", linestyle="--", linewidth=0.9, label="honest")
    for k, name in enumerate(names):
        inside = np.sort(2 * np.abs(pit[:, k] - 0.5))
        empirical = np.searchsorted(inside, nominal, side="right") / len(inside)
        scatter = 2 * np.sqrt(empirical * (1 - empirical) / len(inside))
        colour, style = COLOURS[k % len(COLOURS)], STYLES[k // len(COLOURS)]
        axes.fill_between(
            nominal,
            empirical - scatter,
            empirical + scatter,
            color=colour,
            alpha=BAND,
            linewidth=0,
        )
        axes.plot(nominal, empirical, color=colour, linestyle=style, label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1.01))
    axes.set(xlabel="nominal coverage", ylabel="empirical coverage")
    axes.legend(fontsize=9, loc="upper left")
    return figure
