"""Fine-tuning: new head, frozen and then staged layers, and what it gains."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.bundles.bundle import Bundle, load_bundle, update_bundle
from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.core.schema import plain
from astro_dl.data.real import real_split
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.inference.load import load_pretrained
from astro_dl.metrics.binary import area_under_curve
from astro_dl.observations.labelled.setup import DATA, SOURCE, Given, batch_size, find_own
from astro_dl.science.finetuned.task import FILES, FineTuned
from astro_dl.training.train import train

STAGES = (
    {"unfrozen": 0.0, "learning_rate": 1e-3, "epochs": 10},
    {"unfrozen": 0.5, "learning_rate": 3e-4, "layer_decay": 0.8, "epochs": 10},
    {"unfrozen": 1.0, "learning_rate": 1e-4, "layer_decay": 0.8, "epochs": 10},
)
"""Head alone, upper half, all: Howard & Ruder (2018), arXiv:1801.06146."""


def finetune_config(bundle: Bundle, given: Given, **overrides: Any) -> Config:
    """Return the config by which the network of a bundle learns from files of one's own.

    Parameters
    ----------
    bundle : Bundle
        Whose task reads single files to inputs.
    given : Given
        Files and labels.
    **overrides
        Values of the config and of all stages, by dotted keys.

    Raises
    ------
    UsageError
        If files or labels cannot be used, or the task reads no single files.
    """
    base = bundle.config
    if get_task(base.task).files.inputs is None:
        raise UsageError(f"{bundle.folder.name}: task {base.task!r} reads no single files")
    found = find_own(FILES, given)
    about = found.about
    own = tuple(bundle.card.head.names)
    if about.classes and sorted(about.classes) == sorted(own):
        about = replace(about, classes=own)
    training = {"optimizer": "adamw", "batch_size": batch_size(len(found.sources))}
    return load_config(
        {
            "task": "finetuned",
            "model": base.model,
            "hyperparameters": base.hyperparameters,
            "physics": plain(FineTuned(base.task, base.physics, about)),
            "data": {**DATA, "source": SOURCE, "folder": str(found.folder)},
            "training": training,
            "initial_weights": str(bundle.folder.absolute()),
            "stages": [{"training": {**training, **one}} for one in STAGES],
        },
        **overrides,
    )


def finetune(
    base: str | Path, given: Given, out: str | Path, progress: bool = True, **overrides: Any
) -> dict[str, Any]:
    """Fine-tune a network, and compare it with one from scratch and with itself untouched.

    Parameters
    ----------
    base : str or Path
        Name or folder of a bundle.
    given : Given
        Files and labels.
    out : str or Path
        Folder of the new bundle; that from scratch lies in ``<out>-scratch``.
    progress : bool, default True
        Whether progress bars are shown.
    **overrides
        Values of the config by dotted keys.

    Returns
    -------
    dict
        Headline metrics on the same held-back examples, by method: ``fine-tuned``, ``from scratch``
        and, of two classes where the base has two, ``untouched``. They are on the new card too.

    Raises
    ------
    UsageError
        As of `finetune_config`.
    """
    bundle = load_bundle(base)
    config = finetune_config(bundle, given, **overrides)
    tuned = train(config, out, progress=progress)
    whole = dict(config.stages[-1]["training"])
    whole |= {"epochs": sum(one["training"]["epochs"] for one in config.stages)}
    whole |= {"unfrozen": 1.0, "layer_decay": 1.0, "learning_rate": 1e-3}
    alone = load_config(replace(config, stages=(), initial_weights=None), training=whole)
    scratch = train(alone, f"{out}-scratch", progress=progress)
    compared = {
        name: evaluate(one.folder, progress=progress, save=True).headlines["network"]
        for name, one in (("fine-tuned", tuned), ("from scratch", scratch))
    }
    auc = _untouched(bundle, tuned.config)
    if auc is not None:
        compared["untouched"] = {"auc": auc}
    about = {**tuned.card.data.to_plain(), "compared": compared}
    update_bundle(tuned.folder, card_parts={"data": about})
    return compared


def _untouched(bundle: Bundle, config: Config) -> dict[str, Any] | None:
    """Return the area under the curve of the base on the held-back examples, if it ranks them."""
    predictor = load_pretrained(bundle.folder)
    classes = config.physics["examples"]["classes"]
    if not predictor.head.ranks or len(classes) != 2:
        return None
    test = real_split(config, "test")
    return area_under_curve(predictor.score(np.asarray(test.x)), test.y == 1)
