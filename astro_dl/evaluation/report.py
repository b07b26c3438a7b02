"""The report of an evaluation: every method on the same examples, as numbers, tables and text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.bundles.card import dump_json
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import NETWORK, Outcome
from astro_dl.evaluation.report_text import headline, report_text
from astro_dl.evaluation.uncertainty_metrics import uncertainty_metrics
from astro_dl.evaluation.unsupervised.metrics import unsupervised_metrics
from astro_dl.metrics.binary import binary_metrics
from astro_dl.metrics.checks import check_binary
from astro_dl.metrics.efficiency import efficiency_table, equivalent_losses
from astro_dl.metrics.multiclass import multiclass_metrics
from astro_dl.metrics.regression import regression_metrics


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

    def to_text(self) -> str:
        """Return the report for a terminal."""
        return report_text(self.metrics, self.outcome, self.efficiency)

    def to_json(self) -> str:
        """Return all metrics as JSON."""
        return report_json(self)

    __str__ = to_text


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
    if NETWORK not in outcome.scores:
        raise UsageError(f"scores of {NETWORK!r} are missing; accepted: a mapping that holds them")
    if outcome.bound is not None and outcome.bound not in outcome.scores:
        outcome = Outcome(**{**vars(outcome), "bound": None})
    metrics: dict[str, Any] = {
        "about": {"kind": outcome.head.kind, "n": len(outcome.y), **outcome.about},
        "methods": {
            name: _method_metrics(outcome, name, settings, np.random.default_rng([seed, k]))
            for k, name in enumerate(outcome.scores)
        },
    }
    efficiency = None
    if outcome.head.kind == "binary" and _difficulty_is_known(outcome):
        efficiency = _efficiency(outcome, settings, np.random.default_rng([seed, 100]))
        metrics["difficulty"] = outcome.difficulty.label  # type: ignore[union-attr]
        metrics["efficiency"] = _rows(efficiency)
        if outcome.bound is not None:
            metrics["bound"] = outcome.bound
            metrics["equivalent_snr_loss"] = _losses(
                outcome, settings, np.random.default_rng([seed, 101])
            )
    if outcome.ways:
        metrics["uncertainty"] = uncertainty_metrics(
            outcome.head,
            outcome.ways,
            outcome.y,
            settings.confidence,
            settings.bootstrap,
            np.random.default_rng([seed, 102]),
        )
    if extra_metrics is not None:
        metrics["task"] = extra_metrics(outcome, settings)
    return Report(
        metrics, _headline_table(metrics["methods"]), efficiency, outcome, dict(wrong or {})
    )


def report_json(report: Report) -> str:
    """Return all metrics of a report as strict JSON; what is not finite is null."""
    return dump_json(report.metrics)


def _method_metrics(
    outcome: Outcome, name: str, settings: EvaluationConfig, rng: np.random.Generator
) -> dict[str, Any]:
    head, score, own = outcome.head, outcome.scores[name], name == NETWORK
    common: dict[str, Any] = {
        "confidence": settings.confidence,
        "bootstrap": settings.bootstrap,
        "rng": rng,
    }
    if outcome.unsupervised is not None:
        return unsupervised_metrics(
            name,
            score,
            outcome.y,
            head.names,
            outcome.unsupervised,
            settings.false_alarm_probabilities,
            **common,
        )
    if head.kind == "binary":
        return binary_metrics(
            score,
            outcome.y,
            settings.false_alarm_probabilities,
            probabilities=outcome.probabilities if own else None,
            prevalence=outcome.prevalence,
            **common,
        )
    if head.kind == "multiclass":
        return multiclass_metrics(score, outcome.y, head.names, **common)
    distribution = outcome.distributions.get(name)
    return regression_metrics(score, outcome.y, head.names, head.units, distribution, **common)


def _difficulty_is_known(outcome: Outcome) -> bool:
    values = outcome.difficulty_values
    return values is not None and bool(np.isfinite(values[np.asarray(outcome.y) == 1]).all())


def _efficiency(outcome: Outcome, settings: EvaluationConfig, rng: np.random.Generator) -> Table:
    assert outcome.difficulty is not None
    assert outcome.difficulty_values is not None
    return efficiency_table(
        outcome.scores,
        outcome.y,
        outcome.difficulty_values,
        outcome.difficulty.edges,
        settings.false_alarm_probabilities,
        settings.confidence,
        outcome.bound,
        settings.bootstrap,
        rng,
    )


def _losses(
    outcome: Outcome, settings: EvaluationConfig, rng: np.random.Generator
) -> dict[str, Any]:
    """Return equivalent losses; none where the difficulty is not a positive strength."""
    values = outcome.difficulty_values
    assert values is not None
    assert outcome.bound is not None
    _, label = check_binary(outcome.scores[NETWORK], outcome.y)
    if values[label].min() <= 0 or np.ptp(values[label]) == 0:
        return {}
    return equivalent_losses(
        outcome.scores,
        label,
        values,
        outcome.bound,
        settings.false_alarm_probabilities,
        confidence=settings.confidence,
        bootstrap=settings.bootstrap,
        rng=rng,
    )


def _rows(table: Table) -> list[dict[str, Any]]:
    """Return a table as plain rows; None for what is NaN."""
    columns = [
        [None if value != value else value for value in table[name].tolist()]
        for name in table.colnames
    ]
    return [dict(zip(table.colnames, row, strict=True)) for row in zip(*columns, strict=True)]


def _headline_table(methods: Mapping[str, Mapping[str, Any]]) -> Table:
    lines = {name: headline(metrics) for name, metrics in methods.items()}
    columns = list(dict.fromkeys(key for line in lines.values() for key in line))
    table = Table({"method": list(lines)})
    for column in columns:
        for suffix, part in (("", "value"), ("_low", "low"), ("_high", "high")):
            found = [line.get(column, {}).get(part) for line in lines.values()]
            table[column + suffix] = [np.nan if value is None else value for value in found]
    return table
