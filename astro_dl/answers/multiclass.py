"""Which of several classes an example is of: a probability of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

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
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.calibration import (
    Fit,
    Temperature,
    Vector,
    check_calibration,
    class_probabilities,
    fit_temperature,
    fit_vector,
    temperature_probabilities,
)
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.confusion import confusion_matrix
from astro_dl.metrics.multiclass import multiclass_metrics

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
LEAST_PROBABILITY = 1e-6


@dataclass(frozen=True)
class Multiclass(AnswerKind):
    """Probabilities by a softmax, one for each class."""

    kind: ClassVar[str] = "multiclass"
    target_type: ClassVar[type] = np.int32
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_accuracy": True}

    titles: ClassVar[Mapping[str, str]] = {
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced accuracy",
        "macro_f1": "macro F1",
        "macro_auc": "macro AUC",
        "log_loss": "log-loss [nat]",
        "ece": "calibration error",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"accuracy": True, "macro_f1": True}

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.names

    @property
    def losses(self) -> tuple[str, ...]:
        """Losses of one logit for each class."""
        return ("categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge")

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is a temperature, a vector of all classes, or none."""
        check_calibration(calibration, Temperature, Vector)
        for key in ("scales", "offsets"):
            if key in calibration and len(calibration[key]) != self.outputs:
                raise UsageError(
                    f"calibration.{key}: one number for each of {self.outputs} classes"
                )

    @property
    def recalibrations(self) -> dict[str, Fit]:
        """A vector scaling, or a temperature."""
        return {
            "vector": lambda logits, y, now: fit_vector(logits, y),
            "temperature": lambda logits, y, now: fit_temperature(logits, y),
        }

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the probability of each class, after as many logits."""
        from astro_dl.models.heads import activated_logits

        return activated_logits(embedding, self.outputs, "softmax", "probabilities", **options)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` unless at least two of the classes occur, and nothing else."""
        check_class_targets(self.names, y, split)

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return cross-entropy."""
        import keras

        from astro_dl.training.objective import Objective

        if not label_smoothing:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            return Objective(self, loss, loss, np.asarray, _validation_scores)
        smooth, plain = (
            keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=share)
            for share in (label_smoothing, 0.0)
        )
        return Objective(self, smooth, plain, self.encoded_for(""), _validation_scores)

    def encoded_for(self, loss: str) -> Callable[[Array], Array]:
        """Return what makes of the numbers of classes one column for each."""
        return np.eye(self.outputs, dtype=np.float32).__getitem__

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return a temperature."""
        return fit_temperature(logits, y)

    def calibrated_scores(self, scores: Array, y: Array) -> Callable[[Array], Array]:
        """Return a temperature of probabilities (n, classes)."""
        calibration = fit_temperature(_logarithms(scores), y)
        return lambda other: temperature_probabilities(calibration, _logarithms(other))

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return calibrated probabilities (n, classes)."""
        return Answers(logits, class_probabilities(calibration, logits))

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean probabilities, and how their entropy is divided."""
        members = zip(logits, calibrations, strict=True)
        return averaged_classes(logits, [self.answers(*one).values for one in members])

    def main_logit(self, logits: Array) -> Array:
        """Return the most probable class."""
        return logits.argmax(axis=1)

    def turn(self, logits: Array, calibration: Mapping[str, Any]) -> Turn:
        """Return where the most probable class is no more so than the next."""
        second, first = np.argsort(logits, axis=1)[:, -2:].T
        return Turn("the class", first, second, np.zeros(len(logits)))

    def conformal(self) -> ClassSets:
        """Return sets of classes."""
        return ClassSets(self.names)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``label``, ``p_<class>`` and the parts of the uncertainty."""
        parts = {name: one.astype(np.float32) for name, one in answers.parts.items()}
        return {**class_columns(self.names, answers.values), **parts}

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and its peers make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return those of `astro_dl.metrics.multiclass.multiclass_metrics`."""
        return multiclass_metrics(
            outcome.scores[method],
            outcome.y,
            self.names,
            confidence=settings.confidence,
            bootstrap=settings.bootstrap,
            rng=rng,
        )

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return accuracies, F1, area under the curve and log-loss."""
        return {key: metrics[key] for key in self.titles if key in metrics}

    def uncertainty(
        self, outcome: Outcome, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return how honest the probability of the predicted class is, by way of telling it."""
        return class_uncertainty(
            outcome.ways, outcome.y, settings.confidence, settings.bootstrap, rng
        )

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``confusion`` and ``reliability``."""
        from astro_dl.evaluation.figures.binary import draw_reliability
        from astro_dl.evaluation.figures.values import draw_confusion

        outcome = report.outcome
        network = report.metrics["methods"][outcome.own]
        p = np.asarray(outcome.scores[outcome.own])
        right = p.argmax(axis=1) == outcome.y
        return {
            "confusion": draw_confusion(np.array(network["confusion"]), self.names),
            "reliability": draw_reliability(
                p.max(axis=1),
                right,
                None,
                network["confidence"],
                "the predicted class",
                outcome.own,
            ),
        }

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the wrong examples whose true class was held least probable."""
        p, y, names = outcome.scores[outcome.own], np.asarray(outcome.y), self.names
        guess, own = p.argmax(axis=1), p[np.arange(len(p)), y]
        wrong = guess != y
        indices = highest(np.where(wrong, -own, -np.inf), min(count, int(wrong.sum())))
        captions = [
            f"{names[y[i]]} (p {own[i]:.2g})\ntaken for {names[guess[i]]} (p {p[i].max():.2g})"
            for i in indices
        ]
        return indices, captions

    @property
    def importance_measure(self) -> str:
        """What the importance of a column is measured by, in words."""
        return "loss of balanced accuracy"

    def mean_error(self, scores: Array, y: Array) -> float:
        """Return one minus the balanced accuracy."""
        counts = confusion_matrix(scores.argmax(axis=1), y, len(self.names))
        present = counts.sum(axis=1) > 0
        return 1 - float((np.diag(counts)[present] / counts.sum(axis=1)[present]).mean())

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return all classes in turn, and cross-entropy."""
        import keras

        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return np.arange(n) % max(2, self.outputs), loss

    def check_outputs(self, values: Array) -> None:
        """Raise AssertionError for what are no probabilities."""
        assert np.allclose(values.sum(axis=1), 1, atol=1e-4), "probabilities don't sum to one"


def _validation_scores(logits: Array, y: Array) -> dict[str, float]:
    return {"val_accuracy": float(np.mean(logits.argmax(1) == y))}


def _logarithms(probabilities: Array) -> Array:
    """Return logits whose softmax they are; those of zero are held where sums notice none."""
    return np.log(np.clip(probabilities, LEAST_PROBABILITY, None))
