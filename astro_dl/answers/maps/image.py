"""Another image of what an image shows: one value for every pixel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np

from astro_dl.answers.classes import highest
from astro_dl.answers.maps.logits import map_logits, pixel_logit_name
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.core.schema import coerce
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.images import image_metrics, inner

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
Pixels = Annotated[int, Bounds(1)]


@dataclass(frozen=True)
class Image(AnswerKind):
    """The expected value of every pixel: what minimises the mean squared error.

    Parameters
    ----------
    names, units : tuple of str
        Of what the one image shows.
    size : tuple of int
        Rows and columns.
    border : int, default 0
        Pixels along all sides in which nothing is learnt or scored.

    Raises
    ------
    UsageError
        If there are several images, or the border leaves nothing of them.
    """

    size: tuple[int, int] = (64, 64)
    border: int = 0

    kind: ClassVar[str] = "image"
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_rmse": False}
    titles: ClassVar[Mapping[str, str]] = {
        "rmse": "RMSE of pixels",
        "unexplained": "unexplained power",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"rmse": False, "unexplained": False}

    def __post_init__(self) -> None:
        if len(self.names) != 1:
            raise UsageError(f"an answer of kind image is one image, not {len(self.names)}")
        if not 0 <= 2 * self.border < min(self.size):
            raise UsageError(
                f"border is {self.border}; accepted: less than half of {min(self.size)} pixels"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """One value for each pixel."""
        return (*self.size, 1)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return self.size

    @classmethod
    def textbook(cls, outputs: int) -> Self:
        """Return the answer of a model where no task names it."""
        return cls(tuple(f"image_{number}" for number in range(1, outputs + 1)))

    @classmethod
    def of_model(cls, asked: AnswerKind, input_spec: Any) -> AnswerKind:
        """Return the same for every pixel of such inputs, the first of which has its size."""
        shape = input_spec.shape
        first = next(iter(shape.values())) if isinstance(shape, dict) else shape
        return replace(asked, size=tuple(first[:2]))  # type: ignore[call-arg]

    def main_logit(self, logits: Array) -> Array:
        """Return the logit of the brightest pixel."""
        return np.argmax(logits.reshape(len(logits), -1), axis=1)

    def logit_name(self, number: int) -> str:
        """Return what a logit speaks for, and its pixel."""
        return pixel_logit_name(number, self.names, self.size)

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes."""
        size = coerce(head.get("size"), tuple[Pixels, Pixels], "size")
        border = coerce(head.get("border", 0), int, "border")
        return cls(tuple(head["names"]), tuple(head["units"]), size, border)

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the value of every pixel of a map.

        Raises
        ------
        UsageError
            If the model's last hidden layer is no map of the size of the answer.
        """
        return map_logits(embedding, self.size, 1, "linear", "values", **options)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` unless all pixels are finite, and not all alike."""
        inside = inner(np.asarray(y), self.border)
        if not np.isfinite(inside).all():
            raise UsageError(f"the {split} set has pixels that are not finite")
        if np.ptp(inside) == 0:
            raise UsageError(f"all pixels of the {split} set are {inside.flat[0]:g}")

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the mean squared error of pixels.

        Raises
        ------
        UsageError
            If labels are to be smoothed.
        """
        from astro_dl.training.objective import Objective
        from astro_dl.training.pixel_losses import InnerSquaredError

        if label_smoothing:
            raise UsageError("training.label_smoothing: not for images; accepted: 0")
        loss = InnerSquaredError(self.border)
        return Objective(self, loss, loss, np.asarray, self._validation_scores)

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return images (n, H, W)."""
        return Answers(logits, logits[..., 0])

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean images, and by how much members differ in each pixel."""
        spread = np.std(logits, axis=0)[..., 0]
        return Answers(mean := np.mean(logits, axis=0), mean[..., 0], parts={"std": spread})

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``<name>_sum`` over the pixels within the border."""
        inside = inner(answers.values, self.border)
        total = inside.sum(axis=(1, 2), dtype=np.float64)
        return {f"{self.names[0]}_sum": total.astype(np.float32)}

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and the task's baselines make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def scores(self, answers: Answers) -> Array:
        """Return images (n, H, W)."""
        return answers.values

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return errors of pixels, with intervals over images."""
        found, y = (inner(one, self.border) for one in (outcome.scores[method], outcome.y))
        return image_metrics(found, y, settings.confidence, settings.bootstrap, rng)

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the error of pixels, and the power that is not explained."""
        return {name: metrics[name] for name in self.titles if name in metrics}

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``images``: truth, and what every method makes of it, for a few examples."""
        from astro_dl.evaluation.figures.images import draw_images

        return {"images": draw_images(report.outcome, self.border)}

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the images with the largest errors."""
        wrong = inner(outcome.scores[outcome.own] - outcome.y, self.border)
        error = np.sqrt(np.mean(wrong**2, axis=(1, 2)))
        indices = highest(error, min(count, len(error)))
        return indices, [f"RMSE {error[i]:.3g}" for i in indices]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return images of a value each, in turn, and the squared error."""
        from astro_dl.training.pixel_losses import InnerSquaredError

        values = np.arange(n, dtype=np.float32) / n
        return np.broadcast_to(values[:, None, None], (n, *self.size)), InnerSquaredError()

    def _validation_scores(self, logits: Array, y: Array) -> dict[str, float]:
        wrong = inner(logits[..., 0] - y, self.border)
        return {"val_rmse": float(np.sqrt(np.mean(wrong**2, dtype=np.float64)))}
