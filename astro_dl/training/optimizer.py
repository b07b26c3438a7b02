"""Optimisers of Keras by name."""

import inspect
from typing import Any

import keras

from astro_dl.core.errors import UsageError
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.source.keras_names import keras_classes
from astro_dl.training.schedules import make_schedule

USUAL: dict[str, dict[str, Any]] = {"sgd": {"momentum": 0.9, "nesterov": True}}
"""Settings where a config says none, unlike those of Keras."""


def make_optimizer(training: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimiser of a config.

    Parameters
    ----------
    training : TrainingConfig
        Optimiser with its settings, learning rate, schedule, weight decay and clipping.
    steps : int
        Batches per epoch.

    Raises
    ------
    UsageError
        If Keras refuses a setting.
    """
    name = training.optimizer
    made = getattr(keras.optimizers, keras_classes("optimizers")[name].name)
    usual_decay = inspect.signature(made).parameters["weight_decay"].default
    options: dict[str, Any] = {
        "learning_rate": make_schedule(training, steps),
        # None switches it off, where there is nothing to switch off.
        "weight_decay": training.weight_decay or (None if usual_decay is None else 0.0),
        "global_clipnorm": training.clip_norm,
        **(training.optimizer_settings or USUAL.get(name, {})),
    }
    try:
        return made(**options)
    except (TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(
            f"training.optimizer_settings: {name} can't be made with "
            f"{training.optimizer_settings}: {reason}"
        ) from error
