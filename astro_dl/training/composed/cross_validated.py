"""Committees each member of which learns without another part of the examples.

All that is not for testing is dealt into parts by group; a member learns from all but one of them
(Krogh & Vedelsby 1995, NIPS 7, 231; Parmanto, Munro & Doyle 1996, Connection Science 8, 405).
Together they have seen all, and each example has a member that has not seen it: the calibration
rests on every one.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from astro_dl.bundles.bundle import Bundle, load_weights
from astro_dl.core import backend
from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import concatenate
from astro_dl.core.registry import get_task
from astro_dl.data.cache import split_physics
from astro_dl.data.real import is_real, real_split
from astro_dl.models.build import build_from, logits_model, model_head
from astro_dl.models.committee import join_members
from astro_dl.training.checkpoint import State, check_unfinished
from astro_dl.training.composed.members import (
    RUNS,
    joined_folder,
    leave_joined,
    total_seconds,
    train_members,
)
from astro_dl.training.composed.runs import Train
from astro_dl.training.data import TrainingData
from astro_dl.training.epochs import predict_logits
from astro_dl.training.guarantee import add_guarantees
from astro_dl.training.objective import make_objective
from astro_dl.training.save import save_result


def member_configs(config: Config) -> list[Config]:
    """Return the config of each member of a committee, in their order.

    Member k learns without part k, of as many as there are, counted round; its seed is that of the
    committee plus k.

    Parameters
    ----------
    config : Config
        Resolved, with ``training.cross_validated``.

    Raises
    ------
    UsageError
        If the model is no committee with separate logits, the data are no real set, or the members
        do not leave out every part equally often.
    """
    members, parts = config.hyperparameters.get("members"), config.data.validation_parts
    if not config.hyperparameters.get("separate") or isinstance(members, int) or not members:
        raise UsageError(
            f"training.cross_validated: {config.model} is no committee of members by name with "
            "hyperparameters.separate"
        )
    if not is_real(config):
        raise UsageError("training.cross_validated: of simulations every member can have its own")
    if parts < 2 or len(members) % parts:
        raise UsageError(
            f"data.validation_parts: {parts} for {len(members)} members; accepted: 2 and more, of "
            "which the number of members is a multiple"
        )
    alone = replace(config.training, cross_validated=False, calibration=None)
    return [
        replace(
            config,
            model=name,
            hyperparameters={},
            training=alone,
            data=replace(config.data, validation_part=number % parts),
            seed=config.seed + number,
        )
        for number, name in enumerate(members)
    ]


def train_cross_validated(
    config: Config, folder: Path, train: Train, resume: bool, progress: bool
) -> Bundle:
    """Train the members of a committee one by one and leave the bundle of all.

    Its scores on the validation set, and its calibration, are of each example by the members that
    have not seen it; its history has the epochs of all, with a column ``member``, from 1.

    Parameters
    ----------
    config : Config
        Resolved, with ``training.cross_validated``.
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
        As `member_configs` and a training do, or if the folder is in use.
    KeyboardInterrupt
        If interrupted; what was done until then is kept for `resume`.
    """
    check_unfinished(folder, (folder / RUNS).is_dir(), resume)
    trained = train_members(member_configs(config), folder, train, progress)
    joined = joined_folder(folder)
    _save_committee(joined, config, trained)
    if config.data.n_guarantee:
        add_guarantees(joined, config.data.n_guarantee, progress)
    first = trained[0].card.data
    source = f"{first.source}, each of {len(trained)} members without another part"
    return leave_joined(folder, trained, source=source, started_from=first.started_from)


def _save_committee(folder: Path, config: Config, trained: Sequence[Bundle]) -> None:
    """Save the committee of trained members in a folder."""
    backend.prepare(config.seed)
    members = [load_weights(bundle) for bundle in trained]
    known, held_out = _held_out(config, trained, [logits_model(one) for one in members])
    task, physics = get_task(config.task), split_physics(config, "train")
    head = model_head(config.model, task, physics, config.hyperparameters)
    model = build_from(config.model, task.input_spec(physics), head, config.hyperparameters)
    join_members(model, members)
    objective = make_objective(head, known.y, config.training)
    scores = objective.validation_scores(objective.standardised(held_out), known.y)
    state = State(({"epoch": 1, **scores, "seconds": total_seconds(trained)},))
    # of which part is whose validation set, the parts of the first member tell
    split = trained[0].card.split_hash or ""
    data = TrainingData(len(known), lambda epoch, rng: iter(()), known.y, known, split)
    save_result(folder, model, objective, data, config, state, False, held_out)


def _held_out(config: Config, trained: Sequence[Bundle], networks: Sequence) -> tuple:
    """Return all examples that are not for testing, and their logits by who has not seen them."""
    parts, logits = [], []
    for part in range(config.data.validation_parts):
        data = replace(config.data, validation_part=part)
        parts.append(real_split(replace(config, data=data), "validation"))
        unseen = [
            predict_logits(network, parts[-1].x, config.training.batch_size)
            for network, bundle in zip(networks, trained, strict=True)
            if bundle.config.data.validation_part == part
        ]
        logits.append(np.mean(unseen, axis=0))
    return concatenate(parts), np.concatenate(logits)
