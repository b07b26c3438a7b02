"""How far inputs are from what a model rebuilds of them: learnt without labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from astro_dl.answers.binary import Binary, measurable_thresholds
from astro_dl.answers.classes import highest
from astro_dl.answers.value_columns import code_columns
from astro_dl.answers.without_labels import nothing_to_learn, outcome_metrics
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.evaluation.unsupervised.metrics import unsupervised_headline
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.models.autoencoders.reconstruction import anomaly_score, reconstructed_names

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray


@dataclass(frozen=True)
class Reconstruction(AnswerKind):
    """The mean squared error of each reconstructed quantity, then the cost of the code.

    Parameters
    ----------
    names : tuple of str
        Of the reconstructed quantities.
    """

    kind: ClassVar[str] = "reconstruction"
    labelled: ClassVar[bool] = False
    tells_code: ClassVar[bool] = True
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_error": False}

    titles: ClassVar[Mapping[str, str]] = {
        "reconstruction_error": "reconstruction error",
        "anomaly_auc": "anomalies, ROC AUC",
        "anomaly_average_precision": "anomalies, average precision",
        "silhouette": "silhouette",
        "ari": "adjusted Rand index",
        "nmi": "normalised mutual information",
    }

    @property
    def outputs(self) -> int:
        """One for each quantity, and the cost."""
        return len(self.names) + 1

    @classmethod
    def of_model(cls, asked: AnswerKind, input_spec: Any) -> AnswerKind:
        """Return the reconstruction of the inputs, whatever a task asks."""
        return cls(reconstructed_names(input_spec))

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Refuse: a reconstruction needs a decoder.

        Raises
        ------
        UsageError
            Always; autoencoders end in `astro_dl.models.heads.attach_reconstruction`.
        """
        raise UsageError("only autoencoders rebuild their input; models: autoencoder, vae")

    def check_targets(self, y: Array, split: str) -> None:
        """Accept whatever truth there is: it is not learnt."""

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the reconstruction error."""
        from astro_dl.training.likelihoods import ReconstructionError
        from astro_dl.training.objective import Objective

        loss = ReconstructionError()
        return Objective(self, loss, loss, nothing_to_learn, _validation_scores)

    def thresholds(self, logits: Array, y: Array, probabilities: Sequence[float]) -> dict[str, Any]:
        """Return the anomaly score that each share of all examples exceeds, where measurable."""
        return measurable_thresholds(anomaly_score(logits), probabilities)

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return anomaly scores (n,)."""
        return Answers(logits, anomaly_score(logits))

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return the anomaly scores of mean errors."""
        return self.answers(np.mean(logits, axis=0))

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``code_<number>``, ``anomaly_score`` and ``error_<quantity>``.

        Codes are told if they have at most 16 numbers; errors are mean squared ones.
        """
        errors = zip(self.names, answers.logits.T, strict=False)
        return {
            **code_columns(answers),
            "anomaly_score": answers.values,
            **{f"error_{name}": error for name, error in errors},
        }

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and methods without labels make of n examples."""
        from astro_dl.evaluation.unsupervised.predictions import unsupervised_outcome

        return unsupervised_outcome(predictor, data, n, source, progress)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return those of `astro_dl.evaluation.unsupervised.metrics.unsupervised_metrics`."""
        return outcome_metrics(outcome, method, self.names, settings, rng)

    @classmethod
    def title(cls, metric: str) -> str:
        """Return the heading of a headline metric, or of a rate of found anomalies."""
        return super().title(metric) if metric in cls.titles else Binary.title(metric)

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return errors, how well anomalies are found, and clusters."""
        return unsupervised_headline(metrics)

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``latent``, ``anomaly_scores`` and ``anomaly_roc``."""
        from astro_dl.evaluation.figures.unsupervised import draw_unsupervised

        return draw_unsupervised(report)

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the highest anomaly scores."""
        score, found = outcome.scores[outcome.own], outcome.unsupervised
        indices = highest(score, min(count, len(score)))
        classes = found.classes if found is not None else ()
        what = [classes[int(outcome.y[i])] if classes else "example" for i in indices]
        return indices, [
            f"{one}\nanomaly score {score[i]:.3g}" for i, one in zip(indices, what, strict=True)
        ]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return nothing to learn but the input, and the reconstruction error."""
        from astro_dl.training.likelihoods import ReconstructionError

        return np.zeros((n, 1), np.float32), ReconstructionError()


def _validation_scores(logits: Array, y: Array) -> dict[str, float]:
    return {"val_error": float(np.mean(logits[:, :-1]))}
