"""From an autoencoder and a test set to what it and its peers make of them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.registry import NETWORK, method_title
from astro_dl.core.task import Physics, Task
from astro_dl.data.store import Store
from astro_dl.evaluation.classical import known_examples, peers_key
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.scores import cached_scores
from astro_dl.evaluation.unsupervised.classical import (
    UNSUPERVISED_PEERS,
    Answer,
    fit_unsupervised_peers,
)
from astro_dl.evaluation.unsupervised.metrics import Unsupervised
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.clusters import find_clusters
from astro_dl.models.autoencoders.reconstruction import anomaly_score, known_values

CLUSTERS_WITHOUT_CLASSES = 8
PARTS = ("score", "errors", "codes")


def unsupervised_outcome(
    predictor: Predictor[Any],
    data: Store | Examples,
    n: int,
    source: str,
    progress: bool = True,
    described: Callable[[np.ndarray, np.ndarray], Answer] | None = None,
) -> Outcome:
    """Return the anomaly scores, errors, codes and clusters of a network and its peers.

    Parameters
    ----------
    predictor : Predictor
        An autoencoder.
    data : Store or Examples
        The first n of these are scored; only classes in their ``y`` and the task's column of
        anomalies tell the truth, which no method is given.
    n : int
        How many.
    source : str
        What to call the data.
    progress : bool, default True
        Whether progress bars are shown.
    described : callable, optional
        ``(logits, embedding) -> Answer``; by default they are of an autoencoder.

    Returns
    -------
    Outcome
        ``scores`` are anomaly scores (n,); the rest is in ``unsupervised``.
    """
    task, card, config = predictor.task, predictor.bundle.card, predictor.bundle.config
    classes = _classes(task, predictor.physics)
    key = {"weights": card.files["weights.h5"]}

    def own(what: str, compute: Callable[[Iterator[Inputs]], np.ndarray]) -> np.ndarray:
        found = cached_scores(
            what, key, data, n, lambda blocks: {NETWORK: compute(blocks)}, progress
        )
        return found[NETWORK]

    logits, code = own("errors", predictor.score), own("codes", predictor.embed)
    name = method_title(card.model)
    answers = {name: (described or _rebuilding)(logits, code)}
    if task is not None and config.evaluation.baselines:
        peers = _peers(predictor, code.shape[1], len(classes), data, n, progress)
        # A method is not its own peer.
        answers |= {peer: one for peer, one in peers.items() if peer != name}
    codes = {name: one.codes for name, one in answers.items() if one.codes is not None}
    found = answers[name].clusters
    count = len(classes) or (0 if found is None else len(np.unique(found)))
    clusters = {
        name: find_clusters(one, count, config.seed)
        for name, one in codes.items()
        if 1 < count <= n
    } | {name: one.clusters for name, one in answers.items() if one.clusters is not None}
    info = data.info[:n]
    marked = task.anomaly if task is not None else None
    return Outcome(
        head=predictor.head,
        y=np.asarray(data.y[:n]),
        scores={name: one.score for name, one in answers.items()},
        info=info,
        about={"model": card.name, "task": card.task or "", "data": source},
        own=name,
        unsupervised=Unsupervised(
            errors={
                name: _by_name(one.errors, len(predictor.head.names))
                for name, one in answers.items()
                if one.errors is not None and described is None
            },
            codes=codes,
            clusters=clusters,
            classes=classes,
            anomalous=np.asarray(info[marked], bool) if marked in info.colnames else None,
        ),
    )


def _rebuilding(logits: np.ndarray, code: np.ndarray) -> Answer:
    return Answer(anomaly_score(logits), logits[:, :-1], code)


def _classes(task: Task[Physics] | None, physics: Physics) -> tuple[str, ...]:
    """Return the names of the classes that the task's truth has."""
    head = task.head(physics) if task is not None else None
    return head.classes if head is not None else ()


def _peers(
    predictor: Predictor[Any],
    components: int,
    classes: int,
    data: Store | Examples,
    n: int,
    progress: bool,
) -> dict[str, Answer]:
    task, config, spec = predictor.task, predictor.bundle.config, predictor.input_spec
    assert task is not None
    clusters = classes or CLUSTERS_WITHOUT_CLASSES

    def compute(blocks: Iterator[Inputs]) -> dict[str, np.ndarray]:
        training = known_values(spec, known_examples(config, "train", progress).x)
        fitted = fit_unsupervised_peers(training, components, clusters, config.seed)
        rows = np.concatenate([known_values(spec, block) for block in blocks])
        answers = {name: answer(rows) for name, answer in fitted.items()}
        return {
            f"{name}/{part}": getattr(answer, part)
            for name, answer in answers.items()
            for part in PARTS
            if getattr(answer, part) is not None
        }

    about = peers_key(task, config) | {"peers": [*UNSUPERVISED_PEERS, components, clusters]}
    kept = cached_scores("unsupervised peers", about, data, n, compute, progress, probe=False)
    names = dict.fromkeys(key.partition("/")[0] for key in kept)
    return {name: Answer(*(kept.get(f"{name}/{part}") for part in PARTS)) for name in names}  # type: ignore[arg-type]


def _by_name(errors: np.ndarray, names: int) -> np.ndarray:
    """Return the errors of named quantities: of channels the means over time."""
    return errors.reshape(len(errors), -1, names).mean(axis=1)
