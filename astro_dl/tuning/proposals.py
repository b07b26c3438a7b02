"""Which settings are tried: the same ones whoever asks, and however many work side by side.

Trials are proposed generation by generation. What a generation tries depends on the seed and on
the results of the generations before it alone, never on which process was faster.
"""

import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.tuning.ranges import Range
from astro_dl.tuning.storage import direction

if TYPE_CHECKING:
    import optuna

Sampler = Literal["tpe", "random", "grid"]
Labels = dict[str, Any]
"""By setting, what was proposed; `Range.value` gives the setting's value."""
SEEDS = 2**32


@dataclass(frozen=True)
class Plan:
    """What is tried.

    Parameters
    ----------
    ranges : dict
        By dotted key.
    sampler : {"tpe", "random", "grid"}
        How values are chosen; TPE after Bergstra et al. (2011).
    seed : int
        Of the choice.
    trials : int
        How many.
    generation : int
        How many are chosen together, without knowing each other's results.
    rises : bool
        Whether a higher score is better.
    """

    ranges: Mapping[str, Range]
    sampler: Sampler
    seed: int
    trials: int
    generation: int
    rises: bool

    def settings(self, labels: Labels) -> dict[str, Any]:
        """Return the values of the config for what was proposed."""
        return {key: one.value(labels[key]) for key, one in self.ranges.items()}

    def distributions(self) -> "dict[str, optuna.distributions.BaseDistribution]":
        """Return the ranges as Optuna has them."""
        return {key: one.distribution() for key, one in self.ranges.items()}


def grid_size(ranges: Mapping[str, Range]) -> int:
    """Return the number of combinations.

    Raises
    ------
    UsageError
        If a range has infinitely many values.
    """
    return int(np.prod([len(values) for values in _grid(ranges).values()]))


def propose(plan: Plan, first: int, earlier: "Sequence[optuna.trial.FrozenTrial]") -> list[Labels]:
    """Return what the generation that begins with a trial tries.

    Parameters
    ----------
    plan : Plan
        What is tried.
    first : int
        Number of the first trial of the generation, from 0.
    earlier : sequence of FrozenTrial
        All trials of the generations before it, in order.
    """
    numbers = range(first, min(first + plan.generation, plan.trials))
    if plan.sampler == "grid":
        grid = _grid(plan.ranges)
        combinations = list(itertools.product(*grid.values()))
        # Shuffled, so that a part of a grid covers all of it.
        order = np.random.default_rng(plan.seed).permutation(len(combinations))
        return [dict(zip(grid, combinations[order[number]], strict=True)) for number in numbers]
    sampler = _sampler(plan, int(np.random.SeedSequence([plan.seed, first]).generate_state(1)[0]))
    study = remembered(plan, earlier, sampler)
    return [
        {key: plan.ranges[key].value(one) if isinstance(one, float) else one for key, one in asked}
        for asked in (study.ask(plan.distributions()).params.items() for _ in numbers)
    ]


def remembered(
    plan: Plan,
    trials: "Sequence[optuna.trial.FrozenTrial]",
    sampler: "optuna.samplers.BaseSampler | None" = None,
) -> "optuna.Study":
    """Return a study in memory that knows these trials alone."""
    import optuna

    study = optuna.create_study(direction=direction(plan.rises), sampler=sampler)
    study.add_trials(trials)
    return study


def _sampler(plan: Plan, seed: int) -> "optuna.samplers.BaseSampler":
    import optuna

    if plan.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _grid(ranges: Mapping[str, Range]) -> dict[str, list[Any]]:
    found = {}
    for key, one in ranges.items():
        try:
            found[key] = one.steps()
        except UsageError as error:
            raise UsageError(f"tune: {key}: {error}") from None
    return found
