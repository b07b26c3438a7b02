"""Which trials are done, under way or free: read from the storage, without a lock.

A number of the plan may be tried more than once: by a process that was killed, and by another one
that took it over. Each attempt is a trial of the storage with the number among its attributes.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial, Trial

NUMBER, BEAT, ERROR = "number", "beat", "error"


@dataclass(frozen=True)
class Board:
    """The trials of a plan.

    Parameters
    ----------
    finished : dict
        By number of the plan, the attempt that came to an end: complete, pruned, or refused.
    open : dict
        By number of the plan, the first of the attempts that wait or are under way.
    attempts : dict
        By number of the plan, the ids that the storage gave all its attempts, in order.
    """

    finished: "dict[int, FrozenTrial]"
    open: "dict[int, FrozenTrial]"
    attempts: dict[int, list[int]]


def read_board(trials: "Sequence[FrozenTrial]") -> Board:
    """Return the board of all trials of a storage, in their order there."""
    board = Board({}, {}, {})
    for trial in trials:
        number = trial.user_attrs.get(NUMBER)
        if number is None:
            continue
        board.attempts.setdefault(number, []).append(trial.number)
        if not trial.state.is_finished():
            board.open.setdefault(number, trial)
        elif trial.state.name != "FAIL" or ERROR in trial.user_attrs:
            board.finished.setdefault(number, trial)
    return board


@dataclass
class Watchman:
    """Notices attempts whose process is gone, by its own clock alone.

    Parameters
    ----------
    patience_s : float
        Time without a sign of life after which a process counts as gone [s].
    clock : callable
        Gives the time [s].
    """

    patience_s: float
    clock: Callable[[], float] = time.monotonic
    _seen: dict[int, tuple[int, float]] = field(default_factory=dict)

    def gone(self, board: Board) -> "list[FrozenTrial]":
        """Return the attempts under way that have given no sign of life for too long."""
        found, now = [], self.clock()
        for trial in board.open.values():
            if trial.state.name == "WAITING":
                continue
            beat = trial.user_attrs.get(BEAT, -1)
            last, since = self._seen.get(trial.number, (None, now))
            if beat != last:
                self._seen[trial.number] = (beat, now)
            elif now - since > self.patience_s:
                found.append(trial)
        return found


class Heart:
    """Gives signs of life of an attempt while it is under way, from a thread of its own.

    Parameters
    ----------
    trial : Trial
        The attempt.
    interval_s : float
        Time between two signs [s].
    """

    def __init__(self, trial: "Trial", interval_s: float) -> None:
        self.lost = threading.Event()
        """Set when another process has taken the attempt over."""
        self._trial, self._interval_s = trial, interval_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        from optuna.exceptions import StorageInternalError

        beat = 0
        while not self._stopped.wait(self._interval_s if beat else 0):
            try:
                # A database that is busy now may not be so at the next beat.
                with suppress(StorageInternalError):
                    self._trial.set_user_attr(BEAT, beat)
            except RuntimeError:
                self.lost.set()
                return
            beat += 1


def give_up(study: "optuna.Study", trial: int) -> None:
    """Mark an attempt that is under way as failed for no reason: its number is tried again."""
    from optuna.trial import TrialState

    # Another process may have done so in the meantime, or the attempt be finished after all.
    with suppress(RuntimeError, ValueError):
        study.tell(trial, state=TrialState.FAIL)
