"""One attempt at one trial: trained, watched epoch by epoch, and pruned where it lags behind."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.training.train import History, train
from astro_dl.tuning.board import ERROR, Heart
from astro_dl.tuning.proposals import Plan, remembered

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial, Trial

EPOCHS, SECONDS = "epochs", "seconds"
FIRST_COMPLETE = 5
"""So many trials must be complete before others are pruned."""


class Pruned(Exception):
    """The training lags behind."""


class TakenOver(Exception):
    """Another process has taken the attempt over."""


@dataclass
class Watcher:
    """Reports every epoch to the storage and stops trainings that lag behind.

    Parameters
    ----------
    trial : Trial
        The attempt.
    heart : Heart
        Knows when it was taken over.
    monitor : str
        Column of the history that is compared.
    earlier : Study or None
        The trials that it is compared with, those of earlier generations; None to prune nothing.
    epochs : int
        Greatest number of epochs; nothing is pruned in the first fifth of them.
    """

    trial: "Trial"
    heart: Heart
    monitor: str
    earlier: "optuna.Study | None"
    epochs: int
    _known: dict[int, float] = field(default_factory=dict)

    def __call__(self, history: History) -> None:
        """Report what is not yet known of a history; raises `Pruned` or `TakenOver`."""
        if self.heart.lost.is_set():
            raise TakenOver
        for row in history[len(self._known) :]:
            epoch, score = 1 + len(self._known), row[self.monitor]
            self._known[epoch] = score
            self.trial.report(score, epoch)
            if self._lags():
                raise Pruned

    def _lags(self) -> bool:
        """Whether the best so far is worse than the median of the earlier trials at this epoch."""
        from optuna.pruners import MedianPruner
        from optuna.trial import TrialState, create_trial

        if self.earlier is None:
            return False
        pruner = MedianPruner(FIRST_COMPLETE, max(2, 1 + self.epochs // 5))
        so_far = create_trial(state=TrialState.RUNNING, intermediate_values=self._known)
        return pruner.prune(self.earlier, so_far)


def run_attempt(
    study: "optuna.Study",
    trial: "Trial",
    plan: Plan,
    config: Config,
    folder: Path,
    earlier: "Sequence[FrozenTrial] | None",
    beat_s: float,
) -> None:
    """Train with the settings of a trial and tell the storage how it went.

    Parameters
    ----------
    study : Study
        Where the result goes.
    trial : Trial
        With the settings.
    plan : Plan
        What is tried.
    config : Config
        What is tuned.
    folder : Path
        Run folder of the attempt, gone when it has come to an end; what an earlier attempt left in
        it is gone on with.
    earlier : sequence of FrozenTrial or None
        The trials of earlier generations, by which this one is pruned; None to prune nothing.
    beat_s : float
        Time between signs of life [s].

    Raises
    ------
    KeyboardInterrupt
        If interrupted; the checkpoint stays.
    TakenOver
        If another process has taken the attempt over.
    """
    from optuna.trial import TrialState

    monitor = config.training.monitor
    with Heart(trial, beat_s) as heart:
        known = None if earlier is None else remembered(plan, earlier)
        try:
            tried = load_config(config, **plan.settings(trial.params))
            watch = Watcher(trial, heart, monitor, known, tried.training.epochs)
            bundle = train(tried, out=folder, resume=True, progress=False, watch=watch)
            data = bundle.card.data
            if data.interrupted:
                raise KeyboardInterrupt
            outcome: dict[str, Any] = {"values": data.validation[monitor]}
            _note(trial, data.epochs, bundle.card.training_time_s)
        except Pruned:
            outcome = {"state": TrialState.PRUNED}
        except UsageError as error:
            trial.set_user_attr(ERROR, str(error))
            outcome = {"state": TrialState.FAIL}
        except RuntimeError:
            # The storage refuses news of an attempt that another process has marked as failed.
            if not heart.lost.wait(2 * beat_s):
                raise
            raise TakenOver from None
    study.tell(trial, **outcome)
    shutil.rmtree(folder, ignore_errors=True)


def _note(trial: "Trial", epochs: int | None, seconds: float | None) -> None:
    trial.set_user_attr(EPOCHS, epochs)
    trial.set_user_attr(SECONDS, round(seconds or 0.0, 3))
