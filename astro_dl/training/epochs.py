"""The loop over epochs."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import keras
import numpy as np
from tqdm.auto import tqdm

from astro_dl.core import backend
from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, input_length, take_inputs
from astro_dl.core.registry import get_task
from astro_dl.core.task import Augmentation
from astro_dl.data.cache import split_physics
from astro_dl.training.batches import (
    Batch,
    augmentation,
    batches,
    equally_often,
    grouped,
    shuffled,
    steps_per_epoch,
)
from astro_dl.training.checkpoint import State
from astro_dl.training.data import TrainingData
from astro_dl.training.objective import Objective, class_weigher, improves
from astro_dl.training.progress import EpochMonitor
from astro_dl.training.schedules import plateau_rate

RunSteps = Callable[[Sequence[Batch]], np.ndarray]

GROUP_STEPS, GROUP_BYTES = 64, 2**25
"""Most steps of one call of the backend, and most bytes of their inputs."""

ORDER_STREAM = 8
"""Random stream of the order and augmentation of training examples, beside those of `STREAMS`."""


def run_epochs(
    model: keras.Model,
    objective: Objective,
    data: TrainingData,
    config: Config,
    state: State,
    progress: bool = True,
) -> Iterator[State]:
    """Train a compiled model, giving the state after every epoch.

    Epoch e depends on the seed, on e and on the model's and optimiser's state alone, so that a
    training continued from any epoch ends where it would have ended.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    objective : Objective
        What is minimised and watched.
    data : TrainingData
        Training and validation sets.
    config : Config
        The resolved config.
    state : State
        Where to go on from.
    progress : bool, default True
        Whether a progress bar is shown for every epoch.

    Raises
    ------
    UsageError
        If the loss is not finite.
    """
    training, run_steps = config.training, backend.step_runner(model)
    while len(state.history) < training.epochs and not _exhausted(state, config, objective.rises):
        epoch = len(state.history)
        if training.schedule == "plateau":
            waits = _waits(state.history, training.monitor, objective.rises)
            model.optimizer.learning_rate = plateau_rate(training, epoch, waits)
        row = _run_epoch(model, objective, data, config, epoch, progress, run_steps)
        history = (*state.history, row)
        is_best = best_epoch(history, training.monitor, objective.rises) == epoch
        best = _weights(model) if is_best else state.best
        state = State(history, best)
        yield state


def predict_logits(model: keras.Model, x: Inputs, batch_size: int) -> np.ndarray:
    """Return the logits of all inputs, (n, outputs) float32.

    Every batch has the same size, for which a model is compiled once: the last one begins among
    the examples of the one before it. `keras.Model.predict` would set up its input anew each time,
    which takes TensorFlow as long as some hundred small batches.
    """
    n = input_length(x)
    size = backend.shareable(model, min(batch_size, n))
    if not size:
        raise UsageError(f"{n} validation examples cannot be shared by so many devices")
    parts = []
    for start in range(0, n, size):
        first = min(start, n - size)
        batch = take_inputs(x, slice(first, first + size))
        logits = model.predict_on_batch(backend.shared(model, batch))
        parts.append(np.asarray(logits, np.float32)[start - first :])
    return np.concatenate(parts)


def best_epoch(history: tuple[Mapping[str, float], ...], monitor: str, rises: bool) -> int:
    """Return the first epoch, from 0, than which none was better."""
    best = 0
    for epoch, row in enumerate(history):
        if improves(row[monitor], history[best][monitor], rises):
            best = epoch
    return best


def _weights(model: keras.Model) -> dict[str, np.ndarray]:
    # Copied: some backends hand out views of what the next step overwrites.
    return {w.path: np.array(keras.ops.convert_to_numpy(w.value)) for w in model.weights}


def _waits(history: tuple[Mapping[str, float], ...], monitor: str, rises: bool) -> list[int]:
    """Return, for every epoch, how many had passed since the best."""
    numbers = range(len(history))
    return [epoch - best_epoch(history[: epoch + 1], monitor, rises) for epoch in numbers]


def _exhausted(state: State, config: Config, rises: bool) -> bool:
    patience = config.training.early_stopping_patience
    if patience is None or not state.history:
        return False
    return _waits(state.history, config.training.monitor, rises)[-1] >= patience


def _run_epoch(
    model: keras.Model,
    objective: Objective,
    data: TrainingData,
    config: Config,
    epoch: int,
    progress: bool,
    run_steps: RunSteps | None,
) -> dict[str, float]:
    """Train one epoch and return its row of the history."""
    training = config.training
    own = get_task(config.task).changes(split_physics(config, "train"))
    changes = own if training.augment else Augmentation()
    size = min(training.batch_size, data.n)
    steps = steps_per_epoch(data.n, size)
    rng = np.random.default_rng(np.random.SeedSequence([config.seed, ORDER_STREAM, epoch]))
    noise_seed = int(rng.integers(2**32))
    source = batches(
        data.pieces(epoch, rng),
        size,
        rng,
        objective.encode,
        class_weigher(objective.head, data.y, training.class_weight),
        augmentation(changes, training.augmented_fraction, training.augmentations),
        equally_often if training.class_sampling == "equal" else shuffled,
    )
    title = f"epoch {epoch + 1}/{training.epochs}"
    with tqdm(total=steps * size, desc=title, unit="ex", disable=not progress) as bar:
        start = time.perf_counter()
        monitor = EpochMonitor(bar, size)
        if run_steps is None:
            loss = _fit(model, source, steps, monitor, noise_seed)
        else:
            loss = _in_groups(model, run_steps, source, monitor, noise_seed)
        seconds = time.perf_counter() - start
        if monitor.bad_batches or not np.isfinite(loss):
            first = min(monitor.bad_batches, default=steps - 1)
            raise _diverged(f"the loss of batch {first + 1} of epoch {epoch + 1}")
        logits = predict_logits(model, data.validation.x, 2 * size)
        scores = objective.validation_scores(logits, data.validation.y)
        if not np.isfinite(scores["val_loss"]):
            raise _diverged(f"the validation loss after epoch {epoch + 1}")
        bar.set_postfix(loss=f"{loss:.4f}", **{k: f"{v:.4f}" for k, v in scores.items()})
    return {
        "epoch": epoch + 1,
        "loss": loss,
        **scores,
        "learning_rate": float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)),
        "samples_per_second": steps * size / seconds,
        "seconds": time.perf_counter() - start,
    }


def _fit(
    model: keras.Model, source: Iterator[Batch], steps: int, monitor: EpochMonitor, noise_seed: int
) -> float:
    """Run one epoch and return its mean loss."""
    failures: list[Exception] = []
    # As late as possible: building a model may draw from the same generator.
    seeding = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: backend.seed_epoch(noise_seed)
    )
    try:
        log = model.fit(
            _watched(source, failures),
            steps_per_epoch=steps,
            epochs=1,
            shuffle=False,
            verbose=0,
            callbacks=[seeding, monitor],
        )
    except Exception:
        # A backend that draws batches in its own thread wraps what went wrong there.
        if failures:
            raise failures[0] from None
        raise
    return float(log.history["loss"][-1])


def _in_groups(
    model: keras.Model,
    run_steps: RunSteps,
    source: Iterator[Batch],
    monitor: EpochMonitor,
    noise_seed: int,
) -> float:
    """Run one epoch, several steps in each call of the backend, and return its mean loss."""
    monitor.set_model(model)
    model.stop_training = False
    backend.seed_epoch(noise_seed)
    model.reset_metrics()
    step, mean = 0, 0.0
    for group in grouped(source, GROUP_STEPS, GROUP_BYTES):
        for mean in map(float, run_steps(group)):
            monitor.on_train_batch_end(step, {"loss": mean})
            if model.stop_training:
                return mean
            step += 1
    return mean


def _watched(source: Iterator[Batch], failures: list[Exception]) -> Iterator[Batch]:
    try:
        yield from source
    except Exception as error:
        failures.append(error)
        raise


def _diverged(what: str) -> UsageError:
    return UsageError(
        f"{what} is not finite; lower training.learning_rate, set training.clip_norm, or turn "
        "training.mixed_precision off"
    )
