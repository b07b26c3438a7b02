"""Courses of the learning rate."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
from keras import ops

from astro_dl.core.errors import UsageError
from astro_dl.core.sections.training import TrainingConfig

PLATEAU_PATIENCE = 3
PLATEAU_FACTOR = 0.3
STEP_FACTOR = 0.1
RISING_SHARE = 0.3
RISE = 25.0


def make_schedule(training: TrainingConfig, steps: int) -> "LearningRate | float":
    """Return the learning rate of a config, by step; a number where epochs decide.

    Parameters
    ----------
    training : TrainingConfig
        Schedule, peak and least learning rate, warm-up, decay.
    steps : int
        Batches per epoch.

    Raises
    ------
    UsageError
        If the rate would fall to zero at once.
    """
    if training.schedule == "plateau":
        return training.learning_rate
    final = min(training.learning_rate, training.minimum_learning_rate)
    warmup, total = training.warmup_epochs * steps, training.epochs * steps
    factor, period = training.decay_factor, (training.decay_epochs or 1) * steps
    if training.schedule == "one_cycle" and not warmup:
        warmup = round(RISING_SHARE * total)
    if training.schedule == "step":
        factor = factor or STEP_FACTOR
        if training.decay_epochs is None:
            period = -(-training.epochs // 3) * steps
    if training.schedule == "exponential" and factor is None:
        factor, period = final / training.learning_rate, max(1, total - warmup)
        if not factor:
            raise UsageError(
                "training.schedule exponential never reaches a learning rate of 0; accepted: "
                "training.minimum_learning_rate above 0, or training.decay_factor"
            )
    shape = training.schedule
    return LearningRate(training.learning_rate, final, warmup, total, shape, factor or 1.0, period)


class LearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then a course of the schedules of `COURSES`.

    Parameters
    ----------
    peak : float
        Learning rate after the warm-up.
    final : float
        Least learning rate, that of the end.
    warmup_steps, total_steps : int
        Length of the warm-up and of the whole training in batches.
    shape : str
        A key of `COURSES`.
    factor : float
        What the rate is multiplied by every period, by those that decay.
    period : int
        Its length in batches.
    """

    def __init__(
        self,
        peak: float,
        final: float,
        warmup_steps: int,
        total_steps: int,
        shape: str = "constant",
        factor: float = 1.0,
        period: int = 1,
    ) -> None:
        super().__init__()
        self.peak, self.final, self.shape = peak, final, shape
        self.warmup_steps, self.total_steps = warmup_steps, total_steps
        self.factor, self.period = factor, period

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        step = ops.cast(step, "float32")
        rate = COURSES[self.shape](self, step)
        if self.warmup_steps:
            rate = rate * self._warmup(step)
        return rate * ops.ones_like(step)

    def get_config(self) -> dict[str, Any]:
        """Return the parameters."""
        return {
            "peak": self.peak,
            "final": self.final,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
            "shape": self.shape,
            "factor": self.factor,
            "period": self.period,
        }

    def _warmup(self, step: Any) -> Any:
        risen = ops.minimum(1.0, (step + 1) / self.warmup_steps)
        if self.shape != "one_cycle":
            return risen
        return 1 / RISE + (1 - 1 / RISE) * 0.5 * (1 - ops.cos(math.pi * risen))

    def done(self, step: Any) -> Any:
        """Return how much of the fall is over, 0 to 1."""
        falling = max(1, self.total_steps - self.warmup_steps)
        return ops.clip((step - self.warmup_steps) / falling, 0.0, 1.0)

    def periods(self, step: Any) -> Any:
        """Return how many periods have passed since the warm-up."""
        return ops.maximum(step - self.warmup_steps, 0.0) / self.period


def _constant(rate: LearningRate, step: Any) -> Any:
    return rate.peak


def _step(rate: LearningRate, step: Any) -> Any:
    falls = ops.floor(rate.periods(step))
    return ops.maximum(rate.peak * ops.power(rate.factor, falls), rate.final)


def _exponential(rate: LearningRate, step: Any) -> Any:
    return ops.maximum(rate.peak * ops.power(rate.factor, rate.periods(step)), rate.final)


def _linear(rate: LearningRate, step: Any) -> Any:
    return rate.peak + (rate.final - rate.peak) * rate.done(step)


def _cosine(rate: LearningRate, step: Any) -> Any:
    fallen = 1 + ops.cos(math.pi * rate.done(step))
    return rate.final + 0.5 * (rate.peak - rate.final) * fallen


COURSES: Mapping[str, Callable[[LearningRate, Any], Any]] = {
    "constant": _constant,
    "step": _step,
    "exponential": _exponential,
    "linear": _linear,
    "cosine": _cosine,
    "one_cycle": _cosine,
}
"""What the rate does after the warm-up, from (rate, step).

The cosine is that of Loshchilov & Hutter 2017, eq. 5. "one_cycle" rises and falls by half a cosine
each, after Smith & Topin 2018, without its changes of momentum.
"""


def plateau_rate(training: TrainingConfig, epoch: int, waits: Sequence[int]) -> float:
    """Return the learning rate of an epoch under the schedule "plateau".

    Parameters
    ----------
    training : TrainingConfig
        Peak, least learning rate, warm-up and decay.
    epoch : int
        The coming epoch, from 0.
    waits : sequence of int
        For every finished epoch, how many epochs had passed without improvement.
    """
    patience = training.decay_epochs or PLATEAU_PATIENCE
    reductions = sum(wait > 0 and wait % patience == 0 for wait in waits)
    rate = training.learning_rate * (training.decay_factor or PLATEAU_FACTOR) ** reductions
    rate = max(rate, min(training.minimum_learning_rate, training.learning_rate))
    return rate * min(1.0, (epoch + 1) / max(1, training.warmup_epochs))
