"""Answers averaged over changes of the input that leave the truth as it is."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import Task
from astro_dl.inference.batching import applied
from astro_dl.inference.runtime import Runtime

if TYPE_CHECKING:
    import keras

Score = Callable[[Inputs], np.ndarray]


def used_symmetries(
    task: Task | None, physics: Any, average: bool
) -> Sequence[Callable[[Inputs], Inputs]]:
    """Return the symmetries over which a model's answers are averaged; none unless asked for."""
    return task.changes(physics).symmetries if task is not None and average else ()


def averaged(score: Score, symmetries: Sequence[Callable[[Inputs], Inputs]]) -> Score:
    """Return a function that averages logits over inputs as they are and under each symmetry.

    Parameters
    ----------
    score : callable
        From inputs to logits.
    symmetries : sequence of callable
        Each from inputs to inputs.
    """
    if not symmetries:
        return score

    def average(x: Inputs) -> np.ndarray:
        return np.mean([score(x), *(score(change(x)) for change in symmetries)], axis=0)

    return average


def averaged_logits(
    runtime: Runtime, symmetries: Sequence[Callable[[Inputs], Inputs]], size: int
) -> Score:
    """Return a function that gives the averaged logits of a batch.

    A first layer that commutes with the symmetries is run once, and what it gives is changed.

    Parameters
    ----------
    runtime : Runtime
        Of the network.
    symmetries : sequence of callable
        As of `averaged`.
    size : int
        Examples that batches are filled up to.
    """
    rest = symmetries and runtime.part("remaining", partial(_remaining, symmetries=symmetries))
    if not rest:
        return averaged(partial(applied, runtime.logits, size=size), symmetries)
    once = runtime.part("commuting", partial(_commuting, symmetries=symmetries))
    # The network has one input, or no layer would take all of it.
    first, last = cast(Score, once), cast(Score, rest)
    average = averaged(partial(applied, last, size=size), symmetries)
    return lambda x: average(applied(first, x, size))


def _commuting(model: "keras.Model", symmetries: Sequence[Any]) -> "keras.Model | None":
    from astro_dl.models.symmetry.commuting import commuting_part

    return commuting_part(model, symmetries)


def _remaining(model: "keras.Model", symmetries: Sequence[Any]) -> "keras.Model | None":
    from astro_dl.models.symmetry.commuting import remaining_part

    return remaining_part(model, symmetries)
