"""`train`: simulate or load, fit, calibrate, save."""

import math
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from astro_dl.bundles.bundle import Bundle, load_bundle, load_weights
from astro_dl.bundles.files import check_target
from astro_dl.bundles.weights import assign_weights, model_specs
from astro_dl.core import backend
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config, config_hash, load_config, to_mapping
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.examples import Inputs, take_inputs
from astro_dl.core.lock import locked
from astro_dl.core.registry import get_task, model_entry, resolve_fit
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.data.cache import split_physics
from astro_dl.models.build import build_from, logits_model, model_head, resolve
from astro_dl.models.standardization import standardize_inputs
from astro_dl.training.batches import steps_per_epoch
from astro_dl.training.checkpoint import (
    State,
    check_unfinished,
    checkpoint_file,
    load_checkpoint,
    save_checkpoint,
    what_is_kept,
)
from astro_dl.training.classical import fit_at_once
from astro_dl.training.composed.alternatives import is_made_from, train_alternatives
from astro_dl.training.composed.cross_validated import train_cross_validated
from astro_dl.training.composed.stacked import is_stack, train_stack
from astro_dl.training.composed.stages import train_stages
from astro_dl.training.data import TrainingData, open_training_data
from astro_dl.training.epochs import run_epochs
from astro_dl.training.freezing import freeze_lower, slow_lower
from astro_dl.training.guarantee import add_guarantees, check_promised
from astro_dl.training.objective import (
    Objective,
    chosen_losses,
    fold_scaling,
    make_objective,
    unfold_scaling,
)
from astro_dl.training.optimizer import make_optimizer
from astro_dl.training.precision import LARGEST_ROUNDING, rounding
from astro_dl.training.progress import scalar_log
from astro_dl.training.save import save_result

MOST_PARAMETERS = 500_000_000
"""Of a network; with its gradients and moments that is 8 GB of memory."""
FEWEST_COMPARED = 32
"""Examples by which half precision is judged, however small a batch is."""
History = Sequence[Mapping[str, float]]
"""Rows of ``history.csv``, one per epoch."""


def train(
    config: str | Path | Mapping[str, Any] | Config,
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
    watch: Callable[[History], None] | None = None,
    **overrides: Any,
) -> Bundle:
    """Train the model of a config and save it as a bundle.

    Parameters
    ----------
    config : str, Path, mapping or Config
        Name of a shipped config, a YAML file, a run folder, values, or a config.
    out : str or Path, optional
        The run folder, which becomes the bundle; by default ``runs/<model>-<hash of the config>``.
    resume : bool, default False
        Go on from the checkpoint in the run folder, if there is one, exactly as if the training
        had not been cut short; the bundle of a finished training is returned as it is.
    progress : bool, default True
        Whether progress bars are shown.
    watch : callable, optional
        Given the rows of the history so far, at the start and after every epoch; what it raises
        ends the training, and the checkpoint stays for `resume`. Of alternatives, stages and models
        that are fitted at once, nobody is told.
    **overrides
        Values instead of the config's, by dotted keys: ``**{"training.epochs": 3}``.

    Returns
    -------
    Bundle
        With the weights of the best epoch, of the best of the config's ``alternatives``, of the
        last of its ``stages``, calibrated on the validation set. After Ctrl-C it holds the best
        weights so far, if an epoch was finished; ``card.data.interrupted`` says so, and the
        checkpoint stays for `resume`. With alternatives or stages there is none before all are
        trained.

    Raises
    ------
    UsageError
        If the config is wrong, the folder is in use, a class is missing from the data, or the loss
        is not finite. Nothing is left then but checkpoints of finished epochs.
    KeyboardInterrupt
        If interrupted before there is a bundle; it tells what is kept.

    Examples
    --------
    >>> bundle = astro_dl.train("gw_cnn", out="runs/try")  # doctest: +SKIP
    """
    asked = load_config(config, **overrides)
    config = resolve(asked)
    folder = Path(out or Path("runs") / f"{config.model}-{config_hash(to_mapping(config))}")
    with locked(folder, "training", wait=False):
        try:
            return _train_alone(asked, config, folder, resume, progress, watch)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(what_is_kept(folder)) from None


def _train_alone(
    asked: Config,
    config: Config,
    folder: Path,
    resume: bool,
    progress: bool,
    watch: Callable[[History], None] | None,
) -> Bundle:
    """Train into a folder that no other training writes into; as `train`."""
    checkpoint = checkpoint_file(folder)
    going_on = checkpoint.is_file()
    check_unfinished(folder, going_on, resume)
    if (folder / "card.json").exists() and not going_on:
        return _finished(folder, asked, resume, progress)
    check_target(folder)
    if config.stages:
        return train_stages(asked, folder, train, resume, progress)
    if config.alternatives:
        return train_alternatives(asked, folder, train, resume, progress)
    promised = config.data.n_guarantee
    if promised:
        check_promised(config)
    if resolve_fit(config.model) is not None:
        bundle = fit_at_once(folder, config, progress)
        return add_guarantees(folder, promised, progress) if promised else bundle
    physics = split_physics(config, "train")
    head = model_head(config.model, get_task(config.task), physics)
    check_training(head, config.training)
    if config.training.cross_validated:
        return train_cross_validated(config, folder, train, resume, progress)
    if is_stack(config):
        return train_stack(config, folder, train, resume, progress)
    log = scalar_log(folder / ".tensorboard" if config.training.tensorboard else None)

    backend.prepare(config.seed)
    check_shared(config.training)
    policy = backend.precision_policy(config.training.mixed_precision)
    _check_parameters(config)
    with ExitStack() as devices:
        building = devices.enter_context(backend.on_devices(config.training.devices))
        begun = _begun(config, building, policy)
        with open_training_data(config, progress) as data:
            check_shared(config.training, data.n)
            objective = make_objective(head, data.y, config.training)
            _take_scales(begun, objective, data, config)
            off = policy != "float32" and changed_by_rounding(begun, config, data.validation.x)
            if off:
                if config.training.mixed_precision == "on":
                    raise UsageError(f"training.mixed_precision: {off}; set it to 'off'")
                warnings.warn(f"{off}: trained in full precision instead", stacklevel=4)
                # All again that draws random numbers, as if it had been in full precision before.
                backend.prepare(config.seed)
                _check_parameters(config)
                begun = _begun(config, building, "float32")
                _take_scales(begun, objective, data, config)
            network = begun.network
            with building():
                compile_network(network, objective, config, data.n)
            start = state = load_checkpoint(checkpoint, network, config) if going_on else State()
            interrupted = False
            tell = watch or (lambda history: None)
            tell(start.history)
            try:
                for state in run_epochs(network, objective, data, config, start, progress):
                    save_checkpoint(checkpoint, network, state, config)
                    log(len(state.history), state.history[-1])
                    tell(state.history)
            except KeyboardInterrupt:
                if not state.history:
                    raise
                interrupted = True
            devices.close()
            # Built anew: in full precision, on one device, and whole even where the interrupt hit
            # mid-batch.
            final = build_configured(config)
            assign_weights(final, state.best)
            fold_scaling(final, objective)
            bundle = save_result(folder, final, objective, data, config, state, interrupted)
    if promised and not interrupted:
        bundle = add_guarantees(folder, promised, progress)
    if not interrupted:
        shutil.rmtree(checkpoint.parent, ignore_errors=True)
    return bundle


@dataclass(frozen=True)
class Begun:
    """A model before it is trained, up to its logits, and whether these have learnt elsewhere."""

    model: keras.Model
    network: keras.Model
    same_head: bool


def _begun(
    config: Config, building: Callable[[], AbstractContextManager[Any]], policy: str
) -> Begun:
    """Return the model of a config, with fresh weights or those to start from."""
    with building(), backend.precision(policy):
        model = build_configured(config)
        network = logits_model(model)
    source = config.initial_weights
    same_head = source is not None and start_from(model, load_bundle(source))
    freeze_lower(network, config.training.unfrozen)
    return Begun(model, network, same_head)


def _take_scales(begun: Begun, objective: Objective, data: TrainingData, config: Config) -> None:
    """Set the scales of a model's answers and inputs to those of the data."""
    if begun.same_head:
        unfold_scaling(begun.model, objective)
    if config.initial_weights is None:
        standardize_inputs(begun.network, data.validation.x)


def _finished(folder: Path, asked: Config, resume: bool, progress: bool) -> Bundle:
    """Return the bundle of a finished training that is asked for once more with `resume`.

    What it was to promise is promised now where an interrupt came before.
    """
    if not resume:
        raise UsageError(f"{folder} holds a bundle already; choose another folder or delete it")
    bundle = load_bundle(folder)
    if not is_made_from(bundle.config, asked):
        raise UsageError(
            f"{folder} was trained to the end with other settings; choose another folder, where "
            f"initial_weights={folder} starts from its weights"
        )
    promised = bundle.config.data.n_guarantee
    if promised and bundle.card.guarantees is None:
        return add_guarantees(folder, promised, progress)
    return bundle


def check_training(head: AnswerKind, training: TrainingConfig) -> None:
    """Refuse settings that would fail only after the data were made.

    Raises
    ------
    UsageError
        If the optimiser, the loss, the calibration or the sampling does not go with its settings or
        the answer.
    """
    make_optimizer(training, steps=1)
    chosen_losses(head, training)
    if training.calibration is not None:
        look_up("training.calibration", training.calibration, head.recalibrations)
    if training.class_sampling == "equal" and not head.classes:
        raise UsageError(f"training.class_sampling: a {head.kind} has no classes")


def check_shared(training: TrainingConfig, n: int | None = None) -> None:
    """Refuse batches, or n examples of which none can be made, that devices cannot share."""
    devices = backend.device_count(training.devices)
    # Before the data are made, what would be refused after.
    backend.use_jit(training.jit_compile, {}, devices)
    size = training.batch_size if n is None else min(training.batch_size, n)
    if size % devices:
        raise UsageError(
            f"training.batch_size: {size} examples cannot be shared equally by {devices} devices; "
            f"accepted: a multiple of {devices}"
        )


def changed_by_rounding(begun: Begun, config: Config, x: Inputs) -> str | None:
    """Return in words that half precision makes another network of one; None where it does not.

    Parameters
    ----------
    begun : Begun
        In half precision.
    config : Config
        Resolved.
    x : array or dict of arrays
        Validation inputs, of which the first ones are looked at.
    """
    size = config.training.batch_size
    batch = take_inputs(x, slice(0, max(size, FEWEST_COMPARED)))
    whole = logits_model(build_configured(config))
    off = rounding(begun.network, whole, batch, size, begun.same_head)
    if off <= LARGEST_ROUNDING:
        return None
    return f"half precision changes the network's answers by {off:.0%} on this device"


def compile_network(
    network: keras.Model, objective: Objective, config: Config, n_train: int
) -> None:
    """Compile a model that gives logits as the config says, and make its optimiser's variables."""
    training = config.training
    measured = model_entry(config.model).jit_compile
    network.compile(
        make_optimizer(training, steps_per_epoch(n_train, training.batch_size)),
        objective.loss,
        jit_compile=backend.use_jit(
            training.jit_compile, measured, backend.device_count(training.devices)
        ),
    )
    network.optimizer.build(network.trainable_variables)
    slow_lower(network, training.layer_decay)


def start_from(model: keras.Model, source: Bundle) -> bool:
    """Give a model the weights of a bundle; those of its head only if they fit, which is returned.

    Raises
    ------
    UsageError
        If any weight before the layer ``"logits"`` is missing or of another shape.
    """
    given = {weight.path: weight for weight in load_weights(source).weights}
    same_head = True
    for weight in model.weights:
        found = given.get(weight.path)
        if found is not None and tuple(found.shape) == tuple(weight.shape):
            weight.assign(found.value)
        elif weight.path.startswith("logits/"):
            same_head = False
        else:
            shape = "missing" if found is None else f"of shape {tuple(found.shape)}"
            raise UsageError(
                f"initial_weights: {source.folder} does not fit model {model.name!r}: weight "
                f"{weight.path!r} is {shape}, not {tuple(weight.shape)}"
            )
    return same_head


def _check_parameters(config: Config) -> None:
    """Refuse a network whose weights no memory would hold, before any is made."""
    specs = model_specs(lambda: build_configured(config))
    parameters = sum(math.prod(spec.shape) for spec in specs.values())
    if parameters > MOST_PARAMETERS:
        raise UsageError(
            f"{config.model} has {parameters:,} parameters with these hyperparameters; at most "
            f"{MOST_PARAMETERS:,} are accepted"
        )


def build_configured(config: Config) -> keras.Model:
    """Return the model of a config, with fresh weights."""
    task, physics = get_task(config.task), split_physics(config, "train")
    return build_from(
        config.model,
        task.input_spec(physics),
        model_head(config.model, task, physics),
        config.hyperparameters,
    )
