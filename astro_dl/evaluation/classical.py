"""Classical peers: what scikit-learn makes of the same training set, scored beside the network."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.schema import plain
from astro_dl.core.task import Task
from astro_dl.data.cache import cached_split, split_physics
from astro_dl.data.real import FOLDER_VARIABLE, SPLITS, is_real, real_split
from astro_dl.distributions.binned import Quantiles
from astro_dl.distributions.distribution import Distribution
from astro_dl.models.classical.estimators import Fitted, fit_estimators, tuned_settings
from astro_dl.models.classical.methods import METHODS, peer_title
from astro_dl.models.classical.quantiles import LEVELS, answer_quantiles

PEERS = tuple(METHODS)
"""Accepted names; for regression heads ``logistic_regression`` is a ridge regression."""

QUANTILES = ", quantiles"
MOST_EXAMPLES = 10_000
VERSION = 7
"""Raised whenever the methods or their settings change, so that cached scores are made again."""


@dataclass(frozen=True)
class Lesson:
    """What classical peers learn from; one is another's equal if its key is.

    Parameters
    ----------
    key : str
        All that what they learn depends on.
    task : Task
        With classical ``features`` and ``peers``.
    head : AnswerKind
        What is asked.
    config : Config
        Which training and validation sets.
    progress : bool
        Whether a simulation of them shows a progress bar.
    """

    key: str
    task: Task = field(compare=False)
    head: AnswerKind = field(compare=False)
    config: Config = field(compare=False)
    progress: bool = field(compare=False)


@dataclass(frozen=True)
class Learnt:
    """Fitted peers, with the features and targets that they were fitted and tuned on."""

    methods: dict[str, Fitted]
    training: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]


def peers_key(task: Task, config: Config) -> dict[str, Any]:
    """Return plain values on which the scores of a task's peers depend, besides the examples."""
    data = config.data
    numbers = [min(n, MOST_EXAMPLES) for n in (data.n_train, data.n_validation)]
    training = [data.source, data.block_size, *numbers, data.mode]
    split = [data.validation_fraction, data.test_fraction, data.split_seed]
    if data.validation_parts:
        split += [data.validation_parts, data.validation_part]
    return {
        "version": [VERSION, task.version],
        "peers": list(task.classical.peers),
        **({"fewer": dict(task.classical.fewer)} if task.classical.fewer else {}),
        "physics": plain(split_physics(config, "train")),
        "training": [*training, *split, config.seed],
    }


def peer_scores(
    task: Task, head: AnswerKind, config: Config, blocks: Iterable[Inputs], progress: bool = True
) -> dict[str, np.ndarray]:
    """Return the scores of a task's classical peers, trained on what the network was trained on.

    Their settings are chosen on its validation set.

    Parameters
    ----------
    task : Task
        With classical ``features`` and ``peers``.
    head : AnswerKind
        Of the network.
    config : Config
        Of the network: of its training set the first 10,000 examples are taken.
    blocks : iterable of inputs
        The examples to score.
    progress : bool, default True
        Whether a simulation of the training set shows a progress bar.

    Returns
    -------
    dict of str to ndarray
        Scores by method, see `fit_peers`; where the network answers with distributions, also
        quantiles (n, targets, 100) of those methods that can, see `with_distributions`.
    """
    assert task.classical.features is not None
    lesson = Lesson(_lesson_key(task, head, config), task, head, config, progress)
    features = partial(task.classical.features, split_physics(config, "train"))
    rows = np.concatenate([features(block) for block in blocks])
    found: dict[str, np.ndarray] = {}
    for learnt in _learnt(lesson):
        found |= _scores(learnt, head, rows[:, : learnt.training[0].shape[1]], config.seed)
    return found


def _scores(learnt: Learnt, head: AnswerKind, rows: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return what fitted peers say of features (n, k), and where they can, quantiles."""
    scorers = _scorers(learnt.methods, head, learnt.validation)
    found = {name: score(rows) for name, score in scorers.items()}
    if not head.has_distribution:
        return found
    for name, method in learnt.methods.items():
        quantiles = answer_quantiles(method, learnt.training, rows, seed)
        if quantiles is not None:
            found[name + QUANTILES] = quantiles
            # The network's value is the median of its distribution, too.
            found[name] = np.median(quantiles, axis=-1)
    return found


def _lesson_key(task: Task, head: AnswerKind, config: Config) -> str:
    folder = config.data.folder or os.environ.get(FOLDER_VARIABLE)
    return json.dumps([task.name, list(head.names), folder, peers_key(task, config)], default=str)


@lru_cache(maxsize=1)
def _learnt(lesson: Lesson) -> tuple[Learnt, ...]:
    """Return peers fitted on all features, and on fewer where the task says so.

    They are asked about several test sets, one after the other.
    """
    task, config = lesson.task, lesson.config
    assert task.classical.features is not None
    features = partial(task.classical.features, split_physics(config, "train"))
    training, validation = (
        (features(part.x), part.y)
        for part in (known_examples(config, name, lesson.progress) for name in SPLITS[:2])
    )
    sets = {"": training[0].shape[1], **{f" on {k}": n for k, n in task.classical.fewer.items()}}
    found = []
    for suffix, count in sets.items():
        known, held = ((features[:, :count], y) for features, y in (training, validation))
        methods = _fitted(task.classical.peers, lesson.head, *known, config.seed, held)
        named = {name + suffix: method for name, method in methods.items()}
        found.append(Learnt(named, known, held))
    return tuple(found)


def with_distributions(
    found: dict[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], dict[str, Distribution]]:
    """Return the scores of `peer_scores`, and the distributions that it gives for some methods."""
    scores = {name: values for name, values in found.items() if not name.endswith(QUANTILES)}
    return scores, {
        name: Quantiles(LEVELS, found[name + QUANTILES])
        for name in scores
        if name + QUANTILES in found
    }


def known_examples(config: Config, split: str, progress: bool = True) -> Examples:
    """Return what classical methods are given of a network's training or validation set.

    At most the first 10,000 examples of simulated sets; real sets whole.
    """
    if is_real(config):
        return real_split(config, split)
    n = min(getattr(config.data, f"n_{split}"), MOST_EXAMPLES)
    if config.data.mode == "stream" and split == "train":
        config = replace(config, data=replace(config.data, n_train=n))
    return cached_split(config, split, progress).read(slice(0, n))


def fit_peers(
    names: Sequence[str],
    head: AnswerKind,
    features: np.ndarray,
    y: np.ndarray,
    seed: int,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Return fitted classical methods.

    Parameters
    ----------
    names : sequence of str
        Among `PEERS`, and ``"training_mean"``, which looks at no input.
    head : AnswerKind
        What they answer.
    features : ndarray, (n, k)
        One row per training example; NaN where a value is missing.
    y : ndarray
        Targets, as in `astro_dl.core.examples.Examples`.
    seed : int
        Of what is random in them.
    validation : tuple of ndarray, optional
        Features and targets on which settings are chosen, see
        `astro_dl.models.classical.estimators.tuned_settings`, and scores calibrated; neither
        without.

    Returns
    -------
    dict of str to callable
        By the name to print, from features (n, k) to scores in the form of
        `astro_dl.evaluation.report.Outcome`: log-odds (n,), probabilities (n, classes) or values
        (n, targets).

    Raises
    ------
    UsageError
        If a name is unknown.
    """
    fitted = _fitted(names, head, features, y, seed, validation)
    return _scorers(fitted, head, validation)


def _scorers(
    fitted: Mapping[str, Fitted], head: AnswerKind, validation: tuple[np.ndarray, np.ndarray] | None
) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    if validation is None:
        return {name: method.scores for name, method in fitted.items()}
    features, y = validation
    return {
        name: _then(method.scores, head.calibrated_scores(method.scores(features), y))
        for name, method in fitted.items()
    }


def _then(
    score: Callable[[np.ndarray], np.ndarray], change: Callable[[np.ndarray], np.ndarray]
) -> Callable[[np.ndarray], np.ndarray]:
    return lambda rows: change(score(rows))


def _fitted(
    names: Sequence[str],
    head: AnswerKind,
    features: np.ndarray,
    y: np.ndarray,
    seed: int,
    validation: tuple[np.ndarray, np.ndarray] | None,
) -> dict[str, Fitted]:
    """Return methods by the name to print."""
    fitted = {}
    for name in names:
        settings = (
            tuned_settings(name, head, (features, y), validation, seed) if validation else None
        )
        method = fit_estimators(name, head, features, y, seed, settings)
        fitted[peer_title(name, not (head.yes_or_no or head.classes))] = method
    return fitted
