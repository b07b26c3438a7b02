"""Figures of binary tasks: ROC, efficiency against difficulty, reliability, score histograms."""

import numpy as np
from astropy.table import Table
from matplotlib.figure import Figure

from astro_dl.core.registry import NETWORK
from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import BAND, legend_above, method_style, new_figure
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binary import roc_points
from astro_dl.metrics.detection import FEWEST_FALSE_ALARMS
from astro_dl.metrics.reliability import expected_calibration_error, reliability_table

MOST_POINTS = 2000


def draw_roc(outcome: Outcome, areas: dict[str, float]) -> Figure:
    """Return the ROC curves of all methods, the false-alarm probability on a logarithmic axis.

    Parameters
    ----------
    outcome : Outcome
        Scores and truth.
    areas : dict
        Area under the curve by method, for the legend.
    """
    figure, ((axes,),) = new_figure()
    negatives = int((np.asarray(outcome.y) == 0).sum())
    for position, (name, scores) in enumerate(outcome.scores.items()):
        false, true = roc_points(scores, outcome.y)
        steps = _thinned(false)
        style = method_style(position, name == outcome.bound) | {"marker": ""}
        axes.step(
            np.maximum(false[steps], 1e-12),
            true[steps],
            where="post",
            label=f"{name}, AUC {areas[name]:.4f}",
            **style,
        )
    lowest = 1 / negatives
    chance = np.geomspace(lowest, 1, 200)
    axes.plot(chance, chance, color="0.6", linewidth=0.8, linestyle=":", label="chance")
    uncertain = min(FEWEST_FALSE_ALARMS / negatives, 1.0)
    axes.axvspan(lowest, uncertain, color="0.93", zorder=0)
    axes.text(
        np.sqrt(lowest * uncertain),
        0.02,
        f"fewer than\n{FEWEST_FALSE_ALARMS} false alarms",
        ha="center",
        va="bottom",
        fontsize=8,
        color="0.45",
    )
    axes.set_xscale("log")
    axes.set(xlim=(lowest, 1), ylim=(0, 1.02))
    axes.set(xlabel="false-alarm probability", ylabel="true-positive rate")
    axes.legend(fontsize=9, loc="best", framealpha=0.9)
    return figure


def draw_efficiency(table: Table, label: str, bound: str | None) -> Figure:
    """Return efficiency against difficulty, one panel per false-alarm probability.

    Parameters
    ----------
    table : Table
        From `astro_dl.metrics.efficiency.efficiency_table`.
    label : str
        Of the difficulty axis, with its unit.
    bound : str or None
        The method drawn as the limit.
    """
    measured = table[np.isfinite(table["efficiency"])]
    probabilities = list(dict.fromkeys(measured["false_alarm_probability"].tolist()))
    columns = min(len(probabilities), 2) or 1
    rows = max(-(-len(probabilities) // columns), 1)
    figure, panels = new_figure(
        rows, columns, 4.6 * columns, 3.5 * rows + 0.4, sharex=True, sharey=True
    )
    methods = list(dict.fromkeys(str(name) for name in table["method"]))
    for axes, probability in zip(panels.flat, probabilities, strict=False):
        for position, name in enumerate(methods):
            part = measured[
                (measured["method"] == name) & (measured["false_alarm_probability"] == probability)
            ]
            style = method_style(position, name == bound)
            x = part["mean_difficulty"]
            axes.fill_between(
                x, part["low"], part["high"], color=style["color"], alpha=BAND, linewidth=0
            )
            axes.plot(x, part["efficiency"], label=name, markersize=4, linewidth=1.3, **style)
        axes.set_title(f"false-alarm probability {probability:g}", fontsize=10)
        axes.set_ylim(-0.02, 1.03)
    panels.flat[0].set_xlim(right=_end_of_interest(measured))
    for axes in list(panels.flat)[len(probabilities) :]:
        axes.set_axis_off()
    for axes in panels[-1]:
        axes.set_xlabel(label)
        axes.tick_params(labelbottom=True)
    for axes in panels[:, 0]:
        axes.set_ylabel("efficiency")
    panels.flat[0].legend(fontsize=9, loc="best")
    return figure


def draw_reliability(
    probabilities: np.ndarray,
    y: np.ndarray,
    prevalence: float | None = None,
    confidence: float = 0.95,
    label: str = "positive",
    method: str = NETWORK,
) -> Figure:
    """Return observed against predicted frequency, above a histogram of the predictions.

    Parameters
    ----------
    probabilities, y : ndarray, (n,)
        Predicted probability, and 0/1 truth.
    prevalence, confidence
        As for `astro_dl.metrics.reliability.reliability_table`.
    label : str, default "positive"
        Name of the positive class.
    method : str, default "network"
        What predicted.
    """
    table = reliability_table(probabilities, y, prevalence=prevalence, confidence=confidence)
    used = table[table["n"] > 0]
    figure, panels = new_figure(2, 1, 5.2, 5.8, sharex=True, height_ratios=(3, 1))
    axes, histogram = panels[:, 0]
    axes.plot((0, 1), (0, 1), color="0.5", linewidth=0.9, linestyle="--", label="perfect")
    axes.vlines(used["predicted"], used["low"], used["high"], color=COLOURS[0], linewidth=1.4)
    error = expected_calibration_error(table)
    axes.plot(
        used["predicted"],
        used["observed"],
        color=COLOURS[0],
        marker="o",
        markersize=5,
        linewidth=1.2,
        label=f"{method}, calibration error {error:.4f}",
    )
    at = "" if prevalence is None else f" at prevalence {prevalence:.3g}"
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_ylabel(f"observed frequency of {label}{at}")
    legend_above(axes)
    width = float(table["high_edge"][0] - table["low_edge"][0])
    histogram.bar(
        table["low_edge"], table["n"], width=width, align="edge", color=COLOURS[0], alpha=0.7
    )
    histogram.set_yscale("log")
    histogram.set_ylim(bottom=0.8)
    histogram.set(xlabel=f"predicted probability of {label}", ylabel="examples")
    return figure


def draw_scores(
    scores: np.ndarray, y: np.ndarray, names: tuple[str, ...], rates: list[dict]
) -> Figure:
    """Return the distribution of the network's ranking statistic for both classes.

    Parameters
    ----------
    scores, y : ndarray, (n,)
        Ranking statistic, and 0/1 truth.
    names : tuple of str
        Class names, the positive one last.
    rates : list of dict
        From `astro_dl.metrics.binary.true_positive_rates`; thresholds are marked.
    """
    figure, ((axes,),) = new_figure()
    label = np.asarray(y) == 1
    low, high = np.quantile(scores, (0.0, 0.9998))
    noise = scores[~label]
    # The overlap is what matters: a long tail of loud signals would squeeze it into a few bins.
    high = min(high, noise.max() + 2 * (noise.max() - np.median(noise)))
    bins = np.linspace(low, high, 71)
    for position, name in enumerate(names):
        values = scores[label == bool(position)]
        beyond = np.mean(values > high)
        colour = COLOURS[1 - position]
        weights = np.full(len(values), 1 / len(values))
        text = f"{name}: {len(values):,}" + (f", {beyond:.0%} beyond" if beyond > 0.005 else "")
        axes.hist(values, bins, weights=weights, histtype="stepfilled", color=colour, alpha=BAND)
        axes.hist(values, bins, weights=weights, histtype="step", color=colour, label=text)
    axes.set_yscale("log")
    bottom, top = axes.get_ylim()
    axes.set(xlim=(low, high), ylim=(bottom, top * 12))
    for rate in rates:
        if rate["value"] is None or not low <= rate["threshold"] <= high:
            continue
        axes.axvline(rate["threshold"], color="0.35", linewidth=0.8, linestyle=":")
        axes.text(
            rate["threshold"],
            top * 10,
            f"{rate['false_alarm_probability']:g} ",
            rotation=90,
            ha="right",
            va="top",
            fontsize=8,
            color="0.35",
        )
    axes.set(xlabel="logit (dotted: thresholds by false-alarm probability)")
    axes.set_ylabel("fraction per bin")
    legend_above(axes)
    return figure


def _end_of_interest(table: Table) -> float | None:
    """Return the difficulty two bins beyond which every method finds everything, at any rate."""
    edges = np.unique(table["high_edge"])
    missing = table["high_edge"][table["efficiency"] < 1]
    if len(missing) == 0:
        return None
    position = int(np.searchsorted(edges, missing.max()))
    return float(edges[min(position + 2, len(edges) - 1)])


def _thinned(false: np.ndarray) -> np.ndarray:
    """Return positions that keep a curve's shape on a logarithmic axis with few points."""
    if len(false) <= MOST_POINTS:
        return np.arange(len(false))
    wanted = np.geomspace(max(false[false > 0].min(), 1e-12), 1, MOST_POINTS)
    return np.unique(np.append(np.searchsorted(false, wanted), (0, len(false) - 1)))
