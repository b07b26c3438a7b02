"""Which of several labels an example has: a probability of each by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from scipy.special import expit

from astro_dl.answers.classes import highest
from astro_dl.answers.conformal import LabelSets
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.core.schema import checked
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.calibration import Moderate, check_calibration, fit_platt
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.multilabel import best_threshold, multilabel_metrics

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
MOST_PANELS = 6


@checked
class Labels:
    """What `Multilabel.fit_calibration` returns: Platt's scaling of each label, and its threshold.

    Parameters
    ----------
    scale, offset : tuple of float
        Of the logits; scales are 0 or more.
    threshold : tuple of float
        Calibrated probability above which a label is given.
    """

    kind: Literal["labels"]
    scale: Annotated[tuple[float, ...], Bounds(0, 1e60)]
    offset: Annotated[tuple[float, ...], Moderate]
    threshold: Annotated[tuple[float, ...], Bounds(0, 1)]


@dataclass(frozen=True)
class Multilabel(AnswerKind):
    """Probabilities by a sigmoid of one logit for each label; any number of them may be given."""

    kind: ClassVar[str] = "multilabel"
    yes_or_no: ClassVar[bool] = True
    monitors: ClassVar[Mapping[str, bool]] = {
        "val_loss": False,
        "val_macro_auc": True,
        "val_exact_match": True,
    }

    titles: ClassVar[Mapping[str, str]] = {
        "macro_auc": "macro AUC",
        "macro_average_precision": "macro average precision",
        "macro_f1": "macro F1",
        "exact_match": "all labels right",
        "auc": "AUC",
        "f1": "F1",
        "ece": "calibration error",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"macro_auc": True, "macro_f1": True}

    @property
    def losses(self) -> tuple[str, ...]:
        """Losses of one logit for each label."""
        return ("binary_crossentropy", "binary_focal_crossentropy")

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is of these labels, or none."""
        check_calibration(calibration, Labels)
        for key in ("scale", "offset", "threshold"):
            if key in calibration and len(calibration[key]) != len(self.names):
                raise UsageError(f"calibration.{key}: one number for each of {len(self.names)}")

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the probability of each label, after as many logits."""
        from astro_dl.models.heads import activated_logits

        return activated_logits(embedding, self.outputs, "sigmoid", "probabilities", **options)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` unless each label is 0 or 1, and some are given and some are not."""
        if not np.isin(y, (0, 1)).all():
            raise UsageError(f"the {split} set has labels other than 0 and 1")
        shares = np.reshape(y, (-1, len(self.names))).mean(axis=0)
        if split == "training":
            for name, share in zip(self.names, shares, strict=True):
                if share in (0, 1):
                    raise UsageError(
                        f"label {name!r} is {'always' if share else 'never'} given in the "
                        f"{split} set; both answers are needed: leave it out, or add examples"
                    )

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the mean of the labels' binary cross-entropies."""
        import keras

        from astro_dl.training.objective import Objective

        smooth, plain = (
            keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=share)
            for share in (label_smoothing, 0.0)
        )
        return Objective(self, smooth, plain, _as_float, _validation_scores)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return Platt's scaling of each label, and the threshold of the highest F1."""
        scale, offset, threshold = [], [], []
        for column, truth in zip(logits.T, np.asarray(y).T, strict=True):
            told = 0 < truth.sum() < len(truth)
            fit = fit_platt(column, truth) if told else {"scale": 1.0, "offset": 0.0}
            scale.append(float(fit["scale"]))
            offset.append(float(fit["offset"]))
            p = expit(fit["scale"] * column.astype(float) + fit["offset"])
            threshold.append(best_threshold(p, truth))
        return {"kind": "labels", "scale": scale, "offset": offset, "threshold": threshold}

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return calibrated probabilities (n, labels), and which are ``given``."""
        known = self._known(calibration)
        p = expit(known["scale"] * np.asarray(logits, float) + known["offset"])
        return Answers(logits, p, parts={"given": p > known["threshold"]})

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean probabilities, and which are above the mean of the thresholds."""
        members = zip(logits, calibrations, strict=True)
        p = np.mean([self.answers(*one).values for one in members], axis=0)
        threshold = np.mean([self._known(one)["threshold"] for one in calibrations], axis=0)
        return Answers(np.mean(logits, axis=0), p, parts={"given": p > threshold})

    def main_logit(self, logits: Array) -> Array:
        """Return the most probable label."""
        return logits.argmax(axis=1)

    def conformal(self) -> LabelSets:
        """Return sets of answers to each label."""
        return LabelSets(self.names)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return ``labels``, those given joined by commas, and ``p_<label>``."""
        given = answers.parts["given"]
        joined = [",".join(np.array(self.names)[row]) for row in given]
        columns: dict[str, Any] = {"labels": np.array(joined, dtype=str)}
        for name, p in zip(self.names, answers.values.T, strict=True):
            columns[f"p_{name}"] = p.astype(np.float32)
        return columns

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and its peers make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return those of `astro_dl.metrics.multilabel.multilabel_metrics`.

        All methods decide at the same probability, one half unless ``evaluation.threshold`` says
        another; thresholds of its own are for the network's predictions alone.
        """
        threshold = settings.threshold
        return multilabel_metrics(
            outcome.scores[method],
            outcome.y,
            self.names,
            threshold.at if threshold.by == "probability" else 0.5,
            settings.confidence,
            settings.bootstrap,
            rng,
        )

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the averages, and area and F1 of each label."""
        found = {key: metrics[key] for key in self.titles if key in metrics}
        for name, one in metrics["labels"].items():
            found |= {f"auc {name}": one["auc"], f"f1 {name}": one["f1"]}
        return found

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``labels``, the area of each by method, ``roc`` and ``reliability``."""
        from astro_dl.evaluation.figures.labels import (
            draw_label_reliability,
            draw_label_roc,
            draw_labels,
        )

        outcome, methods = report.outcome, report.metrics["methods"]
        p, y = np.asarray(outcome.scores[outcome.own]), np.asarray(outcome.y)
        return {
            "labels": draw_labels({name: one["labels"] for name, one in methods.items()}),
            "roc": draw_label_roc(p, y, self.names),
            "reliability": draw_label_reliability(p, y, self.names),
        }

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the examples with the most surprising label."""
        p, y = np.asarray(outcome.scores[outcome.own]), np.asarray(outcome.y)
        surprise = np.abs(p - y)
        indices = highest(surprise.max(axis=1), count)
        captions = []
        for i in indices:
            k = int(surprise[i].argmax())
            captions.append(f"{'' if y[i, k] else 'not '}{self.names[k]}\np {p[i, k]:.2g}")
        return indices, captions

    @property
    def importance_measure(self) -> str:
        """What the importance of a column is measured by, in words."""
        return "rise of the Brier score"

    def mean_error(self, scores: Array, y: Array) -> float:
        """Return the mean Brier score of the labels."""
        return float(np.mean((scores - y) ** 2))

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return labels by chance, and cross-entropy."""
        import keras

        y = rng.integers(0, 2, (n, self.outputs)).astype(np.float32)
        return y, keras.losses.BinaryCrossentropy(from_logits=True)

    def check_outputs(self, values: Array) -> None:
        """Raise AssertionError for what is no probability."""
        assert ((values >= 0) & (values <= 1)).all(), "multi-label output is not a probability"

    def _known(self, calibration: Mapping[str, Any] | None) -> dict[str, Array]:
        plain = {"scale": 1.0, "offset": 0.0, "threshold": 0.5}
        found = calibration or {}
        return {key: np.asarray(found.get(key, one), float) for key, one in plain.items()}


def _as_float(y: Array) -> Array:
    return np.asarray(y, np.float32)


def _validation_scores(logits: Array, y: Array) -> dict[str, float]:
    from astro_dl.metrics.binary import area_under_curve

    areas = [
        area_under_curve(column, truth)["value"]
        for column, truth in zip(logits.T, y.T, strict=True)
        if 0 < truth.sum() < len(truth)
    ]
    return {
        "val_macro_auc": float(np.mean(areas)) if areas else 0.5,
        "val_exact_match": float(((logits > 0) == (y > 0.5)).all(axis=1).mean()),
    }
