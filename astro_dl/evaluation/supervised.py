"""From a network and a test set with its truth to what every method made of it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from scipy.special import expit

from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.registry import NETWORK, build_physics, method_title
from astro_dl.core.schema import plain
from astro_dl.data.cache import split_physics
from astro_dl.data.store import Store
from astro_dl.evaluation.classical import peer_scores, peers_key, with_distributions
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.scores import baseline_scores, cached_scores
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor


def supervised_outcome(
    predictor: Predictor[Any], data: Store | Examples, n: int, source: str, progress: bool
) -> Outcome:
    """Return what a network, its peers and its task's baselines made of the same examples.

    Parameters
    ----------
    predictor : Predictor
        The network.
    data : Store or Examples
        The first n of these are scored.
    n : int
        How many.
    source : str
        What to call the data.
    progress : bool
        Whether progress bars are shown.
    """
    head, task, card = predictor.head, predictor.task, predictor.bundle.card
    config = predictor.bundle.config
    first = slice(0, n)
    answers = _answers(predictor, data, n, progress)
    ways: dict[str, Answers] = {predictor.uncertainty: answers}
    for way in config.evaluation.uncertainty:
        if way not in ways:
            ways[way] = _answers(predictor.with_uncertainty(way), data, n, progress)
    own = method_title(card.model)
    scores = {own: head.scores(answers)}
    distributions = {own: answers.distribution} if answers.distribution is not None else {}
    calibrated: tuple[str, ...] = ()
    bound = None
    if task is not None and task.classical.baselines is not None and config.evaluation.baselines:
        physics = _physics(predictor, data)
        key = {"task": task.name, "version": task.version, "physics": plain(physics)}
        compute = partial(baseline_scores, task, physics, config.data.workers)
        scores |= cached_scores("baselines", key, data, n, compute, progress)
        bound = task.classical.bound
    if task is not None and task.classical.features is not None and config.evaluation.baselines:
        compute = partial(peer_scores, task, head, config, progress=progress)
        key = peers_key(task, config)
        found = cached_scores("peers", key, data, n, compute, progress, probe=False)
        peers, more = with_distributions(found)
        # A method is not its own peer.
        peers.pop(own, None), more.pop(own, None)
        scores, distributions = scores | peers, distributions | more
        calibrated = tuple(peers)
    calibration = predictor.calibration
    prior = calibration.get("prior_log_odds")
    return Outcome(
        head=head,
        y=np.asarray(data.y[first]),
        scores=scores,
        probabilities=answers.values if head.ranks else None,
        distributions=distributions,
        calibrated=calibrated if head.ranks else (),
        ways=ways if len(ways) > 1 or predictor.members else {},
        prevalence=float(expit(prior)) if head.ranks and prior is not None else None,
        info=data.info[first],
        difficulty=task.difficulty if task else None,
        bound=bound,
        about={"model": card.name, "task": card.task or "", "data": source},
        own=own,
    )


def _answers(predictor: Predictor[Any], data: Store | Examples, n: int, progress: bool) -> Answers:
    """Return the network's answers, from logits in the cache if they are in it."""
    card, together = predictor.bundle.card, predictor.members or (predictor,)
    average = predictor.bundle.config.evaluation.average_symmetries
    key: dict[str, Any] = {"weights": card.files["weights.h5"], "average": average}
    if predictor.members:
        members = [member.bundle.card.files["weights.h5"] for member in predictor.members]
        key |= {"uncertainty": predictor.uncertainty, "members": members}
    # What is drawn at random is not drawn again for the first examples alone.
    probe = predictor.uncertainty != "mc_dropout"
    compute = partial(_network_scores, predictor)
    found = cached_scores("network", key, data, n, compute, progress, probe)
    names = [f"{NETWORK} {number}" for number in range(len(together))]
    return predictor.answers_of(np.stack([found[name] for name in names]))


def _network_scores(predictor: Predictor[Any], blocks: Iterator[Inputs]) -> dict[str, Any]:
    logits = predictor.member_scores(blocks)
    return {f"{NETWORK} {number}": one for number, one in enumerate(logits)}


def _physics(predictor: Predictor[Any], data: Store | Examples) -> Any:
    """Return the physics of the data where they say it, else of the bundle's test split."""
    if isinstance(data, Store) and "physics" in data.meta:
        return build_physics(predictor.bundle.config.task, data.meta["physics"])
    return split_physics(predictor.bundle.config, "test")
