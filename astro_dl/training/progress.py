"""What people see while a model trains."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError


class EpochMonitor(keras.callbacks.Callback):
    """Moves a progress bar and stops at the first loss that is not finite.

    Keras calls it from a thread of its own, so that waiting for the loss of a batch never holds up
    the next one.

    Parameters
    ----------
    bar : tqdm
        Counts examples.
    batch_size : int
        Examples per batch.
    """

    async_safe = True

    def __init__(self, bar: tqdm, batch_size: int) -> None:
        super().__init__()
        self.bar, self.batch_size = bar, batch_size
        self.bad_batches: list[int] = []

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take note of a batch and of the mean loss up to it."""
        loss = float((logs or {}).get("loss", 0.0))
        if not math.isfinite(loss):
            self.bad_batches.append(batch)
            self.model.stop_training = True
        self.bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
        self.bar.update(max(0, (batch + 1) * self.batch_size - self.bar.n))


def scalar_log(folder: Path | None) -> Callable[[int, Mapping[str, float]], None]:
    """Return a function ``(epoch, row)`` that writes a row of the history for TensorBoard.

    Parameters
    ----------
    folder : Path or None
        Where event files go; None writes nothing.

    Raises
    ------
    UsageError
        If the package ``tensorboard`` is not installed.
    """
    if folder is None:
        return lambda epoch, row: None
    try:
        from tensorboard.summary import Writer
    except ImportError as error:
        raise UsageError(
            "training.tensorboard needs the package tensorboard: pip install tensorboard"
        ) from error
    writer = Writer(str(folder))

    def log(epoch: int, row: Mapping[str, float]) -> None:
        for name, value in row.items():
            writer.add_scalar(name, value, step=epoch)
        writer.flush()

    return log
