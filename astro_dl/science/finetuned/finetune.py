"""Fine-tuning: new head, frozen and then staged layers, and what it gains."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.bundles.bundle import Bundle, load_bundle, update_bundle
from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, take_inputs
from astro_dl.core.schema import plain
from astro_dl.data.real import real_split
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.inference.load import load_pretrained
from astro_dl.metrics.binary import area_under_curve
from astro_dl.observations.labelled.setup import DATA, SOURCE, Given, batch_size, find_own
from astro_dl.science.finetuned.comparison import gains
from astro_dl.science.finetuned.task import FineTuned
from astro_dl.training.train import train

STAGES = (
    {"unfrozen": 0.0, "learning_rate": 3e-3, "epochs": 10},
    {"unfrozen": 0.5, "learning_rate": 1e-3, "layer_decay": 0.95, "epochs": 15},
    {"unfrozen": 1.0, "learning_rate": 5e-4, "layer_decay": 0.95, "epochs": 35},
)
"""Head alone, upper half, all: Howard & Ruder (2018), arXiv:1801.06146.

Layers are counted one by one, normalisations too: of thirty, 0.95 lets the lowest learn at a fifth
of the uppermost's rate, where 0.8 would stop it.
"""

TRAINING = {
    "optimizer": "adamw",
    "weight_decay": 0.01,
    "schedule": "cosine",
    "warmup_epochs": 1,
    "early_stopping_patience": 8,
}
TUNED, SCRATCH, UNTOUCHED = "fine-tuned", "from scratch", "untouched"


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
    try:
        kind = FineTuned(base.task, base.physics).kind
    except UsageError as error:
        raise UsageError(f"{bundle.folder.name}: {error}") from None
    found = find_own(kind, given)
    about = found.about
    own = tuple(bundle.card.head.names)
    about = replace(about, classes=_in_order(about.classes, own))
    training = {**TRAINING, "batch_size": batch_size(len(found.sources))}
    training["augmentations"] = base.training.augmentations
    average = base.evaluation.average_symmetries
    return load_config(
        {
            "task": "finetuned",
            "model": base.model,
            "hyperparameters": base.hyperparameters,
            "physics": plain(FineTuned(base.task, base.physics, about)),
            "data": {**DATA, "source": SOURCE, "folder": str(found.folder)},
            "training": training,
            "initial_weights": str(bundle.folder.absolute()),
            "evaluation": {"average_symmetries": average},
            "stages": [{"training": {**training, **one}} for one in STAGES],
        },
        **overrides,
    )


def finetune(
    base: str | Path,
    given: Given,
    out: str | Path,
    progress: bool = True,
    resume: bool = False,
    **overrides: Any,
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
    resume : bool, default False
        Whether to go on from what an interrupted run left in these folders.
    **overrides
        Values of the config by dotted keys.

    Returns
    -------
    dict
        ``methods``: headline metrics on the same held-back examples of the network that is
        ``fine-tuned``, of one ``from scratch`` and, of two classes where the base has two, of the
        base ``untouched``. ``gains``: by how much the first is better than each of the others, see
        `astro_dl.science.finetuned.comparison.gains`, in ``measure``. They are on the card too.

    Raises
    ------
    UsageError
        As of `finetune_config`.
    """
    bundle = load_bundle(base)
    config = finetune_config(bundle, given, **overrides)
    tuned = train(config, out, resume, progress)
    whole = dict(config.stages[-1]["training"])
    whole |= {"epochs": sum(one["training"]["epochs"] for one in config.stages)}
    whole |= {"unfrozen": 1.0, "layer_decay": 1.0, "learning_rate": 1e-3}
    alone = load_config(replace(config, stages=(), initial_weights=None), training=whole)
    scratch = train(alone, f"{out}-scratch", resume, progress)
    methods = {
        name: evaluate(one.folder, progress=progress, save=True).headlines["network"]
        for name, one in ((TUNED, tuned), (SCRATCH, scratch))
    }
    predictor, test = load_pretrained(tuned.folder), real_split(tuned.config, "test")
    head, x = predictor.head, take_inputs(test.x, slice(None))
    networks = {TUNED: predictor, SCRATCH: load_pretrained(scratch.folder)}
    scores = {name: head.scores(one.answers(x)) for name, one in networks.items()}
    untouched = _untouched(bundle, tuned.config, x)
    if untouched is not None:
        scores[UNTOUCHED] = untouched
        methods[UNTOUCHED] = {"auc": area_under_curve(untouched, test.y == 1)}
    settings = config.evaluation
    found = gains(head, scores, test, settings.confidence, settings.bootstrap)
    compared = {"methods": methods, "gains": found, "measure": head.importance_measure}
    about = {**tuned.card.data.to_plain(), "compared": compared}
    update_bundle(tuned.folder, card_parts={"data": about})
    return compared


def _in_order(classes: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return classes in the base's order, as far as two pairs, or all of them, are the same."""
    if sorted(classes) == sorted(known):
        return known
    shared = set(classes) & set(known)
    if len(classes) == len(known) == 2 and len(shared) == 1:
        (one,) = shared
        same = classes.index(one) == known.index(one)
        return classes if same else classes[::-1]
    return classes


def _untouched(bundle: Bundle, config: Config, x: Inputs) -> np.ndarray | None:
    """Return how the base ranks the held-back examples, if it ranks; None if it does not.

    Where no class of its own says which of the two is meant, the training examples do.
    """
    predictor = load_pretrained(bundle.folder)
    classes = config.physics["examples"]["classes"]
    if not predictor.head.ranks or len(classes) != 2:
        return None
    scores = predictor.score(x)
    if set(classes) & set(predictor.head.names):
        return scores
    known = real_split(config, "train")
    agrees = area_under_curve(predictor.score(known.x), known.y == 1)["value"] >= 0.5
    return scores if agrees else -scores
