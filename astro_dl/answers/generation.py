"""New examples in the likeness of those of the training: learnt without labels, drawn at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from astro_dl.answers.classes import highest
from astro_dl.answers.value_columns import code_columns
from astro_dl.answers.without_labels import nothing_to_learn
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.generation.outcome import generated_outcome
from astro_dl.evaluation.generation.two_samples import two_sample_accuracy
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.generation import neighbour_ratio, power_ratio

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray


@dataclass(frozen=True)
class Generated(AnswerKind):
    """What each example costs, by its parts, of which the sum is minimised.

    New examples are drawn from the same network, see `astro_dl.models.generators.drawing`.

    Parameters
    ----------
    names : tuple of str
        Of the parts; that of an image that was never seen is high.
    """

    kind: ClassVar[str] = "generation"
    labelled: ClassVar[bool] = False
    tells_code: ClassVar[bool] = True
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_misfit": False}
    titles: ClassVar[Mapping[str, str]] = {
        "two_sample_accuracy": "two-sample accuracy, network",
        "neighbour_ratio": "neighbour distance, training / held out",
        "power_ratio": "power spectrum, rms of ln ratio",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"two_sample_accuracy": False}

    @property
    def target_shape(self) -> tuple[int, ...]:
        """One number, which is not learnt."""
        return (1,)

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Refuse: new examples need a decoder.

        Raises
        ------
        UsageError
            Always.
        """
        raise UsageError("only models of kind generation draw new examples, as image_vae")

    def check_targets(self, y: Array, split: str) -> None:
        """Accept whatever there is: it is not learnt."""

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the sum of the costs."""
        from astro_dl.training.likelihoods import SumOfCosts
        from astro_dl.training.objective import Objective

        loss = SumOfCosts()
        return Objective(self, loss, loss, nothing_to_learn, self._parts)

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return how strange each example is (n,): what it costs."""
        return Answers(logits, logits.sum(axis=1))

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean costs."""
        return self.answers(np.mean(logits, axis=0))

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``code_<number>``, ``anomaly_score`` and what it is the sum of."""
        return {
            **code_columns(answers),
            "anomaly_score": answers.values,
            **dict(zip(self.names, answers.logits.T, strict=True)),
        }

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and its peers draw where the same is known as of n examples."""
        return generated_outcome(predictor, data, n, source, progress)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return whether drawn images can be told from those of the test set, or are copies.

        ``two_sample_accuracy`` is that of a small network that was taught to tell them apart, 0.5
        where it can't, on the half that it was not taught; ``neighbour_ratio`` that of distances to
        the nearest image of the training set and of a held-out one, 0 for copies; ``power_ratio``
        how far mean power spectra differ.
        """
        drawn, real = outcome.scores[method], outcome.y
        confidence, bootstrap = settings.confidence, settings.bootstrap
        found = {
            "two_sample_accuracy": two_sample_accuracy(real, drawn, confidence),
            "power_ratio": power_ratio(real, drawn, confidence, bootstrap),
        }
        if outcome.neighbours is not None:
            found["neighbour_ratio"] = neighbour_ratio(
                drawn, *outcome.neighbours, confidence, bootstrap
            )
        return found

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return all of them."""
        return {name: metrics[name] for name in self.titles if name in metrics}

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``drawn``: examples of the test set beside what every method draws for them."""
        from astro_dl.evaluation.figures.generation import draw_generated

        return {"drawn": draw_generated(report.outcome)}

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return where the drawn image has the most light that the one of the test set has not."""
        light = np.abs(outcome.scores[outcome.own].sum(axis=(1, 2)) - outcome.y.sum(axis=(1, 2)))
        indices = highest(light, min(count, len(light)))
        return indices, [f"light differs by {light[i]:.3g}" for i in indices]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return nothing to learn but the input, and its cost."""
        from astro_dl.training.likelihoods import SumOfCosts

        return np.zeros((n, 1), np.float32), SumOfCosts()

    def _parts(self, logits: Array, y: Array) -> dict[str, float]:
        return {
            f"val_{name}": float(one) for name, one in zip(self.names, logits.mean(0), strict=True)
        }
