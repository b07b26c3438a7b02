"""Optimisers and the course of the learning rate."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from astro_dl.core.config import TrainingConfig

MOMENTUM = 0.9
PLATEAU_PATIENCE = 3
PLATEAU_FACTOR = 0.3


class LearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then constant or falling as half a cosine (Loshchilov & Hutter 2017, eq. 5).

    Parameters
    ----------
    peak : float
        Learning rate after the warm-up.
    final : float
        Learning rate at the end of the cosine.
    warmup_steps, total_steps : int
        Length of the warm-up and of the whole training in batches.
    cosine : bool
        Whether it falls.
    """

    def __init__(
        self, peak: float, final: float, warmup_steps: int, total_steps: int, cosine: bool
    ) -> None:
        super().__init__()
        self.peak, self.final, self.cosine = peak, final, cosine
        self.warmup_steps, self.total_steps = warmup_steps, total_steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        step = ops.cast(step, "float32")
        rate = self.peak
        if self.cosine:
            falling = max(1, self.total_steps - self.warmup_steps)
            done = ops.clip((step - self.warmup_steps) / falling, 0.0, 1.0)
            rate = self.final + 0.5 * (self.peak - self.final) * (1 + ops.cos(math.pi * done))
        if self.warmup_steps:
            rate = rate * ops.minimum(1.0, (step + 1) / self.warmup_steps)
        return rate * ops.ones_like(step)

    def get_config(self) -> dict[str, Any]:
        """Return the parameters."""
        return {
            "peak": self.peak,
            "final": self.final,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
            "cosine": self.cosine,
        }


def make_optimizer(training: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimiser of a config.

    Parameters
    ----------
    training : TrainingConfig
        Optimiser, learning rate, schedule, weight decay and clipping.
    steps : int
        Batches per epoch.
    """
    rate: Any = training.learning_rate
    if training.schedule != "plateau":
        rate = LearningRate(
            rate,
            min(rate, training.minimum_learning_rate),
            training.warmup_epochs * steps,
            training.epochs * steps,
            training.schedule == "cosine",
        )
    options: dict[str, Any] = {
        "learning_rate": rate,
        "weight_decay": training.weight_decay or None,
        "global_clipnorm": training.clip_norm,
    }
    if training.optimizer == "sgd":
        return keras.optimizers.SGD(momentum=MOMENTUM, nesterov=True, **options)
    if training.optimizer == "adamw":
        return keras.optimizers.AdamW(**{**options, "weight_decay": training.weight_decay})
    return keras.optimizers.Adam(**options)


def plateau_rate(training: TrainingConfig, epoch: int, waits: Sequence[int]) -> float:
    """Return the learning rate of an epoch under the schedule "plateau".

    Parameters
    ----------
    training : TrainingConfig
        Peak, least learning rate and warm-up.
    epoch : int
        The coming epoch, from 0.
    waits : sequence of int
        For every finished epoch, how many epochs had passed without improvement.
    """
    reductions = sum(wait > 0 and wait % PLATEAU_PATIENCE == 0 for wait in waits)
    rate = training.learning_rate * PLATEAU_FACTOR**reductions
    rate = max(rate, min(training.minimum_learning_rate, training.learning_rate))
    return rate * min(1.0, (epoch + 1) / max(1, training.warmup_epochs))
