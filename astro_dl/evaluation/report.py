"""The report of an evaluation: every method on the same examples, as numbers, tables and text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.bundles.card import dump_json
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.showing.display import html_of, text_of
from astro_dl.evaluation.groups import with_group_intervals
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report_text import estimate_text, report_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Report:
    """The result of an evaluation.

    Parameters
    ----------
    metrics : dict
        Everything, JSON-able: ``about``, ``methods`` (metrics by method), for binary heads
        ``efficiency`` (rows) and ``equivalent_snr_loss``, ``uncertainty`` by way of telling it,
        and ``task`` (the task's own).
    table : Table
        Headline metrics with intervals, one row per method (and target).
    efficiency : Table or None
        See `astro_dl.metrics.efficiency.efficiency_table`.
    outcome : Outcome
        The predictions, from which figures are drawn.
    wrong : dict
        The most wrong examples: ``x`` (k, …) and ``captions``; empty if they were not kept.
    """

    metrics: dict[str, Any]
    table: Table
    efficiency: Table | None
    outcome: Outcome
    wrong: dict[str, Any] = field(default_factory=dict)

    @property
    def headlines(self) -> dict[str, dict[str, Any]]:
        """Headline estimates by method and name."""
        head, methods = self.outcome.head, self.metrics["methods"]
        return {name: head.headline(metrics) for name, metrics in methods.items()}

    def to_text(self) -> str:
        """Return the report for a terminal."""
        return report_text(self.metrics, self.outcome, self.efficiency)

    def to_json(self) -> str:
        """Return all metrics as JSON."""
        return report_json(self)

    def plot(self) -> "dict[str, Figure]":
        """Return every figure that fits the report, by name."""
        from astro_dl.evaluation.figures.report import report_figures

        return report_figures(self)

    __str__ = to_text

    def __repr__(self) -> str:
        return text_of(*self._shown())

    def _repr_html_(self) -> str:
        return html_of(*self._shown())

    def _shown(self) -> tuple[str, dict[str, str]]:
        about, head = self.metrics["about"], self.outcome.head
        facts = {"data": f"{about.get('data', 'data')}, n = {about['n']:,}"}
        for method, metrics in self.headlines.items():
            told = [(head.title(key), estimate_text(one)) for key, one in metrics.items()]
            facts[method] = ", ".join(f"{title} {text}" for title, text in told[:2])
        return f"Report of {about.get('model', self.outcome.own)}", facts


def build_report(
    outcome: Outcome,
    settings: EvaluationConfig | None = None,
    extra_metrics: Callable[[Outcome, EvaluationConfig], dict[str, Any]] | None = None,
    seed: int = 0,
    wrong: Mapping[str, Any] | None = None,
) -> Report:
    """Return the report of an outcome.

    Parameters
    ----------
    outcome : Outcome
        Predictions and truth.
    settings : EvaluationConfig, optional
        False-alarm probabilities, bootstrap replicas and confidence.
    extra_metrics : callable, optional
        The task's own metrics: ``(outcome, settings) -> dict``, see `astro_dl.core.task.Task`.
    seed : int, default 0
        Of the bootstrap.
    wrong : mapping, optional
        The most wrong examples, for the figure.

    Raises
    ------
    UsageError
        If predictions are unfit: empty, not finite, of another length than the truth, or of one
        class only; or if the bound is not among the methods.
    """
    settings = settings or EvaluationConfig()
    if outcome.own not in outcome.scores:
        raise UsageError(
            f"scores of {outcome.own!r} are missing; accepted: a mapping that holds them"
        )
    if outcome.bound is not None and outcome.bound not in outcome.scores:
        outcome = Outcome(**{**vars(outcome), "bound": None})
    head = outcome.head
    metrics: dict[str, Any] = {
        "about": {
            "kind": head.kind,
            "n": len(outcome.y),
            "confidence": settings.confidence,
            **({} if outcome.groups is None else {"groups": len(np.unique(outcome.groups))}),
            **outcome.about,
        },
        "methods": {
            name: _measured(partial(_metrics_of, name), outcome, settings, [seed, k])
            for k, name in enumerate(outcome.scores)
        },
    }
    found, efficiency = head.efficiency(outcome, settings, seed)
    metrics |= found
    if outcome.ways:
        rng = np.random.default_rng([seed, 102])
        metrics["uncertainty"] = head.uncertainty(outcome, settings, rng)
    if extra_metrics is not None:
        metrics["task"] = _measured(
            partial(_own_metrics, extra_metrics), outcome, settings, [seed, 103]
        )
    lines = {name: head.headline(one) for name, one in metrics["methods"].items()}
    return Report(metrics, _headline_table(lines), efficiency, outcome, dict(wrong or {}))


def _metrics_of(
    method: str, outcome: Outcome, settings: EvaluationConfig, rng: np.random.Generator
) -> dict[str, Any]:
    return dict(outcome.head.metrics(outcome, method, settings, rng))


def _own_metrics(
    measure: Callable[[Outcome, EvaluationConfig], dict[str, Any]],
    outcome: Outcome,
    settings: EvaluationConfig,
    rng: np.random.Generator,
) -> dict[str, Any]:
    return measure(outcome, settings)


def _measured(
    measure: Callable[[Outcome, EvaluationConfig, np.random.Generator], dict[str, Any]],
    outcome: Outcome,
    settings: EvaluationConfig,
    seed: Sequence[int],
) -> dict[str, Any]:
    """Return metrics with their intervals: over whole groups where there are any."""
    rng = np.random.default_rng(seed)
    quick = replace(settings, bootstrap=0)
    return with_group_intervals(
        measure(outcome, settings, rng),
        lambda one: measure(one, quick, rng),
        outcome,
        settings.bootstrap,
        settings.confidence,
        np.random.default_rng([*seed, 1]),
    )


def report_json(report: Report) -> str:
    """Return all metrics of a report as strict JSON; what is not finite is null."""
    return dump_json(report.metrics)


def _headline_table(lines: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = list(dict.fromkeys(key for line in lines.values() for key in line))
    table = Table({"method": list(lines)})
    for column in columns:
        for suffix, part in (("", "value"), ("_low", "low"), ("_high", "high")):
            found = [line.get(column, {}).get(part) for line in lines.values()]
            table[column + suffix] = [np.nan if value is None else value for value in found]
    return table
