"""Members of a committee that are trained one by one, in folders within its run folder."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from astro_dl.bundles.bundle import Bundle, load_bundle, update_bundle
from astro_dl.bundles.files import new_folder
from astro_dl.bundles.results import read_history
from astro_dl.core.config import Config

RUNS = ".members"


def train_members(
    configs: Iterable[Config], folder: Path, train: Callable[..., Bundle], progress: bool
) -> list[Bundle]:
    """Train the members, or go on with what was interrupted.

    What is promised of a committee is nothing that its members need to promise.

    Parameters
    ----------
    configs : iterable of Config
        Theirs.
    folder : Path
        The run folder of the committee.
    train : callable
        `astro_dl.training.train.train`.
    progress : bool
        Whether progress bars are shown.

    Raises
    ------
    KeyboardInterrupt
        If interrupted; what was done until then is kept.
    """
    trained: list[Bundle] = []
    for number, one in enumerate(configs, start=1):
        run = folder / RUNS / f"{number}" / f"member {number}"
        alone = replace(one, data=replace(one.data, n_guarantee=0))
        trained.append(train(alone, out=run, resume=True, progress=progress))
        if trained[-1].card.data.interrupted:
            raise KeyboardInterrupt
    return trained


def joined_folder(folder: Path) -> Path:
    """Return where the bundle of all members is made, before it takes its place in the folder."""
    return folder / RUNS / "joined" / folder.name


def total_seconds(trained: Sequence[Bundle]) -> float:
    """Return how long all epochs of all members took [s]."""
    return sum(
        float(row["seconds"])
        for bundle in trained
        for row in read_history(bundle.folder, bundle.card)
    )


def leave_joined(folder: Path, trained: Sequence[Bundle], **told: Any) -> Bundle:
    """Put the bundle of all members in the run folder, whole or not at all, and remove theirs.

    Its history has the epochs of all members, with a column ``member``, from 1.

    Parameters
    ----------
    folder : Path
        The run folder; the bundle lies in its `joined_folder`.
    trained : sequence of Bundle
        The members.
    **told
        Parts of the card's `astro_dl.bundles.card.CardData`.
    """
    histories = [read_history(bundle.folder, bundle.card) for bundle in trained]
    made = load_bundle(joined_folder(folder))
    epochs = max(len(rows) for rows in histories)
    data = replace(made.card.data, epochs=epochs, best_epoch=None, **told)
    with new_folder(folder) as temporary:
        shutil.copytree(made.folder, temporary, dirs_exist_ok=True)
        update_bundle(
            temporary,
            card_parts={"data": data.to_plain()},
            history=[
                {"member": number, **row}
                for number, rows in enumerate(histories, start=1)
                for row in rows
            ],
        )
    shutil.rmtree(folder / RUNS)
    return load_bundle(folder)
