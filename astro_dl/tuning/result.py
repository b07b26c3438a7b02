"""What a tuning leaves: the best config, the table of trials, and a figure of what mattered."""

import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.core.config import Config, dump_yaml, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.evaluation.figures.style import save_figure
from astro_dl.tuning.attempt import EPOCHS, SECONDS
from astro_dl.tuning.board import ERROR
from astro_dl.tuning.figures import draw_importance
from astro_dl.tuning.proposals import Plan, remembered

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

STATES = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
BEST, TRIALS, FIGURE = "best.yaml", "trials.csv", "importance.png"


@dataclass(frozen=True)
class Tuning:
    """The result of a tuning.

    Parameters
    ----------
    folder : Path
        Where it lies.
    config : Config
        The best one, as in ``best.yaml``.
    settings : dict
        What it has within the ranges, by dotted key.
    value : float
        Its score on the validation set.
    monitor : str
        Which score.
    importance : dict
        By dotted key, the share of the variance of the score; empty if it cannot be told.
    table : Table
        One row per trial, as in ``trials.csv``: ``trial``, ``state``, the score (of pruned trials
        the last one), ``epochs``, ``seconds``, the settings, and ``error``.
    """

    folder: Path
    config: Config
    settings: dict[str, Any]
    value: float
    monitor: str
    importance: dict[str, float]
    table: Table


def write_tuning(
    folder: Path,
    config: Config,
    plan: Plan,
    trials: "Sequence[FrozenTrial]",
) -> Tuning:
    """Write the files of a result and return it.

    Parameters
    ----------
    folder : Path
        Where they go.
    config : Config
        What was tuned.
    plan : Plan
        What was tried.
    trials : sequence of FrozenTrial
        The trials of the plan, in order.

    Raises
    ------
    UsageError
        If no trial was trained to the end.
    """
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    if not complete:
        why = next((one.user_attrs[ERROR] for one in trials if ERROR in one.user_attrs), "pruned")
        raise UsageError(f"none of {len(trials)} trials was trained to the end; the first: {why}")
    # Of several that are equally good, the first.
    values = [float(trial.values[0]) for trial in complete]
    place = int(np.argmax(values) if plan.rises else np.argmin(values))
    best = complete[place]
    settings, monitor = plan.settings(best.params), config.training.monitor
    found = load_config(config, **settings)
    importance = importances(plan, complete)
    table = trials_table(plan, monitor, trials)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_path(folder / BEST) as temporary:
        temporary.write_text(dump_yaml(found), encoding="utf-8")
    with atomic_path(folder / TRIALS) as temporary:
        table.write(temporary, format="ascii.csv")
    save_figure(draw_importance(plan, monitor, importance, complete, best), folder / FIGURE)
    shutil.rmtree(folder / ".trials", ignore_errors=True)
    return Tuning(folder, found, settings, values[place], monitor, importance, table)


def trials_table(plan: Plan, monitor: str, trials: "Sequence[FrozenTrial]") -> Table:
    """Return one row per trial, in the order of the plan."""
    rows = []
    for number, trial in enumerate(trials):
        epochs = trial.user_attrs.get(EPOCHS, len(trial.intermediate_values))
        rows.append(
            {
                "trial": number,
                "state": STATES[trial.state.name],
                monitor: np.nan if trial.value is None else trial.value,
                "epochs": epochs,
                "seconds": trial.user_attrs.get(SECONDS, np.nan),
                **trial.params,
                "error": trial.user_attrs.get(ERROR, ""),
            }
        )
    return Table(rows)


def importances(plan: Plan, complete: "Sequence[FrozenTrial]") -> dict[str, float]:
    """Return the share of the score's variance that each setting explains, greatest first.

    By functional analysis of variance, Hutter, Hoos & Leyton-Brown (2014); empty for fewer than
    four trials, or scores that are all equal.
    """
    from optuna.exceptions import ExperimentalWarning
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    if len(complete) < 4 or len({trial.value for trial in complete}) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        found = get_param_importances(
            remembered(plan, complete), evaluator=FanovaImportanceEvaluator(seed=plan.seed)
        )
    return {key: float(value) for key, value in found.items()}
