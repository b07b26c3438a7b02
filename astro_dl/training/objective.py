"""What is minimised and watched in a training, as the kind of answer says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.source.keras_names import keras_classes
from astro_dl.training.likelihoods import GaussianLikelihood

Array = np.ndarray
Scaling = Callable[[Array, Array], tuple[Array, Array]]


@dataclass(frozen=True)
class Objective:
    """Loss on logits, and what the validation set is scored by.

    Parameters
    ----------
    head : AnswerKind
        What is learnt.
    loss : keras.losses.Loss
        Of encoded targets and logits.
    validation_loss : keras.losses.Loss
        The same without the smoothing of labels, which is no part of what is to be predicted.
    encode : callable
        Targets as examples hold them to what the loss takes, float32 or int32.
    scores : callable
        ``(logits, y) -> dict``: further columns of the history, from validation logits.
    location, scale : ndarray
        Standardisation of targets, (targets,); empty where they are not standardised.
    scaling : callable or None
        ``(scale, offset) -> (factor, shift)``: what logits are multiplied by, and then moved by,
        when targets are rescaled; None where they never are.
    rises : bool
        Whether a higher value of the monitored column is better.
    """

    head: AnswerKind
    loss: keras.losses.Loss
    validation_loss: keras.losses.Loss
    encode: Callable[[Array], Array]
    scores: Callable[[Array, Array], dict[str, float]]
    location: Array = field(default_factory=lambda: np.zeros(0))
    scale: Array = field(default_factory=lambda: np.ones(0))
    scaling: Scaling | None = None
    rises: bool = False

    def validation_scores(self, logits: Array, y: Array) -> dict[str, float]:
        """Return the columns of the history that describe the validation set.

        The loss is that of the data alone, without penalties on weights.
        """
        encoded, loss = self.encode(y), self.validation_loss
        # In float64 by groups: one float32 mean over a large set would lose digits.
        groups = range(0, len(y), 4096)
        losses = [float(loss(encoded[i : i + 4096], logits[i : i + 4096])) for i in groups]
        sizes = [len(encoded[i : i + 4096]) for i in groups]
        mean = float(np.average(losses, weights=sizes))
        if not np.isfinite(logits).all():
            return {"val_loss": float("nan")}
        return {"val_loss": mean, **self.scores(logits, y)}

    def standardised(self, logits: Array) -> Array:
        """Return logits of physical values as those of standardised targets."""
        if self.scaling is None:
            return logits
        factor, shift = self.scaling(self.scale, self.location)
        return (logits - shift) / factor


def make_objective(head: AnswerKind, y: Array, training: TrainingConfig) -> Objective:
    """Return the objective of a kind of answer.

    Parameters
    ----------
    head : AnswerKind
        What is learnt.
    y : ndarray
        Training targets.
    training : TrainingConfig
        Loss, label smoothing and what to monitor.

    Raises
    ------
    UsageError
        If ``training.monitor`` is no column of this answer's history, its loss is not of this
        answer, a target lies where its distribution gives no probability, or variances are to
        weigh that are not predicted.
    """
    rises, losses = monitor_rises(head, training.monitor), chosen_losses(head, training)
    objective = replace(head.objective(y, training.label_smoothing), rises=rises)
    if training.variance_weight:
        if not isinstance(objective.loss, GaussianLikelihood):
            raise UsageError(
                f"training.variance_weight: a {head.kind} without Gaussians predicts no variance; "
                "accepted: 0"
            )
        objective = replace(objective, loss=GaussianLikelihood(training.variance_weight))
    if training.loss is None or losses is None:
        return objective
    loss, plain = losses
    encode = head.encoded_for(training.loss) or objective.encode
    return replace(objective, loss=loss, validation_loss=plain, encode=encode)


def chosen_losses(
    head: AnswerKind, training: TrainingConfig
) -> tuple[keras.losses.Loss, keras.losses.Loss] | None:
    """Return the loss that a config names, with and without the smoothing of labels.

    Returns
    -------
    tuple of keras.losses.Loss or None
        None if the loss is the answer's own.

    Raises
    ------
    UsageError
        If the answer has no such loss, or Keras refuses a setting.
    """
    name, smoothing = training.loss, training.label_smoothing
    if name is None:
        return None
    if name not in head.losses:
        accepted = ", ".join(head.losses) or "its own, null"
        raise UsageError(
            f"training.loss: {name!r} is not for a {head.kind} answer; accepted: {accepted}"
        )
    found = keras_classes("losses")[name]
    if smoothing and "label_smoothing" not in found.settings:
        raise UsageError(f"training.label_smoothing: {name} smooths no labels; accepted: 0")
    own = {"from_logits": True, "label_smoothing": smoothing}
    options = {key: one for key, one in own.items() if key in found.settings}
    for key in options:
        if key in training.loss_settings:
            raise UsageError(f"training.loss_settings: {key} is set by the training itself")
    try:
        made = getattr(keras.losses, found.name)
        loss, plain = (
            made(**{**training.loss_settings, **options, **change})
            for change in ({}, {"label_smoothing": 0.0} if smoothing else {})
        )
        # Keras looks at some settings only when the loss is taken.
        loss(np.zeros((1, *head.shape)), np.zeros((1, *head.shape)))
        return loss, plain
    except (TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"training.loss_settings: {name} can't be made: {reason}") from error


def monitor_rises(head: AnswerKind, monitor: str) -> bool:
    """Return whether a higher value of a column of the history is better.

    Raises
    ------
    UsageError
        If there is no such column.
    """
    if monitor not in head.monitors:
        raise UsageError(
            f"training.monitor: {monitor!r} is not scored for {head.kind} tasks"
            f"{did_you_mean(monitor, head.monitors)}"
        )
    return head.monitors[monitor]


def class_weigher(
    head: AnswerKind, y: np.ndarray, class_weight: str | Mapping[str, float] | None
) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return what gives examples their weights, None if all weigh the same.

    Parameters
    ----------
    head : AnswerKind
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
    if not head.classes:
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


def improves(value: float, best: float, rises: bool) -> bool:
    """Whether a value of the monitored column is better than the best so far."""
    return value > best if rises else value < best


def fold_scaling(model: Any, objective: Objective) -> None:
    """Make a model that gives standardised targets give physical values."""
    _rescale(model, objective.scaling, objective.scale, objective.location)


def unfold_scaling(model: Any, objective: Objective) -> None:
    """Make a model that gives physical values give standardised targets."""
    scale, location = objective.scale, objective.location
    _rescale(model, objective.scaling, 1 / scale, -location / scale)


def _rescale(model: Any, scaling: Scaling | None, scale: Array, offset: Array) -> None:
    if scaling is None:
        return
    factor, shift = scaling(scale, offset)
    if np.all(factor == 1) and np.all(shift == 0):
        # Bins stay where they are, and their last layer may have no weights.
        return
    layer = model.get_layer("logits")
    kernel, bias = (np.asarray(one, np.float64) for one in layer.get_weights())
    layer.set_weights([kernel * factor, bias * factor + shift])
