"""Of which class every pixel of an image is: one logit for each class and pixel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from scipy.special import log_softmax

from astro_dl.answers.classes import highest
from astro_dl.answers.maps.logits import map_logits, pixel_logit_name
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.core.schema import coerce
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.calibration import (
    Temperature,
    check_calibration,
    fit_temperature,
    temperature_probabilities,
)
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.pixels import (
    UNKNOWN,
    count_scores,
    overlap_metrics,
    pixel_confusion,
    ranking_metrics,
)

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
RECALL = 0.95
"""At which the precision is told."""

PIXELS_OF_A_CALIBRATION = 400_000

Size = tuple[Annotated[int, Bounds(1)], Annotated[int, Bounds(1)]]


@dataclass(frozen=True)
class Pixels(AnswerKind):
    """The probability of each class in every pixel, by a softmax.

    Parameters
    ----------
    names : tuple of str
        The classes; the first is what lies between the regions that are sought.
    size : tuple of int
        Rows and columns of the answer: those of the input.
    """

    size: tuple[int, int] = (64, 64)

    kind: ClassVar[str] = "pixels"
    target_type: ClassVar[type] = np.uint8
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_iou": True}
    titles: ClassVar[Mapping[str, str]] = {
        "average_precision": "average precision of pixels",
        "precision": f"precision at recall {RECALL:g}",
        "mean_iou": "mean IoU",
        "iou": "IoU of",
        "pixel_accuracy": "accuracy of pixels",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"average_precision": True, "mean_iou": True}

    def __post_init__(self) -> None:
        if len(self.names) < 2:
            raise UsageError("answers for pixels have two classes and more")

    @property
    def shape(self) -> tuple[int, ...]:
        """One logit for each pixel and class."""
        return (*self.size, self.outputs)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """A class number for each pixel."""
        return self.size

    @property
    def gives_probabilities(self) -> bool:
        """Of the classes of pixels."""
        return True

    @classmethod
    def title(cls, metric: str) -> str:
        """Return the heading of a headline metric, or of a recall."""
        rate = metric.removeprefix("recall_at_")
        return super().title(metric) if rate == metric else f"recall at FPR {rate}"

    @classmethod
    def textbook(cls, outputs: int) -> Self:
        """Return the answer of a model where no task names it."""
        return cls(("background", *(f"region_{number}" for number in range(1, outputs))))

    @classmethod
    def of_model(cls, asked: AnswerKind, input_spec: Any) -> AnswerKind:
        """Return the same for every pixel of such inputs."""
        return replace(asked, size=tuple(input_spec.shape[:2]))  # type: ignore[call-arg]

    def main_logit(self, logits: Array) -> Array:
        """Return the logit of the pixel and class that stand out most against the first class."""
        classes = logits.reshape(len(logits), -1, self.outputs)
        contrast = (classes[..., 1:] - classes[..., :1]).reshape(len(logits), -1)
        pixel, other = np.divmod(np.argmax(contrast, axis=1), self.outputs - 1)
        return pixel * self.outputs + 1 + other

    def logit_name(self, number: int) -> str:
        """Return the class of a logit, and its pixel."""
        return pixel_logit_name(number, self.names, self.size)

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes."""
        size = coerce(head.get("size"), Size, "size")
        return cls(tuple(head["names"]), tuple(head["units"]), size)

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is a temperature, or none."""
        check_calibration(calibration, Temperature)

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the probability of each class in every pixel of a map.

        Raises
        ------
        UsageError
            If the model's last hidden layer is no map of the size of the answer.
        """
        named = "probabilities"
        return map_logits(embedding, self.size, self.outputs, "softmax", named, **options)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` unless pixels are of the classes, and of more than one."""
        found = np.unique(np.asarray(y)[np.asarray(y) != UNKNOWN])
        if not np.isin(found, np.arange(self.outputs)).all():
            raise UsageError(
                f"the {split} set has pixels of class {found[:9]}, but {self.outputs} classes"
            )
        if len(found) < 2:
            named = self.names[int(found[0])] if len(found) else "unknown"
            raise UsageError(f"all pixels of the {split} set are {named}; two classes are needed")

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the cross-entropy of pixels.

        Raises
        ------
        UsageError
            If labels are to be smoothed.
        """
        from astro_dl.training.objective import Objective
        from astro_dl.training.pixel_losses import PixelCrossEntropy

        if label_smoothing:
            raise UsageError("training.label_smoothing: not for pixels; accepted: 0")
        loss = PixelCrossEntropy()
        return Objective(self, loss, loss, np.asarray, _validation_scores)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return a temperature, from pixels that are spread evenly over all images."""
        flat, truth = logits.reshape(-1, self.outputs), np.asarray(y).ravel()
        step = -(-len(truth) // PIXELS_OF_A_CALIBRATION)
        known = np.flatnonzero(truth != UNKNOWN)[::step]
        return fit_temperature(flat[known], truth[known])

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return calibrated probabilities (n, H, W, classes)."""
        flat = temperature_probabilities(calibration, logits.reshape(-1, self.outputs))
        return Answers(logits, flat.reshape(logits.shape).astype(np.float32))

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean probabilities."""
        members = zip(logits, calibrations, strict=True)
        values = np.mean([self.answers(*one).values for one in members], axis=0)
        return Answers(np.mean(logits, axis=0), values)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``pixels_<class>``, its probabilities summed, of each class after the first."""
        sums = answers.values[..., 1:].sum(axis=(1, 2), dtype=np.float64)
        named = zip(self.names[1:], sums.T, strict=True)
        return {f"pixels_{name}": one.astype(np.float32) for name, one in named}

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and the task's baselines make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def scores(self, answers: Answers) -> Array:
        """Return log-odds (n, H, W) of the second of two classes, else log-probabilities of all."""
        if self.outputs > 2:
            return log_softmax(answers.logits, axis=-1)
        return answers.logits[..., 1] - answers.logits[..., 0]

    def decided(self, scores: Array) -> Array:
        """Return the likeliest class number of each pixel, from the network's `scores`."""
        return scores.argmax(axis=-1) if self.outputs > 2 else scores > 0

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return overlaps of regions; of two classes also how pixels are ranked.

        Regions are the network's alone: what others give are scores without a threshold.
        """
        scores, y = outcome.scores[method], np.asarray(outcome.y)
        chance = (settings.confidence, settings.bootstrap, rng)
        found: dict[str, Any] = {"n": len(y), "pixels": int(np.sum(y != UNKNOWN))}
        if method == outcome.own:
            confusion = pixel_confusion(self.decided(scores), y, self.outputs)
            found |= overlap_metrics(confusion, self.names, *chance)
            found["pixel_confusion"] = confusion.sum(axis=0).tolist()
        if self.outputs == 2:
            rates = settings.false_alarm_probabilities
            found |= ranking_metrics(count_scores(scores, y), RECALL, rates, *chance)
        return found

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return precision and recalls of two classes, and overlaps."""
        recalls = {
            f"recall_at_{one['false_positive_rate']:g}": one for one in metrics.get("recall_at", ())
        }
        named = {f"iou {name}": one for name, one in metrics.get("iou", {}).items()}
        overlaps = {key: metrics[key] for key in ("mean_iou",) if key in metrics and len(named) > 1}
        found = {
            "average_precision": metrics.get("average_precision"),
            "precision": metrics.get("precision_at_recall"),
        }
        return {key: one for key, one in found.items() if one} | recalls | named | overlaps

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``confusion``, and ``precision_recall`` of two classes."""
        from astro_dl.evaluation.figures.pixels import draw_pixel_curves
        from astro_dl.evaluation.figures.values import draw_confusion

        counts = np.array(report.metrics["methods"][report.outcome.own]["pixel_confusion"])
        found: dict[str, Any] = {"confusion": draw_confusion(counts, self.names)}
        if self.outputs == 2:
            found["precision_recall"] = draw_pixel_curves(report.outcome)
        return found

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the images with the most wrong pixels."""
        y = np.asarray(outcome.y)
        wrong = (self.decided(outcome.scores[outcome.own]) != y) & (y != UNKNOWN)
        shares = wrong.mean(axis=(1, 2))
        indices = highest(shares, min(count, int((shares > 0).sum())))
        return indices, [f"{shares[i]:.2%} of pixels wrong" for i in indices]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return images of a class each, in turn, and cross-entropy."""
        from astro_dl.training.pixel_losses import PixelCrossEntropy

        classes = np.arange(n) % self.outputs
        return np.broadcast_to(classes[:, None, None], (n, *self.size)), PixelCrossEntropy()

    def check_outputs(self, values: Array) -> None:
        """Raise AssertionError for what are no probabilities."""
        assert np.allclose(values.sum(axis=-1), 1, atol=1e-4), "probabilities don't sum to one"


def _validation_scores(logits: Array, y: Array) -> dict[str, float]:
    confusion = pixel_confusion(logits.argmax(axis=-1), y, logits.shape[-1])
    overlap = overlap_metrics(confusion, [""] * logits.shape[-1], 0.95, 0, np.random.default_rng(0))
    value = overlap["mean_iou"]["value"]
    return {"val_iou": 0.0 if value is None else float(value)}
