"""All figures of a report, written to a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from astro_dl.evaluation.figures.binary import (
    draw_efficiency,
    draw_reliability,
    draw_roc,
    draw_scores,
)
from astro_dl.evaluation.figures.common import draw_history, draw_wrong
from astro_dl.evaluation.figures.style import save_figure
from astro_dl.evaluation.figures.unsupervised import draw_unsupervised
from astro_dl.evaluation.figures.values import (
    draw_confusion,
    draw_coverage,
    draw_importance,
    draw_pit,
    draw_residuals,
)
from astro_dl.evaluation.predictions import NETWORK
from astro_dl.evaluation.report import Report


def draw_report(
    report: Report,
    folder: str | Path,
    history: Mapping[str, Sequence[float]] | None = None,
) -> list[Path]:
    """Draw every figure that fits a report.

    Parameters
    ----------
    report : Report
        From `astro_dl.evaluation.report.build_report`.
    folder : str or Path
        Made if it doesn't exist; figures of the same names are replaced.
    history : mapping, optional
        Columns of the training history.

    Returns
    -------
    list of Path
        The PNG files: for binary heads ``roc``, ``efficiency``, ``reliability``, ``scores``; for
        multi-class heads ``confusion``, ``reliability``; for regression ``residuals``, ``pit``,
        ``coverage``; for reconstructions ``latent``, ``anomaly_scores``, ``anomaly_roc``; and
        ``importance`` (columns of a table), ``wrong`` and ``history`` where there is something to
        show.
    """
    draw = {
        "binary": _binary,
        "multiclass": _multiclass,
        "regression": _regression,
        "reconstruction": draw_unsupervised,
    }
    figures = draw[report.outcome.head.kind](report)
    if "importance" in report.metrics:
        figures["importance"] = draw_importance(report.metrics["importance"])
    if report.wrong:
        figures["wrong"] = draw_wrong(**report.wrong)
    if history is not None:
        figures["history"] = draw_history(history)
    return [
        save_figure(figure, Path(folder) / f"{name}.png")
        for name, figure in figures.items()
        if figure is not None
    ]


def _binary(report: Report) -> dict[str, Figure | None]:
    outcome, methods = report.outcome, report.metrics["methods"]
    areas = {name: metrics["auc"]["value"] for name, metrics in methods.items()}
    network = methods[NETWORK]
    figures: dict[str, Any] = {
        "roc": draw_roc(outcome, areas),
        "scores": draw_scores(
            outcome.scores[NETWORK], outcome.y, outcome.head.names, network["tpr"]
        ),
    }
    if report.efficiency is not None and outcome.difficulty is not None:
        figures["efficiency"] = draw_efficiency(
            report.efficiency, outcome.difficulty.label, outcome.bound
        )
    if outcome.probabilities is not None:
        figures["reliability"] = draw_reliability(
            outcome.probabilities,
            outcome.y,
            outcome.prevalence,
            network["confidence"],
            outcome.head.names[-1],
        )
    return figures


def _multiclass(report: Report) -> dict[str, Figure | None]:
    outcome, network = report.outcome, report.metrics["methods"][NETWORK]
    p = np.asarray(outcome.scores[NETWORK])
    right = p.argmax(axis=1) == outcome.y
    return {
        "confusion": draw_confusion(np.array(network["confusion"]), outcome.head.names),
        "reliability": draw_reliability(
            p.max(axis=1), right, None, network["confidence"], "the predicted class"
        ),
    }


def _regression(report: Report) -> dict[str, Figure | None]:
    outcome = report.outcome
    names, units = outcome.head.names, outcome.head.units
    shape = (len(outcome.y), len(names))
    values, truth = np.reshape(outcome.scores[NETWORK], shape), np.reshape(outcome.y, shape)
    figures: dict[str, Any] = {"residuals": draw_residuals(values, truth, names, units)}
    if NETWORK in outcome.distributions:
        pit = outcome.distributions[NETWORK].cdf(truth)
        figures |= {"pit": draw_pit(pit, names), "coverage": draw_coverage(pit, names)}
    return figures
