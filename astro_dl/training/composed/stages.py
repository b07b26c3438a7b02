"""Trainings in a row, each from the weights of the one before: the ``stages`` of a config."""

from dataclasses import replace
from pathlib import Path

from astro_dl.bundles.bundle import Bundle
from astro_dl.bundles.card import CardData
from astro_dl.core.config import Config, each_stage, in_a_row
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import resolve_fit
from astro_dl.training.checkpoint import check_unfinished
from astro_dl.training.composed.alternatives import variants
from astro_dl.training.composed.runs import Train, joined_history, leave, train_run

OF_THE_WHOLE = ("model", "initial_weights")


def train_stages(
    config: Config, folder: Path, train: Train, resume: bool, progress: bool
) -> Bundle:
    """Train all stages of a config and leave the bundle of the last.

    Its card tells what the last one was trained on, and under ``started_from`` what each before it
    was; its config, retrained, goes through all of them; its history has the epochs of all, with a
    column ``stage``, from 1.

    Parameters
    ----------
    config : Config
        With stages.
    folder : Path
        The run folder; those of the stages lie in it until the last one is finished.
    train : callable
        `astro_dl.training.train.train`.
    resume : bool
        Whether to go on from what an interrupted training left.
    progress : bool
        Whether progress bars are shown.

    Raises
    ------
    UsageError
        If a stage is unsound, its weights fit no network of the next, or the folder is in use.
    KeyboardInterrupt
        If interrupted; what was done until then is kept for `resume`.
    """
    runs = folder / ".stages"
    check_unfinished(folder, runs.is_dir(), resume)
    trained: list[Bundle] = []
    for number, stage in enumerate(each_stage(config, _checked), start=1):
        # The name of a run is that of its bundle, which cards of later ones mention.
        name = folder.name if number == len(config.stages) else f"stage {number}"
        if trained:
            stage = replace(stage, initial_weights=str(trained[-1].folder.absolute()))
        trained.append(train_run(train, stage, runs / f"{number}" / name, progress))
    data = _with_choices(trained[-1].card.data, trained[:-1])
    return leave(
        folder,
        trained[-1].folder,
        runs,
        card_parts={"data": data.to_plain()},
        config=in_a_row([bundle.config for bundle in trained]),
        history=joined_history("stage", trained),
    )


def _checked(stage: Config) -> Config:
    """Return the config of a stage after refusing what would fail only once it is its turn."""
    if resolve_fit(stage.model) is not None:
        raise UsageError(f"{stage.model} is fitted at once, from nothing; accepted: no stages")
    for changes in stage.alternatives:
        for key in changes:
            if key.partition(".")[0] in OF_THE_WHOLE:
                raise UsageError(f"alternatives: {key} is the same in all stages of a config")
    variants(stage)
    return stage


def _with_choices(last: CardData, earlier: list[Bundle]) -> CardData:
    """Return the data of the last stage with the scores of alternatives of earlier ones."""
    choices = {
        f"stage {number}, {monitor}": scores
        for number, bundle in enumerate(earlier, start=1)
        for monitor, scores in bundle.card.data.alternatives.items()
    }
    return replace(last, alternatives={**choices, **last.alternatives})
