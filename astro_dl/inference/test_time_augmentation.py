"""Answers averaged over changes of the input that leave the truth as it is."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import Task

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
