"""From the best weights to a bundle: calibration, thresholds, what the card says."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from astro_dl.bundles.bundle import Bundle, load_bundle, save_bundle
from astro_dl.bundles.card import SIMULATION, CardData
from astro_dl.core import backend
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config
from astro_dl.core.examples import Inputs
from astro_dl.core.registry import get_task
from astro_dl.data.cache import split_physics
from astro_dl.data.real import is_real, split_title
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.out_of_distribution import joint_statistics
from astro_dl.inference.test_time_augmentation import averaged, used_symmetries
from astro_dl.models.build import logits_model
from astro_dl.training.checkpoint import State
from astro_dl.training.data import TrainingData
from astro_dl.training.epochs import best_epoch, predict_logits
from astro_dl.training.objective import Objective


def save_result(
    folder: Path,
    model: keras.Model,
    objective: Objective,
    data: TrainingData,
    config: Config,
    state: State,
    interrupted: bool,
    held_out: np.ndarray | None = None,
) -> Bundle:
    """Calibrate a trained model on the validation set and save it.

    Parameters
    ----------
    folder : Path
        Where the bundle goes.
    model : keras.Model
        With its last activation and the best weights, in float32; gives physical values.
    objective : Objective
        What it was trained for.
    data : TrainingData
        The data it was trained on.
    config : Config
        The resolved config.
    state : State
        The finished history.
    interrupted : bool
        Whether the training was cut short by the user.
    held_out : ndarray, optional
        Logits of the validation examples to calibrate by, where the model itself has learnt from
        them; its own by default.
    """
    validation = data.validation
    network = logits_model(model)
    symmetries = used_symmetries(
        get_task(config.task), split_physics(config, "train"), config.evaluation.average_symmetries
    )
    score = averaged(lambda x: predict_logits(network, x, config.training.batch_size), symmetries)
    head = objective.head
    logits = head.per_example(score(validation.x)) if held_out is None else held_out
    streamed = config.data.mode == "stream" and not is_real(config)
    best = best_epoch(state.history, config.training.monitor, objective.rises)
    source = split_title(config, "train") if is_real(config) else config.data.source
    origins = _origins(config)
    parts = {
        "calibration": _calibration(config, head, logits, validation.y),
        "thresholds": head.thresholds(
            logits, validation.y, config.evaluation.false_alarm_probabilities
        ),
        "input_statistics": _statistics(config, validation.x),
        "data": {
            "source": source,
            "started_from": origins,
            "mode": config.data.mode,
            "n_train": data.n * (len(state.history) if streamed else 1),
            "n_validation": len(validation),
            "epochs": len(state.history),
            "best_epoch": best + 1,
            "interrupted": interrupted,
            "caution": get_task(config.task).cautions(CardData(source, origins).simulated),
            "validation": {k: v for k, v in state.history[best].items() if k.startswith("val_")},
        },
        "split_hash": data.split_hash,
        "hardware": backend.device_name(),
        "training_time_s": float(sum(row["seconds"] for row in state.history)),
    }
    return save_bundle(folder, model, config, parts, state.history)


def _calibration(config: Config, head: AnswerKind, logits: np.ndarray, y: np.ndarray) -> Any:
    """Return the answer's own calibration, corrected as the config asks."""
    own, method = head.fit_calibration(logits, y), config.training.calibration
    if method is None:
        return own
    return head.recalibrations[method](logits, y, own)


def _origins(config: Config) -> tuple[str, ...]:
    """Return what the initial weights were trained on, training by training."""
    if config.initial_weights is None:
        return ()
    bundle = load_bundle(config.initial_weights)
    data = bundle.card.data
    # Older cards name no source.
    source = data.source or SIMULATION
    return (*data.started_from, f"{bundle.folder.name} (n_train {data.n_train}, {source})")


def _statistics(config: Config, x: Inputs) -> dict[str, Any]:
    """Return what inputs are like; of tables also how their features go together."""
    task, statistics = get_task(config.task), input_statistics(x)
    if isinstance(x, np.ndarray) and x.ndim == 2 and task.classical.features is not None:
        joint = joint_statistics(task.classical.features(split_physics(config, "train"), x))
        statistics |= {"features": joint} if joint is not None else {}
    return statistics
