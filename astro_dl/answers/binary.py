"""Which of two classes an example is of: one logit, and a probability."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from astropy.table import Table

from astro_dl.answers.classes import (
    averaged_classes,
    check_class_targets,
    class_columns,
    class_uncertainty,
    highest,
)
from astro_dl.answers.conformal import ClassSets
from astro_dl.core.answer import AnswerKind, Turn
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.decisions import decided
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.calibration import (
    Fit,
    Platt,
    check_calibration,
    fit_platt,
    platt_probabilities,
)
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.binary import area_under_curve, binary_metrics
from astro_dl.metrics.checks import check_binary
from astro_dl.metrics.detection import detection_threshold, measurable
from astro_dl.metrics.efficiency import efficiency_table, equivalent_losses

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray


@dataclass(frozen=True)
class Binary(AnswerKind):
    """A probability by a sigmoid of one logit, which ranks examples.

    Parameters
    ----------
    names : tuple of str
        The two classes, the positive one last.
    """

    kind: ClassVar[str] = "binary"
    ranks: ClassVar[bool] = True
    monitors: ClassVar[Mapping[str, bool]] = {
        "val_loss": False,
        "val_auc": True,
        "val_accuracy": True,
    }

    titles: ClassVar[Mapping[str, str]] = {
        "auc": "ROC AUC",
        "average_precision": "average precision",
        "brier": "Brier score",
        "log_loss": "log-loss [nat]",
        "ece": "calibration error",
    }
    compared_by: ClassVar[Mapping[str, bool]] = dict.fromkeys(
        ("auc", "tpr_0.01", "tpr_0.001", "tpr_0.0001"), True
    )

    def __post_init__(self) -> None:
        if len(self.names) != 2:
            raise UsageError(f"a binary answer has two classes, not {len(self.names)}")

    @property
    def losses(self) -> tuple[str, ...]:
        """Losses of one logit."""
        return ("binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge")

    @property
    def outputs(self) -> int:
        """One logit."""
        return 1

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.names

    @classmethod
    def title(cls, metric: str) -> str:
        """Return the heading of a headline metric, or of a true-positive rate."""
        rate = metric.removeprefix("tpr_")
        return super().title(metric) if rate == metric else f"TPR at FAP {rate}"

    @classmethod
    def textbook(cls, outputs: int) -> Self:
        """Return the answer of a model where no task names it."""
        return cls(("negative", "positive"))

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is Platt's, or none."""
        check_calibration(calibration, Platt)

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the probability of the positive class, after one logit."""
        from astro_dl.models.heads import activated_logits

        return activated_logits(embedding, 1, "sigmoid", "probabilities", **options)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` unless both classes occur, and nothing else."""
        check_class_targets(self.names, y, split)

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return binary cross-entropy."""
        import keras

        from astro_dl.training.objective import Objective

        smooth, plain = (
            keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=share)
            for share in (label_smoothing, 0.0)
        )
        return Objective(self, smooth, plain, _column, _validation_scores)

    def thresholds(self, logits: Array, y: Array, probabilities: Sequence[float]) -> dict[str, Any]:
        """Return the logit above which each share of the negatives lies, where measurable."""
        return measurable_thresholds(logits[y == 0], probabilities)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return Platt's scaling."""
        return fit_platt(logits, y)

    @property
    def recalibrations(self) -> dict[str, Fit]:
        """Platt's scaling."""
        return {"affine": lambda logits, y, now: fit_platt(logits, y)}

    def calibrated_scores(self, scores: Array, y: Array) -> Callable[[Array], Array]:
        """Return Platt's scaling of log-odds; that of none where they rank the wrong way."""
        platt = fit_platt(scores, y)
        if platt["scale"] <= 0:
            return lambda other: other
        return lambda other: platt["scale"] * other + platt["offset"]

    def per_example(self, logits: Array) -> Array:
        """Return logits without their last axis."""
        return logits[..., 0]

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return calibrated probabilities (n,) of the positive class."""
        return Answers(logits, platt_probabilities(calibration, logits))

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean probabilities, and how their entropy is divided."""
        members = zip(logits, calibrations, strict=True)
        return averaged_classes(logits, [self.answers(*one).values for one in members])

    def logit_name(self, number: int) -> str:
        """Return the positive class."""
        return self.names[-1]

    def turn(self, logits: Array, calibration: Mapping[str, Any]) -> Turn:
        """Return where the calibrated probability is one half."""
        first = np.zeros(len(logits), int)
        level = -calibration.get("offset", 0.0) / calibration.get("scale", 1.0)
        return Turn("the decision", first, first - 1, np.full(len(logits), level))

    def conformal(self) -> ClassSets:
        """Return sets of classes."""
        return ClassSets(self.names)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``label``, ``p_<class>``, ``logit`` and the parts of the uncertainty."""
        probabilities = np.stack([1 - answers.values, answers.values], axis=1)
        parts = {name: one.astype(np.float32) for name, one in answers.parts.items()}
        return {**class_columns(self.names, probabilities), "logit": answers.logits, **parts}

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network, its peers and the task's baselines make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def scores(self, answers: Answers) -> Array:
        """Return the ranking statistic (n,)."""
        return answers.logits

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return those of `astro_dl.metrics.binary.binary_metrics`, and ``decisions``."""
        ranking = binary_metrics(
            outcome.scores[method],
            outcome.y,
            settings.false_alarm_probabilities,
            probabilities=outcome.probabilities if method == outcome.own else None,
            prevalence=outcome.stated_prevalence,
            confidence=settings.confidence,
            bootstrap=settings.bootstrap,
            rng=rng,
        )
        return {**ranking, "decisions": decided(outcome, method, settings, rng)}

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return areas, the efficiency at each false-alarm probability, and honesty."""
        rates = {f"tpr_{one['false_alarm_probability']:g}": one for one in metrics.get("tpr", ())}
        areas, honesty = (
            {key: metrics[key] for key in keys if key in metrics}
            for keys in (("auc", "average_precision"), ("brier", "log_loss", "ece"))
        )
        return areas | rates | honesty

    def efficiency(
        self, outcome: Outcome, settings: EvaluationConfig, seed: int
    ) -> tuple[dict[str, Any], Table | None]:
        """Return the efficiency by bin of difficulty, and what is lost against the bound."""
        values, difficulty = outcome.difficulty_values, outcome.difficulty
        if difficulty is None or values is None:
            return {}, None
        label = np.asarray(outcome.y) == 1
        if not np.isfinite(values[label]).all():
            return {}, None
        table = efficiency_table(
            outcome.scores,
            outcome.y,
            values,
            difficulty.edges,
            settings.false_alarm_probabilities,
            settings.confidence,
            outcome.bound,
            settings.bootstrap,
            np.random.default_rng([seed, 100]),
        )
        found: dict[str, Any] = {"difficulty": difficulty.label, "efficiency": _rows(table)}
        if outcome.bound is not None:
            rng = np.random.default_rng([seed, 101])
            losses = _losses(outcome, values, outcome.bound, settings, rng)
            found |= {"bound": outcome.bound, "equivalent_snr_loss": losses}
        return found, table

    def uncertainty(
        self, outcome: Outcome, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return how honest the probability of the predicted class is, by way of telling it."""
        return class_uncertainty(
            outcome.ways, outcome.y, settings.confidence, settings.bootstrap, rng
        )

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``roc``, ``precision_recall``, ``scores`` and what else can be drawn.

        These are ``confusion``, ``efficiency`` and ``reliability``.
        """
        from astro_dl.evaluation.figures.binary import (
            draw_efficiency,
            draw_reliability,
            draw_roc,
            draw_scores,
        )
        from astro_dl.evaluation.figures.precision_recall import draw_precision_recall
        from astro_dl.evaluation.figures.values import draw_confusion

        outcome, methods = report.outcome, report.metrics["methods"]
        areas = {name: metrics["auc"]["value"] for name, metrics in methods.items()}
        network = methods[outcome.own]
        found: dict[str, Any] = {
            "roc": draw_roc(outcome, areas),
            "precision_recall": draw_precision_recall(outcome, methods),
            "scores": draw_scores(
                outcome.scores[outcome.own], outcome.y, self.names, network["tpr"]
            ),
        }
        decisions = network["decisions"]
        if "confusion" in decisions:
            found["confusion"] = draw_confusion(
                np.array(decisions["confusion"]), self.names, f"at {decisions['threshold']}"
            )
        if report.efficiency is not None and outcome.difficulty is not None:
            label = outcome.difficulty.label
            found["efficiency"] = draw_efficiency(report.efficiency, label, outcome.bound)
        if outcome.probabilities is not None:
            found["reliability"] = draw_reliability(
                outcome.probabilities,
                outcome.y,
                outcome.stated_prevalence,
                network["confidence"],
                self.names[-1],
                outcome.own,
            )
        return found

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the highest-ranked negatives, and the lowest of the easier half of positives."""
        score, label = check_binary(outcome.scores[outcome.own], outcome.y)
        negative, positive = self.names
        alarms = highest(np.where(label, -np.inf, score), min(count // 2, int((~label).sum())))
        values = outcome.difficulty_values
        easy = label if values is None else label & (values >= np.median(values[label]))
        missed = highest(np.where(easy, -score, -np.inf), min(count - len(alarms), int(easy.sum())))
        captions = [f"{negative} ranked highest\nlogit {score[i]:.3g}" for i in alarms]
        for i in missed:
            detail = ""
            if values is not None and outcome.difficulty is not None:
                detail = f", {outcome.difficulty.column} {values[i]:.3g}"
            captions.append(f"{positive} ranked lowest\nlogit {score[i]:.3g}{detail}")
        return np.concatenate([alarms, missed]), captions

    @property
    def importance_measure(self) -> str:
        """What the importance of a column is measured by, in words."""
        return "loss of ROC AUC"

    def mean_error(self, scores: Array, y: Array) -> float:
        """Return one minus the area under the ROC curve."""
        return 1 - area_under_curve(scores, y)["value"]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return both classes in turn, and cross-entropy."""
        import keras

        y = (np.arange(n) % 2)[:, None].astype(np.float32)
        return y, keras.losses.BinaryCrossentropy(from_logits=True)

    def check_outputs(self, values: Array) -> None:
        """Raise AssertionError for what is no probability."""
        assert ((values >= 0) & (values <= 1)).all(), "binary output is not a probability"


def measurable_thresholds(scores: Array, probabilities: Sequence[float]) -> dict[str, Any]:
    """Return the score above which each share of examples lies, where there are enough."""
    return {
        f"{probability:g}": detection_threshold(scores, probability)
        for probability in probabilities
        if measurable(len(scores), probability) is None
    }


def _column(y: Array) -> Array:
    return np.asarray(y, np.float32).reshape(-1, 1)


def _validation_scores(logits: Array, y: Array) -> dict[str, float]:
    return {
        "val_auc": area_under_curve(logits[:, 0], y)["value"],
        "val_accuracy": float(np.mean((logits[:, 0] > 0) == (y > 0))),
    }


def _losses(
    outcome: Outcome,
    values: Array,
    bound: str,
    settings: EvaluationConfig,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return equivalent losses; none where the difficulty is not a positive strength."""
    _, label = check_binary(outcome.scores[outcome.own], outcome.y)
    if values[label].min() <= 0 or np.ptp(values[label]) == 0:
        return {}
    return equivalent_losses(
        outcome.scores,
        label,
        values,
        bound,
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
