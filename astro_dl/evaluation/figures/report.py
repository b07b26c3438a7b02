"""All figures of a report, written to a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from astro_dl.evaluation.figures.common import draw_history, draw_wrong
from astro_dl.evaluation.figures.style import save_figure
from astro_dl.evaluation.figures.values import (
    draw_importance,
)
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
        The PNG files: for binary heads ``roc``, ``precision_recall``, ``confusion``,
        ``efficiency``, ``reliability``, ``scores``; for multi-class heads ``confusion``,
        ``reliability``; for regression ``residuals``, ``pit``, ``coverage``; for reconstructions
        ``latent``, ``anomaly_scores``, ``anomaly_roc``; and ``importance`` (columns of a table),
        ``wrong`` and ``history`` where there is something to show.
    """
    figures = report.outcome.head.figures(report)
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
