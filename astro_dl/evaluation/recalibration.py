"""A network's answers before and after its recalibration by a sample of truths, groups whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.data.splits import split_by_group
from astro_dl.distributions.binned import Quantiles
from astro_dl.evaluation.groups import LEVELS
from astro_dl.evaluation.last_layer import Correction, best_penalty, fit_correction, left_out
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import Report, build_report
from astro_dl.inference.predictions import Answers

Array = np.ndarray
BEFORE, AFTER = "as it was", "recalibrated"
LAST_LAYER = "last_layer"
FOLDS, FEWEST, FEWEST_GROUPS = 5, 20, 8
ExtraMetrics = Callable[[Outcome, EvaluationConfig], dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """Logits of a network and the truth of n examples.

    Parameters
    ----------
    logits, y : ndarray
        As of `AnswerKind.answers`, and `astro_dl.core.examples.Examples`.
    groups : ndarray, (n,)
        What is kept whole.
    info : Table
        What metrics of the task need, row by row; may have no column.
    embedding : ndarray, (n, width), optional
        What the last layer makes logits of, if they are linear in it.
    """

    logits: Array
    y: Array
    groups: Array
    info: Table
    embedding: Array | None = None


@dataclass(frozen=True)
class Comparison:
    """What a recalibration is, and what it changes.

    Parameters
    ----------
    calibration : dict
        Fitted on the whole sample.
    correction : Correction or None
        Of the last layer, likewise.
    before, after : Report
        On the whole sample: of the answers as they were, and of those recalibrated by the other
        folds, so that no example is judged by a fit that its group has part in.
    """

    calibration: dict[str, Any]
    correction: Correction | None
    before: Report
    after: Report


@dataclass(frozen=True)
class _Fitted:
    """What is fitted to some rows: a correction of the last layer, if any, and a calibration."""

    head: AnswerKind
    correction: Correction | None
    calibration: dict[str, Any]

    def answers(self, sample: Sample, rows: Array) -> Answers:
        """Return the answers to other rows."""
        logits = sample.logits[rows]
        if self.correction is not None and sample.embedding is not None:
            logits = logits + self.correction(sample.embedding[rows]) @ self.head.shifts
        return self.head.answers(logits, self.calibration)


def methods(head: AnswerKind, linear: bool) -> tuple[str, ...]:
    """Return the methods for a kind of answer, the usual one first.

    Parameters
    ----------
    head : AnswerKind
        What logits mean.
    linear : bool
        Whether they are linear in an embedding that is known.
    """
    known = tuple(head.recalibrations)
    return (LAST_LAYER, *known) if linear and known and head.shifts is not None else known


def compare_recalibration(
    head: AnswerKind,
    sample: Sample,
    calibration: Mapping[str, Any],
    method: str,
    settings: EvaluationConfig,
    extra_metrics: ExtraMetrics | None = None,
    about: Mapping[str, Any] | None = None,
) -> Comparison:
    """Fit a recalibration, and cross-validate it over groups.

    Parameters
    ----------
    head : AnswerKind
        What logits mean.
    sample : Sample
        Of the user.
    calibration : mapping
        Of the card.
    method : str
        Of `methods`; empty for the usual one. ``"last_layer"`` corrects values by the embedding,
        see `astro_dl.evaluation.last_layer`, and then takes the usual one of the answer.
    settings : EvaluationConfig
        Of the metrics.
    extra_metrics : callable, optional
        The task's own.
    about : mapping, optional
        What reports say of the data.

    Raises
    ------
    UsageError
        If the kind of answer has no such method, or there are fewer than 20 examples or 8 groups.
    """
    known = methods(head, sample.embedding is not None)
    if not known:
        raise UsageError(f"answers of the kind {head.kind} are not recalibrated")
    method = method or known[0]
    if method not in known:
        raise unknown_name("method", method, known)
    groups = np.unique(sample.groups, return_inverse=True)[1]
    if len(groups) < FEWEST or groups.max() + 1 < FEWEST_GROUPS:
        raise UsageError(
            f"{len(groups)} examples of {groups.max() + 1} groups; recalibration needs {FEWEST} "
            f"and {FEWEST_GROUPS} at least"
        )
    fitted = _fitting(head, sample, groups, calibration, method)
    was = head.answers(sample.logits, calibration)
    now = _cross_fitted(sample, groups, fitted)
    before, after = (
        build_report(
            _outcome(head, sample, answers, name, dict(about or {})), settings, extra_metrics
        )
        for name, answers in ((BEFORE, was), (AFTER, now))
    )
    whole = fitted(np.arange(len(groups)))
    return Comparison(whole.calibration, whole.correction, before, after)


def _fitting(
    head: AnswerKind, sample: Sample, groups: Array, calibration: Mapping[str, Any], method: str
) -> Callable[[Array], _Fitted]:
    """Return what fits a method to some rows of a sample."""
    embedding = sample.embedding
    if method != LAST_LAYER or embedding is None:
        fit = head.recalibrations[method]

        def calibrated(rows: Array) -> _Fitted:
            found = fit(sample.logits[rows], sample.y[rows], calibration)
            return _Fitted(head, None, dict(found))

        return calibrated
    fit = next(iter(head.recalibrations.values()))
    values = head.answers(sample.logits, calibration).values
    residual = np.asarray(sample.y, float).reshape(values.shape) - values
    penalty = best_penalty(embedding, residual, groups)

    def corrected(rows: Array) -> _Fitted:
        some = embedding[rows], residual[rows]
        # Widths are those of examples that the correction has not seen.
        moved = left_out(*some, np.unique(groups[rows], return_inverse=True)[1], penalty)
        logits = sample.logits[rows] + moved @ head.shifts
        found = fit(logits, sample.y[rows], calibration)
        return _Fitted(head, fit_correction(*some, penalty), dict(found))

    return corrected


def _cross_fitted(sample: Sample, groups: Array, fitted: Callable[[Array], _Fitted]) -> Answers:
    """Return answers of which each is recalibrated by the folds that it is not in."""
    parts, order = [], []
    folds = split_by_group(groups, {str(fold): 1 / FOLDS for fold in range(FOLDS)}, 0)
    for held_out in folds.values():
        others = np.setdiff1d(np.arange(len(groups)), held_out)
        parts.append(_told(fitted(others).answers(sample, held_out)))
        order.append(held_out)
    back = np.argsort(np.concatenate(order), kind="stable")
    logits, values = (
        np.concatenate([getattr(one, name) for one in parts])[back] for name in ("logits", "values")
    )
    tables = [one.distribution for one in parts if isinstance(one.distribution, Quantiles)]
    if not tables:
        return Answers(logits, values)
    joined = np.concatenate([one.values for one in tables])[back]
    return Answers(logits, values, Quantiles(LEVELS, joined))


def _told(answers: Answers) -> Answers:
    """Return answers whose distributions are quantiles, so that those of folds can be joined."""
    distribution = answers.distribution
    if distribution is None:
        return answers
    return Answers(answers.logits, answers.values, Quantiles(LEVELS, distribution.quantile(LEVELS)))


def _outcome(
    head: AnswerKind, sample: Sample, answers: Answers, name: str, about: dict[str, Any]
) -> Outcome:
    told = _told(answers)
    return Outcome(
        head=head,
        y=np.asarray(sample.y),
        scores={name: head.scores(answers)},
        probabilities=answers.values if head.ranks else None,
        distributions={} if told.distribution is None else {name: told.distribution},
        info=sample.info,
        groups=sample.groups,
        about=about,
        own=name,
    )
