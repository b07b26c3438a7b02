"""What a model says of an example: the contract that every kind of answer keeps.

A kind is one class, which owns all that depends on it, from the last layer to the figures. It is
registered by `astro_dl.core.registry.register_answer_kind`; ours are in `astro_dl.answers`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.schema import plain

Array = np.ndarray
OF_POINTS = {
    "distribution": "point",
    "components": 5,
    "grid": [],
    "support": [None, None],
    "spread": False,
}
"""What cards of before kinds of answer were types hold of every head."""


@dataclass(frozen=True)
class Turn:
    """Where answers become other ones: where a logit, less another one, crosses a level.

    Parameters
    ----------
    what : str
        What turns there, in words.
    output : ndarray of int, (n,)
        The logit.
    against : ndarray of int, (n,)
        The one that is subtracted; −1 for none.
    level : ndarray of float, (n,)
        What is crossed.
    """

    what: str
    output: Array
    against: Array
    level: Array


@dataclass(frozen=True)
class AnswerKind(ABC):
    """What a model gives back.

    Parameters
    ----------
    names : tuple of str
        Names of the classes, the targets, or whatever else is told of each example.
    units : tuple of str
        Units of the targets, as astropy spells them; empty for classes.

    Attributes
    ----------
    kind : str
        The registered name.
    labelled : bool
        Whether a truth is needed to learn it.
    tells_code : bool
        Whether the embedding of each example is told with the answer, as its code.
    ranks : bool
        Whether one logit (n,) ranks examples by how likely they are of the second of two classes.
    yes_or_no : bool
        Whether each target is 0 or 1, and its probability told by itself.
    target_type : type
        Of ``Examples.y``.
    monitors : mapping of str to bool
        Columns of the history by which the best weights can be chosen; true if higher is better.
    titles : mapping of str to str
        Headings of headline metrics, see `headline`, by name.
    compared_by : mapping of str to bool
        The headline metrics in tables of several models; true if higher is better.
    """

    names: tuple[str, ...]
    units: tuple[str, ...] = ()

    kind: ClassVar[str]
    labelled: ClassVar[bool] = True
    tells_code: ClassVar[bool] = False
    ranks: ClassVar[bool] = False
    yes_or_no: ClassVar[bool] = False
    target_type: ClassVar[type] = np.float32
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False}
    titles: ClassVar[Mapping[str, str]] = {}
    compared_by: ClassVar[Mapping[str, bool]] = {}

    @property
    def logits_average(self) -> bool:
        """Whether the mean of several networks' logits is an answer."""
        return True

    @property
    def losses(self) -> tuple[str, ...]:
        """Losses on logits that can be minimised in place of the kind's own, by Keras' names."""
        return ()

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return len(self.names)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the logits of one example."""
        return (self.outputs,)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of what is learnt of one example; empty for a class number."""
        return () if self.classes else (len(self.names),)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of examples; empty for what does not class them as a whole."""
        return ()

    @property
    def gives_probabilities(self) -> bool:
        """Whether the last layer gives probabilities, not values."""
        return bool(self.classes)

    @property
    def has_distribution(self) -> bool:
        """Whether the answer is a distribution of each target."""
        return False

    @classmethod
    def title(cls, metric: str) -> str:
        """Return the heading of a headline metric; of one for each target, with its name."""
        name, _, target = metric.partition(" ")
        return f"{cls.titles.get(name, name)} {target}".rstrip()

    @classmethod
    def textbook(cls, outputs: int) -> Self:
        """Return the answer of a model where no task names it."""
        return cls(tuple(f"{cls.kind}_{number}" for number in range(outputs)))

    @classmethod
    def of_model(cls, asked: "AnswerKind", input_spec: Any) -> "AnswerKind":
        """Return the answer of a model of this kind to what a task asks of such inputs."""
        return asked

    def without_distribution(self) -> "AnswerKind":
        """Return what is asked of a model that says no more than a value of each target."""
        return self

    # --- on the card ---

    def to_card(self) -> dict[str, Any]:
        """Return plain values from which `from_card` makes it again."""
        return {"kind": self.kind, **plain(self)}

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes.

        Raises
        ------
        UsageError
            If a value is not accepted.
        """
        known = {"kind", *(field.name for field in fields(cls))}
        for key, value in head.items():
            if key not in known and OF_POINTS.get(key, "") != value:
                raise UsageError(f"{key} {value!r} is not for {cls.kind} heads")
        return cls(tuple(head["names"]), tuple(head["units"]))

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless a calibration of a card is one that fits.

        By default there is none: its kind is ``"none"``.
        """
        if calibration.get("kind") != "none":
            raise UsageError(
                f"calibration {calibration.get('kind')!r} does not fit a {self.kind} head"
            )

    # --- the last layers and the training ---

    @abstractmethod
    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the output of a model whose last hidden vector is given.

        Adds the layers ``"logits"`` and, last, ``"probabilities"`` or ``"values"``, in float32.

        Parameters
        ----------
        embedding : KerasTensor, (batch, width)
            Output of the layer ``"embedding"``; of answers for every pixel (batch, H, W, width).
        **options
            Arguments of the dense layer.
        """

    @abstractmethod
    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` for targets from which nothing can be learnt.

        Parameters
        ----------
        y : ndarray
            Of at least one example.
        split : str
            What to call the set: ``"training"`` or ``"validation"``.
        """

    @abstractmethod
    def objective(self, y: Array, label_smoothing: float = 0.0) -> Any:
        """Return the `astro_dl.training.objective.Objective` for training targets."""

    def encoded_for(self, loss: str) -> Callable[[Array], Array] | None:
        """Return what makes of targets what one of `losses` takes; None for what the own loss does.

        Parameters
        ----------
        loss : str
            Its name.
        """
        return None

    def thresholds(self, logits: Array, y: Array, probabilities: Sequence[float]) -> dict[str, Any]:
        """Return the logit above which each false-alarm probability is reached; by default none.

        Parameters
        ----------
        logits, y : ndarray
            Of the validation set.
        probabilities : sequence of float
            Those asked for; keys are ``f"{probability:g}"``.
        """
        return {}

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return plain values for the card that make logits of a validation set honest."""
        return {"kind": "none"}

    @property
    def recalibrations(self) -> Mapping[str, Callable[[Array, Array, Mapping[str, Any]], dict]]:
        """What makes of logits, targets and a calibration another one, by method; usual first."""
        return {}

    @property
    def shifts(self) -> Array | None:
        """How logits move where a target grows by one, (targets, outputs); None if they cannot."""
        return None

    def calibrated_scores(self, scores: Array, y: Array) -> Callable[[Array], Array]:
        """Return what makes scores of a classical method as honest as a network's; by default none.

        Parameters
        ----------
        scores, y : ndarray
            Of the validation set.
        """
        return lambda other: other

    # --- answers ---

    def per_example(self, logits: Array) -> Array:
        """Return logits (…, n, *shape) in the form in which they are kept and told."""
        return logits

    @abstractmethod
    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Any:
        """Return the `astro_dl.inference.predictions.Answers` of one network.

        Parameters
        ----------
        logits : ndarray
            As `per_example` gives them; NaN rows give NaN.
        calibration : mapping, optional
            Of the network's card.
        """

    @abstractmethod
    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Any:
        """Return what several networks answer together, and how far they differ."""

    def conformal(self) -> Any:
        """Return the class of `astro_dl.answers.conformal` that guarantees coverage, or None."""
        return None

    @abstractmethod
    def columns(self, answers: Any) -> dict[str, Any]:
        """Return the columns of the table of predictions, between ``id`` and ``flags``."""

    def main_logit(self, logits: Array) -> Array:
        """Return which logit (n,) tells most of each example; by default the first.

        Parameters
        ----------
        logits : ndarray, (n, outputs)
            Of the network.
        """
        return np.zeros(len(logits), int)

    def turn(self, logits: Array, calibration: Mapping[str, Any]) -> Turn:
        """Return where the answer to each example becomes another one; by default refused.

        Parameters
        ----------
        logits : ndarray, (n, outputs)
            Of the network.
        calibration : mapping
            Of the card.

        Raises
        ------
        UsageError
            If there is no such place.
        """
        raise UsageError(f"robustness is not measured of a {self.kind}")

    def logit_name(self, number: int) -> str:
        """Return what a logit speaks for, in words; by default the name of its number."""
        return self.names[number] if number < len(self.names) else f"output {number}"

    # --- evaluation ---

    @abstractmethod
    def outcome(self, predictor: Any, data: Any, n: int, source: str, progress: bool) -> Any:
        """Return the `astro_dl.evaluation.predictions.Outcome` of all methods on n examples."""

    def scores(self, answers: Any) -> Array:
        """Return of answers what metrics are made of."""
        return answers.values

    @abstractmethod
    def metrics(self, outcome: Any, method: str, settings: Any, rng: np.random.Generator) -> Any:
        """Return every metric of one method of an outcome, JSON-able.

        Parameters
        ----------
        outcome : Outcome
            Predictions and truth.
        method : str
            Key of ``outcome.scores``.
        settings : EvaluationConfig
            False-alarm probabilities, bootstrap replicas and confidence.
        rng : numpy.random.Generator
            Source of the resampling.
        """

    @abstractmethod
    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the estimates to print of one method by name."""

    def efficiency(self, outcome: Any, settings: Any, seed: int) -> tuple[dict[str, Any], Any]:
        """Return further metrics against difficulty, and their table or None; by default none."""
        return {}, None

    def uncertainty(self, outcome: Any, settings: Any, rng: np.random.Generator) -> dict[str, Any]:
        """Return how honest the answers are, by way of telling the uncertainty."""
        return {}

    @abstractmethod
    def figures(self, report: Any) -> dict[str, Any]:
        """Return matplotlib figures of a report by name; None for what cannot be drawn."""

    @abstractmethod
    def most_wrong(self, outcome: Any, count: int = 8) -> tuple[Array, list[str]]:
        """Return the network's most wrong examples.

        Returns
        -------
        indices : ndarray of int
            At most ``count``.
        captions : list of str
            Truth and prediction, for each.
        """

    @property
    def importance_measure(self) -> str:
        """What the importance of a column is measured by, in words; empty for nothing."""
        return ""

    def mean_error(self, scores: Array, y: Array) -> float:
        """Return what `importance_measure` is the rise of; lower is better."""
        raise UsageError(f"the importance of columns is not measured for {self.kind} answers")

    # --- the contract tests of models ---

    @abstractmethod
    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return targets that say nothing of the inputs, and a loss on logits that can fall."""

    def check_outputs(self, values: Array) -> None:
        """Raise AssertionError for outputs of a model (n, outputs) that are none of this kind."""
        assert np.isfinite(values).all(), "output is not finite"
