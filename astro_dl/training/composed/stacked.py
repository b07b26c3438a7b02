"""Committees whose members are trained one by one and then weighed on the validation set."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from astro_dl.bundles.bundle import Bundle, load_weights
from astro_dl.core import backend
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.registry import get_task, resolve_builder
from astro_dl.core.schema import plain
from astro_dl.data.cache import split_physics
from astro_dl.models.build import build_from, logits_model, model_head, resolve
from astro_dl.models.stacking import (
    fit_weights,
    join_weighted,
    members_logits,
    read_members,
    stack,
)
from astro_dl.training.checkpoint import State, check_unfinished
from astro_dl.training.composed.members import (
    RUNS,
    joined_folder,
    leave_joined,
    total_seconds,
    train_members,
)
from astro_dl.training.composed.runs import Train
from astro_dl.training.data import open_training_data
from astro_dl.training.epochs import predict_logits
from astro_dl.training.guarantee import add_guarantees
from astro_dl.training.objective import class_weigher, make_objective
from astro_dl.training.save import save_result


def is_stack(config: Config) -> bool:
    """Whether the model of a config is a committee of weighed members."""
    return resolve_builder(config.model) is stack


def stacked_configs(config: Config) -> list[Config]:
    """Return the config of each member of a stack, in their order.

    The seed of member k is that of the stack plus k, from 0. Members learn classes as they occur,
    unless they say otherwise: ``training.class_weight`` of a stack is of its offsets.

    Parameters
    ----------
    config : Config
        Resolved. The inputs that a member is given are named by ``physics.inputs``, where they are
        not all of the stack's.

    Raises
    ------
    UsageError
        If a member is unsound, or weights to start from are named for all.
    """
    if config.initial_weights is not None:
        raise UsageError(
            f"initial_weights: of {config.model} each member has its own; name them among "
            "hyperparameters.members"
        )
    own = {"model", "hyperparameters"}
    return [
        load_config(
            {
                **{key: value for key, value in plain(config).items() if key not in own},
                "model": member.model,
                "hyperparameters": member.hyperparameters,
                "initial_weights": member.initial_weights,
                "physics": {
                    **config.physics,
                    **({"inputs": list(member.inputs)} if member.inputs else {}),
                },
                "training": {**plain(config.training), "class_weight": None, **member.training},
                "seed": config.seed + number,
            }
        )
        for number, member in enumerate(read_members(config.hyperparameters["members"]))
    ]


def train_stack(config: Config, folder: Path, train: Train, resume: bool, progress: bool) -> Bundle:
    """Train the members of a stack one by one, weigh them, and leave the bundle of all.

    Weights, and offsets of classes, are those of the least cross-entropy on the validation set, but
    for how much classes count by ``training.class_weight``, see
    `astro_dl.models.stacking.fit_weights`. Its history has the epochs of all members, with a column
    ``member``, from 1.

    Parameters
    ----------
    config : Config
        Resolved, of a model for which `is_stack` holds.
    folder : Path
        The run folder; those of the members lie in it until the last one is finished.
    train : callable
        `astro_dl.training.train.train`.
    resume : bool
        Whether to go on from what an interrupted training left.
    progress : bool
        Whether progress bars are shown.

    Raises
    ------
    UsageError
        As `stacked_configs` and a training do, or if the folder is in use.
    KeyboardInterrupt
        If interrupted; what was done until then is kept for `resume`.
    """
    check_unfinished(folder, (folder / RUNS).is_dir(), resume)
    # before the first is trained, so that a wrong one is refused at once
    _built(config)
    configs = [resolve(one) for one in stacked_configs(config)]
    trained = train_members(configs, folder, train, progress)
    joined = joined_folder(folder)
    _save_stack(joined, config, trained, progress)
    if config.data.n_guarantee:
        add_guarantees(joined, config.data.n_guarantee, progress)
    origins = tuple(one for bundle in trained for one in bundle.card.data.started_from)
    return leave_joined(folder, trained, started_from=tuple(dict.fromkeys(origins)))


def _save_stack(folder: Path, config: Config, trained: Sequence[Bundle], progress: bool) -> None:
    """Save the stack of trained members in a folder."""
    backend.prepare(config.seed)
    found = _with_fitted_sizes(config, trained)
    members = read_members(found.hyperparameters["members"])
    model, head = _built(found)
    networks = [load_weights(bundle) for bundle in trained]
    with open_training_data(config, progress) as data:
        held_out, size = data.validation, config.training.batch_size
        scorers = [partial(_scored, logits_model(one), size) for one in networks]
        answers = members_logits(scorers, members, held_out.x)
        weigh = class_weigher(head, data.y, config.training.class_weight)
        class_weights = None if weigh is None else weigh(np.arange(len(head.names)))
        join_weighted(model, networks, *fit_weights(answers, held_out.y, class_weights))
        objective = make_objective(head, data.y, config.training)
        logits = predict_logits(logits_model(model), held_out.x, size)
        scores = objective.validation_scores(logits, held_out.y)
        state = State(({"epoch": 1, **scores, "seconds": total_seconds(trained)},))
        save_result(folder, model, objective, data, found, state, False)


def _built(config: Config) -> tuple[keras.Model, AnswerKind]:
    task, physics = get_task(config.task), split_physics(config, "train")
    head = model_head(config.model, task, physics)
    spec = task.input_spec(physics)
    return build_from(config.model, spec, head, config.hyperparameters), head


def _scored(network: keras.Model, batch_size: int, x: Inputs) -> np.ndarray:
    return predict_logits(network, x, batch_size)


def _with_fitted_sizes(config: Config, trained: Sequence[Bundle]) -> Config:
    """Return the config with all that the trainings of the members found of their models."""
    members = [
        plain(replace(member, hyperparameters=bundle.config.hyperparameters))
        for member, bundle in zip(
            read_members(config.hyperparameters["members"]), trained, strict=True
        )
    ]
    return replace(config, hyperparameters={**config.hyperparameters, "members": members})
