"""All figures of a report, as objects or written to a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from matplotlib.figure import Figure

from astro_dl.evaluation.figures.common import draw_history, draw_wrong
from astro_dl.evaluation.figures.style import save_figure
from astro_dl.evaluation.figures.values import draw_importance
from astro_dl.evaluation.predictions import Outcome


class Drawn(Protocol):
    """What of an `astro_dl.evaluation.report.Report` is drawn."""

    @property
    def metrics(self) -> dict[str, Any]: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def wrong(self) -> dict[str, Any]: ...


def report_figures(
    report: Drawn, history: Mapping[str, Sequence[float]] | None = None
) -> dict[str, Figure]:
    """Return every figure that fits a report, by name.

    Parameters
    ----------
    report : Report
        From `astro_dl.evaluation.report.build_report`.
    history : mapping, optional
        Columns of the training history.

    Returns
    -------
    dict of Figure
        For binary heads ``roc``, ``precision_recall``, ``confusion``, ``efficiency``,
        ``reliability``, ``scores``; for multi-class heads ``confusion``, ``reliability``; for
        regression ``residuals``, ``pit``, ``coverage``; for reconstructions ``latent``,
        ``anomaly_scores``, ``anomaly_roc``; and ``importance`` (columns of a table), ``wrong`` and
        ``history`` where there is something to show.
    """
    figures = report.outcome.head.figures(report)
    if "importance" in report.metrics:
        figures["importance"] = draw_importance(report.metrics["importance"])
    if report.wrong:
        figures["wrong"] = draw_wrong(**report.wrong)
    if history is not None:
        figures["history"] = draw_history(history)
    return {name: figure for name, figure in figures.items() if figure is not None}


def draw_report(
    report: Drawn,
    folder: str | Path,
    history: Mapping[str, Sequence[float]] | None = None,
) -> list[Path]:
    """Write every figure that fits a report as PNG, and return the files.

    Parameters
    ----------
    report, history
        As of `report_figures`.
    folder : str or Path
        Made if it doesn't exist; figures of the same names are replaced.
    """
    return [
        save_figure(figure, Path(folder) / f"{name}.png")
        for name, figure in report_figures(report, history).items()
    ]
