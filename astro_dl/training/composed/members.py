"""Members of a committee that are trained one by one, in folders within its run folder."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from astro_dl.bundles.bundle import Bundle, load_bundle
from astro_dl.core.config import Config
from astro_dl.training.composed.runs import Train, joined_history, leave, train_run

RUNS = ".members"


def train_members(
    configs: Iterable[Config], folder: Path, train: Train, progress: bool
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
        trained.append(train_run(train, alone, run, progress))
    return trained


def joined_folder(folder: Path) -> Path:
    """Return where the bundle of all members is made, before it takes its place in the folder."""
    return folder / RUNS / "joined" / folder.name


def total_seconds(trained: Sequence[Bundle]) -> float:
    """Return how long all epochs of all members took [s]."""
    return sum(float(row["seconds"]) for row in joined_history("member", trained))


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
    made = load_bundle(joined_folder(folder))
    history = joined_history("member", trained)
    epochs = max(Counter(row["member"] for row in history).values())
    data = replace(made.card.data, epochs=epochs, best_epoch=None, **told)
    return leave(
        folder,
        made.folder,
        folder / RUNS,
        card_parts={"data": data.to_plain()},
        history=history,
    )
