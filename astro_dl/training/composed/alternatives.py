"""Settings that a config leaves to the validation set: each is trained, and the best one kept.

A cross-validation chooses them anew in every fold, as it does those of classical methods, so that
no example has a say in the settings of a network that is tested on it.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from astro_dl.bundles.bundle import Bundle, load_bundle
from astro_dl.core.config import Config, load_config, stage_configs, to_mapping
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.registry import get_task
from astro_dl.data.cache import split_physics
from astro_dl.models.build import model_head, resolve
from astro_dl.training.checkpoint import check_unfinished
from astro_dl.training.composed.runs import Train, leave, train_run
from astro_dl.training.objective import improves, monitor_rises

AS_IT_STANDS = "as it stands"
MAY_DIFFER = ("model", "hyperparameters", "initial_weights", "training")


def variants(config: Config) -> dict[str, Config]:
    """Return a config as it stands and with each of its alternatives, resolved, by what differs.

    Parameters
    ----------
    config : Config
        With alternatives or without.

    Raises
    ------
    UsageError
        If an alternative is unsound, or would change what the others are compared on.
    """
    single = replace(config, alternatives=())
    found = {AS_IT_STANDS: resolve(single)}
    for number, changes in enumerate(config.alternatives):
        try:
            found[_title(changes)] = resolve(load_config(single, **changes))
        except UsageError as error:
            raise UsageError(f"alternatives.{number}: {error}") from None
    return found


def is_made_from(made: Config, wanted: Config) -> bool:
    """Whether a bundle's config is one that a training of another config may leave.

    Hyper-parameters that the other leaves open, None, may have any value: fits at once find them.
    """
    stages, asked = stage_configs(made), stage_configs(wanted)
    return len(stages) == len(asked) and all(map(_is_one_of_the_variants, stages, asked))


def _is_one_of_the_variants(made: Config, wanted: Config) -> bool:
    made = resolve(made)
    found = made.hyperparameters
    for one in variants(wanted).values():
        opened = {key: found.get(key) for key, it in one.hyperparameters.items() if it is None}
        one = replace(one, hyperparameters={**one.hyperparameters, **opened})
        if to_mapping(made) == to_mapping(one):
            return True
    return False


def check_blind(bundle: Bundle) -> None:
    """Refuse a bundle whose settings were chosen on examples that the folds of its set test on."""
    if bundle.card.data.alternatives:
        raise UsageError(
            f"{bundle.folder}: its settings were chosen among alternatives on one split; a cross-"
            "validation that chooses them in every fold is astro-dl train CONFIG --cv, with the "
            "config that it was made from"
        )


def train_alternatives(
    config: Config, folder: Path, train: Train, resume: bool, progress: bool
) -> Bundle:
    """Train all variants of a config and leave the bundle of the best, with all scores on its card.

    Parameters
    ----------
    config : Config
        Its variants are compared by the best ``training.monitor`` of each.
    folder : Path
        The run folder.
    train : callable
        `astro_dl.training.train.train`.
    resume : bool
        Whether to go on from what an interrupted training left.
    progress : bool
        Whether progress bars are shown.

    Raises
    ------
    UsageError
        If an alternative is unsound, the monitor is no validation score, or the folder is in use.
    KeyboardInterrupt
        If interrupted; what was done until then is kept for `resume`.
    """
    monitor, runs = config.training.monitor, folder / ".alternatives"
    if not monitor.startswith("val_"):
        raise UsageError(f"training.monitor: {monitor!r} is no validation score to compare by")
    check_unfinished(folder, runs.is_dir(), resume)
    best, scores, made = folder, dict[str, float](), variants(config)
    plain = made[AS_IT_STANDS]
    head = model_head(plain.model, get_task(plain.task), split_physics(plain, "train"))
    rises = monitor_rises(head, monitor)
    for number, (title, one) in enumerate(made.items()):
        run = runs / f"{number}" / folder.name
        score = train_run(train, one, run, progress).card.data.validation[monitor]
        assert score is not None
        if not scores or all(improves(score, other, rises) for other in scores.values()):
            best = run
        scores[title] = score
    data = load_bundle(best).card.data
    compared = replace(data, alternatives={**data.alternatives, monitor: scores})
    return leave(folder, best, runs, card_parts={"data": compared.to_plain()})


def _title(changes: Mapping[str, Any]) -> str:
    """Return what an alternative changes, as a command line would."""
    for key in changes:
        section = key.partition(".")[0]
        if section not in MAY_DIFFER or key == "training.monitor":
            raise unknown_name("setting that alternatives may differ in", key, MAY_DIFFER)
    return ", ".join(f"{key}={value}" for key, value in changes.items())
