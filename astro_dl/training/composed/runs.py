"""Runs within the folder of a training that is composed of several, and what they leave there."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from astro_dl.bundles.bundle import Bundle, load_bundle, update_bundle
from astro_dl.bundles.files import new_folder
from astro_dl.bundles.results import read_history
from astro_dl.core.config import Config

Train = Callable[..., Bundle]
"""`astro_dl.training.train.train`."""


def train_run(train: Train, config: Config, run: Path, progress: bool) -> Bundle:
    """Train one of several, or go on with what was interrupted.

    Raises
    ------
    KeyboardInterrupt
        If interrupted; what was done until then is kept.
    """
    bundle = train(config, out=run, resume=True, progress=progress)
    if bundle.card.data.interrupted:
        raise KeyboardInterrupt
    return bundle


def joined_history(column: str, trained: Sequence[Bundle]) -> list[dict[str, Any]]:
    """Return the epochs of several trainings, with a column of their numbers, from 1."""
    return [
        {column: number, **row}
        for number, bundle in enumerate(trained, start=1)
        for row in read_history(bundle.folder, bundle.card)
    ]


def leave(folder: Path, made: Path, runs: Path, **changes: Any) -> Bundle:
    """Put a bundle that a run made in the folder of all, whole or not at all, and remove the runs.

    Parameters
    ----------
    folder : Path
        Of the whole training.
    made : Path
        The bundle, below ``runs``.
    runs : Path
        What is removed.
    **changes
        Of `astro_dl.bundles.bundle.update_bundle`.
    """
    with new_folder(folder) as temporary:
        shutil.copytree(made, temporary, dirs_exist_ok=True)
        update_bundle(temporary, **changes)
    shutil.rmtree(runs)
    return load_bundle(folder)
