"""What methods without labels find: clusters, codes, and how odd an example is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from astro_dl.answers.binary import Binary, measurable_thresholds
from astro_dl.answers.reconstruction import Reconstruction
from astro_dl.answers.without_labels import nothing_to_learn, outcome_metrics
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.evaluation.unsupervised.classical import Answer
from astro_dl.evaluation.unsupervised.metrics import unsupervised_headline
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
NOISE = "noise"


@dataclass(frozen=True)
class Structure(AnswerKind):
    """Nearness to each cluster, a code, and last an anomaly score: whatever a method gives.

    Parameters
    ----------
    names : tuple of str
        Of all outputs, see `of_parts`.
    clusters : int
        How many clusters there are, without noise.
    soft : bool
        Whether their numbers are logarithms of weighted densities, which give memberships.
    noise : bool
        Whether a further one is of what belongs to no cluster.
    codes : int
        Length of the code.
    """

    clusters: int = 0
    soft: bool = False
    noise: bool = False
    codes: int = 0

    kind: ClassVar[str] = "structure"
    labelled: ClassVar[bool] = False
    titles: ClassVar[Mapping[str, str]] = Reconstruction.titles

    @classmethod
    def of_parts(
        cls, clusters: int = 0, soft: bool = False, noise: bool = False, codes: int = 0
    ) -> Self:
        """Return what gives these parts and an anomaly score."""
        names = [f"cluster_{number}" for number in range(1, clusters + 1)]
        names += [NOISE] if noise else []
        names += [f"code_{number}" for number in range(1, codes + 1)]
        return cls((*names, "anomaly_score"), (), clusters, soft, noise, codes)

    @classmethod
    def textbook(cls, outputs: int) -> Self:
        """Return a score alone."""
        return cls.of_parts()

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes."""
        parts = {key: head.get(key, 0) for key in ("clusters", "soft", "noise", "codes")}
        known = {"kind", "names", "units", *parts}
        counts = [parts["clusters"], parts["codes"]]
        if any(type(one) is not int or one < 0 for one in counts) or not known >= head.keys():
            raise UsageError("head: clusters and codes must be numbers of at least 0, and no more")
        made = cls.of_parts(counts[0], bool(parts["soft"]), bool(parts["noise"]), counts[1])
        if list(made.names) != list(head["names"]):
            raise UsageError("head.names are not those of its clusters and codes")
        return made

    def cluster_logits(self, logits: Array) -> Array:
        """Return the numbers of the clusters (n, clusters), of noise last."""
        return logits[:, : self.clusters + self.noise]

    def code(self, logits: Array) -> Array:
        """Return the codes (n, codes)."""
        return logits[:, self.clusters + self.noise : -1]

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return what is told, as it is."""
        import keras

        return keras.layers.Activation("linear", dtype="float32", name="values")(embedding)

    def check_targets(self, y: Array, split: str) -> None:
        """Accept whatever truth there is: it is not learnt."""

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the mean anomaly score."""
        from astro_dl.training.likelihoods import MeanScore
        from astro_dl.training.objective import Objective

        loss = MeanScore()
        return Objective(self, loss, loss, nothing_to_learn, lambda logits, y: {})

    def thresholds(self, logits: Array, y: Array, probabilities: Sequence[float]) -> dict[str, Any]:
        """Return the anomaly score that each share of all examples exceeds, where measurable."""
        return measurable_thresholds(logits[:, -1], probabilities)

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return anomaly scores (n,)."""
        return Answers(logits, logits[:, -1])

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Refuse: clusters of one method are not those of another."""
        raise UsageError("clusters and codes of several models can't be combined; use one")

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return those of the parts that there are.

        ``cluster`` (its number from 1, or noise, as text), ``membership_<number>`` (the probability
        of each, of mixtures), ``code_<number>``, and ``anomaly_score``: what the model's
        description says, such as the distance to the nearest member of a cluster.
        """
        from scipy.special import softmax

        found: dict[str, Any] = {}
        logits = np.asarray(answers.logits, np.float64)
        if self.clusters:
            names = np.array([*map(str, range(1, self.clusters + 1)), NOISE])
            nearness = self.cluster_logits(logits)
            known = np.isfinite(nearness).all(axis=1)
            best = np.where(known, np.nan_to_num(nearness).argmax(axis=1), 0)
            found["cluster"] = np.where(known, names[best], "")
            if self.soft:
                shares = softmax(nearness, axis=1).T
                found |= {f"membership_{n}": share for n, share in enumerate(shares, start=1)}
        found |= {f"code_{n}": one for n, one in enumerate(self.code(logits).T, start=1)}
        return {**found, "anomaly_score": answers.values}

    def described(self, logits: Array, embedding: Array) -> Answer:
        """Return what evaluation compares of examples."""
        logits = np.asarray(logits, np.float64)
        clusters = self.cluster_logits(logits).argmax(axis=1) if self.clusters else None
        return Answer(logits[:, -1], None, embedding, clusters)

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what this and other methods without labels make of n examples."""
        from astro_dl.evaluation.unsupervised.predictions import unsupervised_outcome

        return unsupervised_outcome(predictor, data, n, source, progress, self.described)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return those of `astro_dl.evaluation.unsupervised.metrics.unsupervised_metrics`."""
        return outcome_metrics(outcome, method, (), settings, rng)

    @classmethod
    def title(cls, metric: str) -> str:
        """Return the heading of a headline metric, or of a rate of found anomalies."""
        return super().title(metric) if metric in cls.titles else Binary.title(metric)

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return how well anomalies are found, and clusters."""
        return unsupervised_headline(metrics)

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``latent``, ``anomaly_scores`` and ``anomaly_roc``."""
        from astro_dl.evaluation.figures.unsupervised import draw_unsupervised

        return draw_unsupervised(report)

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the highest anomaly scores."""
        return Reconstruction(self.names).most_wrong(outcome, count)

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return nothing to learn, and the mean anomaly score."""
        from astro_dl.training.likelihoods import MeanScore

        return np.zeros((n, 1), np.float32), MeanScore()
