"""`tune`: try settings within ranges, side by side with other processes, and keep the best."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from tqdm.auto import tqdm

from astro_dl.core.config import RANGES, Config, load_config, read_source, to_mapping
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.registry import get_task
from astro_dl.core.schema import plain
from astro_dl.data.cache import split_physics
from astro_dl.models.build import model_head, resolve
from astro_dl.training.objective import monitor_rises
from astro_dl.tuning.attempt import TakenOver, run_attempt
from astro_dl.tuning.board import NUMBER, Board, Watchman, give_up, read_board
from astro_dl.tuning.proposals import Labels, Plan, Sampler, grid_size, propose
from astro_dl.tuning.ranges import read_ranges
from astro_dl.tuning.result import Tuning, write_tuning
from astro_dl.tuning.storage import open_study

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial, Trial

Pruner = Literal["median", "none"]
GENERATION = 8
BEATS = 10
"""Signs of life in the time after which a process counts as gone."""


def tune(
    config: str | Path | Mapping[str, Any] | Config,
    out: str | Path,
    trials: int = 50,
    ranges: Mapping[str, Any] | None = None,
    sampler: Sampler = "tpe",
    pruner: Pruner = "median",
    storage: str | Path | None = None,
    generation: int = GENERATION,
    patience_s: float = 60.0,
    progress: bool = True,
    **overrides: Any,
) -> Tuning:
    """Find the settings that are best on the validation set; the test set is never read.

    Any number of processes and machines may call this with the same arguments at the same time, or
    one after the other: they share the trials through the storage. What is tried, and so what is
    found, does not depend on how many they are, nor on whether one of them is killed.

    Parameters
    ----------
    config : str, Path, mapping or Config
        As in `astro_dl.train`. Its ``tune`` has ranges by dotted keys: ``1e-4..1e-2:log``,
        ``16..256``, ``0..0.5:0.1``, or a list of choices.
    out : str or Path
        Folder of the result: ``best.yaml``, a config for `astro_dl.train`; ``trials.csv``; and
        ``importance.png``, what mattered. Its name is that of the study in the storage.
    trials : int, default 50
        How many settings are tried, by all together; of a grid, all at most.
    ranges : mapping, optional
        Further ranges, or others in the place of the config's.
    sampler : {"tpe", "random", "grid"}, default "tpe"
        How values are chosen: by what was good so far, evenly, or all combinations.
    pruner : {"median", "none"}, default "median"
        Whether trials end early that are worse than the median of earlier ones at the same epoch.
    storage : str or Path, optional
        Path of a journal file or URL of a database; default ``trials.journal`` in `out`.
    generation : int, default 8
        Trials that are chosen together, from the results of those before them: as many as work
        side by side, at least.
    patience_s : float, default 60
        Time without a sign of life after which the trial of another process is taken over [s].
    progress : bool, default True
        Whether a progress bar is shown.
    **overrides
        Values instead of the config's, by dotted keys.

    Returns
    -------
    Tuning
        The best config, its score, and the table of trials.

    Raises
    ------
    UsageError
        If the config, a range or another argument is not acceptable, Optuna is not installed, the
        storage holds a study of other settings, or no trial could be trained to the end.
    KeyboardInterrupt
        If interrupted; the trial under way is free for others, who go on from its checkpoint.

    Examples
    --------
    >>> found = astro_dl.tune(  # doctest: +SKIP
    ...     "photoz_mdn", "runs/tuned", 20, {"training.learning_rate": "1e-4..1e-2:log"}
    ... )
    """
    asked, given = _read(config, ranges or {}, overrides)
    look_up("sampler", sampler, dict.fromkeys(get_args(Sampler)))
    look_up("pruner", pruner, dict.fromkeys(get_args(Pruner)))
    counts = {"trials": trials, "generation": generation, "patience_s": patience_s}
    for name, number in counts.items():
        if not number >= 1:
            raise UsageError(f"{name} is {number}; accepted: 1 and above")
    plan = _plan(asked, given, sampler, trials, generation)
    folder = Path(out)
    study = open_study(
        storage or folder / "trials.journal",
        folder.name,
        plan.rises,
        {
            "config": to_mapping(asked),
            "ranges": plain(given),
            "sampler": sampler,
            "pruner": pruner,
            "generation": plan.generation,
        },
    )
    worker = Worker(study, plan, asked, folder, pruner == "median", patience_s)
    found = worker.run(progress)
    return write_tuning(folder, asked, plan, [found[number] for number in sorted(found)])


def _read(
    source: str | Path | Mapping[str, Any] | Config,
    ranges: Mapping[str, Any],
    overrides: Mapping[str, Any],
) -> tuple[Config, dict[str, Any]]:
    """Return the config to tune, and the ranges as they are given."""
    config = load_config(source, **overrides)
    if config.stages or config.alternatives:
        raise UsageError("a config with stages or alternatives cannot be tuned; leave them out")
    name, mapping = read_source(source)
    own = mapping.get(RANGES) or {}
    if not isinstance(own, Mapping):
        raise UsageError(f"{name}: {RANGES} is not accepted; accepted: a mapping of ranges by key")
    return config, {**own, **ranges}


def _plan(
    config: Config, given: Mapping[str, Any], sampler: Sampler, trials: int, generation: int
) -> Plan:
    ranges = read_ranges(config, given)
    count = min(trials, grid_size(ranges)) if sampler == "grid" else trials
    monitor, resolved = config.training.monitor, resolve(config)
    if not monitor.startswith("val_"):
        raise UsageError(f"training.monitor: {monitor!r} is no validation score to compare by")
    head = model_head(config.model, get_task(config.task), split_physics(resolved, "train"))
    rises = monitor_rises(head, monitor)
    return Plan(ranges, sampler, config.seed, count, generation, rises)


@dataclass
class Worker:
    """One of the processes that share a study.

    Parameters
    ----------
    study : Study
        In the shared storage.
    plan : Plan
        What is tried.
    config : Config
        What is tuned.
    folder : Path
        Of the result; run folders of attempts lie in it.
    prunes : bool
        Whether trials are pruned.
    patience_s : float
        Time without a sign of life after which another's attempt is taken over [s].
    """

    study: "optuna.Study"
    plan: Plan
    config: Config
    folder: Path
    prunes: bool
    patience_s: float

    def run(self, progress: bool) -> "dict[int, FrozenTrial]":
        """Work until all trials of the plan have come to an end, and return them by number."""
        watchman = Watchman(self.patience_s)
        first, proposed = -1, list[Labels]()
        with tqdm(total=self.plan.trials, unit="trial", disable=not progress) as bar:
            while True:
                board = self.board()
                bar.update(len(board.finished) - bar.n)
                todo = [n for n in range(self.plan.trials) if n not in board.finished]
                if not todo:
                    return {n: board.finished[n] for n in range(self.plan.trials)}
                start = todo[0] - todo[0] % self.plan.generation
                earlier = [board.finished[number] for number in range(start)]
                if start != first:
                    first, proposed = start, propose(self.plan, start, earlier)
                for gone in watchman.gone(board):
                    give_up(self.study, gone.number)
                trial = self._claim(board, start, proposed)
                if trial is None:
                    time.sleep(min(1.0, self.patience_s / BEATS))
                else:
                    self._try(trial, earlier)

    def board(self) -> Board:
        """Return what the storage knows now."""
        return read_board(self.study.get_trials(deepcopy=False))

    def _claim(self, board: Board, start: int, proposed: list[Labels]) -> "Trial | None":
        """Return an attempt that is this process's own; None if there is none to be had now."""
        taken = board.finished.keys() | board.open.keys()
        free = [start + n for n in range(len(proposed)) if start + n not in taken]
        waiting = any(trial.state.name == "WAITING" for trial in board.open.values())
        if not free and not waiting:
            return None
        if not waiting:
            # By chance, so that processes that start together seldom want the same one.
            number = random.choice(free)
            self.study.enqueue_trial(proposed[number - start], user_attrs={NUMBER: number})
        trial = self.study.ask(self.plan.distributions())
        asked = trial.user_attrs.get(NUMBER)
        mine = asked is not None and self.board().open[asked].number == trial.number
        if not mine:
            give_up(self.study, trial.number)
        return trial if mine else None

    def _try(self, trial: "Trial", earlier: "list[FrozenTrial]") -> None:
        """Carry out an attempt, going on from what a lost one left."""
        runs = self.folder / ".trials"
        folder = runs / f"{trial.number}"
        for before in reversed(self.board().attempts[trial.user_attrs[NUMBER]]):
            if before < trial.number and (runs / f"{before}").is_dir():
                # Moved away from under a process that may be alive after all.
                (runs / f"{before}").rename(folder)
                break
        known = earlier if self.prunes else None
        beat_s = self.patience_s / BEATS
        try:
            run_attempt(self.study, trial, self.plan, self.config, folder, known, beat_s)
        except TakenOver:
            return
        except BaseException:
            give_up(self.study, trial.number)
            raise
