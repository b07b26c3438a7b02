"""What is minimised and watched for each kind of head."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from astro_dl.core.config import TrainingConfig
from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.task import Head
from astro_dl.distributions.binned import grid_bins
from astro_dl.distributions.distribution import answer_distribution
from astro_dl.metrics.binary import area_under_curve
from astro_dl.training.likelihoods import GaussianLikelihood, MixtureLikelihood, ReconstructionError

RISING = ("val_accuracy", "val_auc")
MONITORS = {
    "binary": ("val_loss", "val_auc", "val_accuracy"),
    "multiclass": ("val_loss", "val_accuracy"),
    "regression": ("val_loss", "val_mae"),
    "reconstruction": ("val_loss", "val_error"),
}


@dataclass(frozen=True)
class Objective:
    """Loss on logits, and what the validation set is scored by.

    Parameters
    ----------
    loss : keras.losses.Loss
        Of encoded targets and logits.
    validation_loss : keras.losses.Loss
        The same without the smoothing of labels, which is no part of what is to be predicted.
    encode : callable
        Targets as examples hold them to what the loss takes, float32 or int32.
    location, scale : ndarray
        Standardisation of regression targets, (targets,); zeros and ones for classes.
    head : Head
        The head.
    """

    loss: keras.losses.Loss
    validation_loss: keras.losses.Loss
    encode: Callable[[np.ndarray], np.ndarray]
    location: np.ndarray
    scale: np.ndarray
    head: Head

    def validation_scores(self, logits: np.ndarray, y: np.ndarray) -> dict[str, float]:
        """Return the columns of the history that describe the validation set.

        The loss is that of the data alone, without penalties on weights.
        """
        encoded, loss = self.encode(y), self.validation_loss
        # In float64 by groups: one float32 mean over a large set would lose digits.
        groups = range(0, len(y), 4096)
        losses = [float(loss(encoded[i : i + 4096], logits[i : i + 4096])) for i in groups]
        sizes = [len(encoded[i : i + 4096]) for i in groups]
        scores = {"val_loss": float(np.average(losses, weights=sizes))}
        if not np.isfinite(logits).all():
            return {**scores, "val_loss": float("nan")}
        if self.head.kind == "binary":
            scores["val_auc"] = area_under_curve(logits[:, 0], y)["value"]
            scores["val_accuracy"] = float(np.mean((logits[:, 0] > 0) == (y > 0)))
        elif self.head.kind == "multiclass":
            scores["val_accuracy"] = float(np.mean(logits.argmax(1) == y))
        elif self.head.kind == "reconstruction":
            scores["val_error"] = float(np.mean(logits[:, :-1]))
        else:
            scores["val_mae"] = self._mean_error(logits, y)
        return scores

    def _mean_error(self, logits: np.ndarray, y: np.ndarray) -> float:
        """Return the mean absolute error of the means, in standard deviations of the targets."""
        factor, offset = _scaling(self.head, self.scale, self.location)
        values = np.asarray(logits, np.float64) * factor + offset
        distribution = answer_distribution(self.head, values)
        mean = values if distribution is None else distribution.mean
        truth = np.asarray(y, np.float64).reshape(mean.shape)
        return float(np.mean(np.abs(mean - truth) / self.scale))


def make_objective(head: Head, y: np.ndarray, training: TrainingConfig) -> Objective:
    """Return the objective of a head.

    Binary: binary cross-entropy; multi-class: cross-entropy; both from logits. Regression, by the
    head's distribution: mean squared error, or the likelihood of Gaussians or mixtures, on targets
    standardised by mean and standard deviation of `y`; or the cross-entropy of a grid's bins.
    Reconstruction: `ReconstructionError`.

    Parameters
    ----------
    head : Head
        The task's head.
    y : ndarray
        Training targets.
    training : TrainingConfig
        Label smoothing and what to monitor.

    Raises
    ------
    UsageError
        If ``training.monitor`` is no column of this head's history, or a target lies where the
        head's distribution gives no probability.
    """
    accepted = MONITORS[head.kind]
    if training.monitor not in accepted:
        raise UsageError(
            f"training.monitor: {training.monitor!r} is not scored for {head.kind} tasks"
            f"{did_you_mean(training.monitor, accepted)}"
        )
    location, scale = np.zeros(len(head.names)), np.ones(len(head.names))
    smoothing = training.label_smoothing
    loss: keras.losses.Loss
    plain: keras.losses.Loss | None = None
    encode: Callable[[np.ndarray], np.ndarray]
    if head.kind == "binary":
        loss = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=smoothing)
        plain = keras.losses.BinaryCrossentropy(from_logits=True)
        encode = _column
    elif head.kind == "multiclass" and smoothing:
        loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
        plain = keras.losses.CategoricalCrossentropy(from_logits=True)
        one_hot = np.eye(head.outputs, dtype=np.float32)
        encode = one_hot.__getitem__
    elif head.kind == "multiclass":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        encode = np.asarray
    elif head.kind == "reconstruction":
        loss, encode = ReconstructionError(), _nothing
    else:
        values = np.asarray(y, np.float64).reshape(len(y), -1)
        location, scale = values.mean(0), values.std(0)
        scale[scale == 0] = 1.0
        _check_support(head, values)
        encode = _standardiser(location, scale)
        if head.distribution == "gaussian":
            loss = GaussianLikelihood()
        elif head.distribution == "mixture":
            ends = ((end - location) / scale for end in head.support)
            loss = MixtureLikelihood(head.components, *ends)
        elif head.distribution == "grid":
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            encode = _binner(head.grid)
        else:
            loss = keras.losses.MeanSquaredError()
    return Objective(loss, plain or loss, encode, location, scale, head)


def class_weigher(
    head: Head, y: np.ndarray, class_weight: str | Mapping[str, float] | None
) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return what gives examples their weights, None if all weigh the same.

    Parameters
    ----------
    head : Head
        The task's head.
    y : ndarray
        Training targets.
    class_weight : None, "balanced" or mapping
        ``"balanced"`` gives every class the same total weight; a mapping gives weights by class
        name, 1 for classes that it leaves out.

    Raises
    ------
    UsageError
        If the head has no classes or not the one that is named.
    """
    if class_weight is None:
        return None
    if head.kind in ("regression", "reconstruction"):
        raise UsageError(f"training.class_weight: a {head.kind} has no classes")
    if isinstance(class_weight, str):
        counts = np.bincount(np.asarray(y, int), minlength=len(head.names))
        weights = len(y) / np.maximum(counts, 1) / float(np.count_nonzero(counts))
    else:
        for name in class_weight:
            if name not in head.names:
                raise UsageError(
                    f"training.class_weight: no class {name!r}{did_you_mean(name, head.names)}"
                )
        weights = np.array([class_weight.get(name, 1.0) for name in head.names])
    table = weights.astype(np.float32)
    return lambda targets: table[np.asarray(targets, int)]


def improves(value: float, best: float, monitor: str) -> bool:
    """Whether a value of the monitored column is better than the best so far."""
    return value > best if monitor in RISING else value < best


def fold_scaling(model: Any, objective: Objective) -> None:
    """Make a model that gives standardised targets give physical values."""
    _rescale(model, objective, objective.scale, objective.location)


def unfold_scaling(model: Any, objective: Objective) -> None:
    """Make a model that gives physical values give standardised targets."""
    _rescale(model, objective, 1 / objective.scale, -objective.location / objective.scale)


def _rescale(model: Any, objective: Objective, scale: np.ndarray, offset: np.ndarray) -> None:
    if objective.head.kind != "regression":
        return
    factor, shift = _scaling(objective.head, scale, offset)
    layer = model.get_layer("logits")
    kernel, bias = (np.asarray(one, np.float64) for one in layer.get_weights())
    layer.set_weights([kernel * factor, bias * factor + shift])


def _scaling(head: Head, scale: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what logits are multiplied by, and then moved by, when targets are rescaled."""
    one, zero = np.ones_like(scale), np.zeros_like(scale)
    if head.distribution == "gaussian":
        return np.concatenate([scale, one]), np.concatenate([offset, 2 * np.log(scale)])
    if head.distribution == "mixture":
        factors = [one, scale, one], [zero, offset, np.log(scale)]
        return tuple(np.repeat(np.concatenate(part), head.components) for part in factors)  # type: ignore[return-value]
    if head.distribution == "grid":
        return np.ones(head.outputs), np.zeros(head.outputs)
    return scale, offset


def _check_support(head: Head, y: np.ndarray) -> None:
    """Refuse training targets that the head's distribution holds impossible."""
    low, high = (head.grid[0], head.grid[-1]) if head.distribution == "grid" else head.support
    outside = int(np.sum((y < low) | (y > high)))
    if head.distribution in ("mixture", "grid") and outside:
        raise UsageError(
            f"{outside} of {y.size} training targets are outside {low:g} to {high:g}, where "
            f"{', '.join(head.names)} has its probability; leave them out or change the task's "
            "physics"
        )


def _column(y: np.ndarray) -> np.ndarray:
    return np.asarray(y, np.float32).reshape(-1, 1)


def _nothing(y: np.ndarray) -> np.ndarray:
    return np.zeros((len(y), 1), np.float32)


def _standardiser(location: np.ndarray, scale: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    def encode(y: np.ndarray) -> np.ndarray:
        values = np.asarray(y, np.float64).reshape(len(y), -1)
        return ((values - location) / scale).astype(np.float32)

    return encode


def _binner(edges: Sequence[float]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda y: grid_bins(edges, np.reshape(y, len(y))).astype(np.int32)
