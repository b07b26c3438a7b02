"""How a model is trained: the section ``training`` of a config."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.limits import Bounds, Count, Fraction, Natural, NonNegative, Positive
from astro_dl.core.schema import checked
from astro_dl.core.source.keras_names import KerasName, Kind, keras_classes


@checked
class TrainingConfig:
    """How a model is trained.

    Parameters
    ----------
    epochs, batch_size : int
        Greatest number of epochs; examples per step.
    optimizer : str
        As Keras names it: ``"adam"``, ``"adamw"``, ``"sgd"``, ``"rmsprop"``, ``"lion"`` …
    optimizer_settings : dict
        Its arguments, such as ``{momentum: 0.9, nesterov: true}``, which SGD has if none are said.
    learning_rate, minimum_learning_rate : float
        Peak and final (or least) learning rate.
    schedule : {"constant", "step", "exponential", "linear", "cosine", "one_cycle", "plateau"}
        Course of the learning rate after the warm-up, see `astro_dl.training.schedules`.
    warmup_epochs : int
        Epochs of linear rise to the peak; of "one_cycle" 0 stands for three tenths of all.
    decay_factor : float or None
        By what "step" (0.1), "exponential" (what leads to the least) and "plateau" (0.3) multiply
        the learning rate.
    decay_epochs : int or None
        After how many epochs: of "step" a third of all, of "exponential" one, of "plateau" three
        without improvement.
    weight_decay : float
        Decoupled weight decay.
    clip_norm : float or None
        Largest global norm of the gradient.
    early_stopping_patience : int or None
        Epochs without improvement of ``monitor`` before stopping; None to train all epochs.
    monitor : str
        Column of the history by which the best weights are chosen.
    class_weight : None, "balanced" or mapping
        Loss weight per class name.
    class_sampling : {"observed", "equal"}
        Whether every class is trained on as often as it occurs, or all equally often; validation
        and calibration are on the classes as they occur.
    loss : str or None
        As Keras names it, one of the ``losses`` of the task's kind of answer; None for its own.
    loss_settings : dict
        Its arguments, such as ``{delta: 0.5}`` of "huber" or ``{gamma: 2}`` of focal losses.
    augment : bool
        Whether the task's own augmentation is applied to training batches, too.
    augmented_fraction : float
        Share of every batch that it is applied to; the rest stays as it is.
    augmentations : mapping of str to float
        Random changes of training inputs, of any task, by name with their largest amount, as
        ``{turn: 180, noise: 0.1}``; see `astro_dl.training.augmentations`.
    unfrozen : float
        Share of the layers with weights that is trained, from the top; 0 for the head alone.
    layer_decay : float
        Learning rate of each layer over that of the one above it.
    mixed_precision, jit_compile : {"auto", "on", "off"}
        "auto" takes float16/bfloat16 on GPUs only, for networks that it leaves what they are, see
        `astro_dl.training.precision`, and compiles by XLA where that was measured to be faster for
        the model on the device.
    devices : {"one", "all"}
        Whether every batch is shared equally among all GPUs, or without any all processors that
        TensorFlow or JAX knows, see `astro_dl.core.backend.on_devices`.
    data_on : {"host", "device"}
        Where the inputs of a training set lie: those of a stored or real one are copied to the
        device once, those of a streamed one are simulated there, where the task has a simulator for
        it; batches are gathered there, and images turned. It must have room for the set, or for a
        block.
    tensorboard : bool
        Whether TensorBoard logs are written.
    label_smoothing : float
        Share of the target given to the other classes; ``val_loss`` is without it.
    variance_weight : float
        Power of the predicted variance with which each example weighs in a Gaussian likelihood
        (β of Seitzer et al. 2022, arXiv:2203.09168): with 0 what is hard to tell is hardly learnt,
        with 1 all count alike.
    calibration : str or None
        How validation examples correct the answers after the answer's own calibration: what
        ``astro-dl recalibrate --method`` takes, as "spline"; None for the own alone.
    cross_validated : bool
        Whether each member of a committee learns without another of ``data.validation_parts``, see
        `astro_dl.training.composed.cross_validated`.
    """

    epochs: Count = 20
    batch_size: Count = 128
    optimizer: Annotated[str, KerasName("optimizers")] = "adam"
    optimizer_settings: dict[str, Any] = field(default_factory=dict)
    learning_rate: Positive = 1e-3
    schedule: Literal[
        "constant", "step", "exponential", "linear", "cosine", "one_cycle", "plateau"
    ] = "constant"
    warmup_epochs: Natural = 0
    minimum_learning_rate: NonNegative = 1e-6
    decay_factor: Annotated[float, Bounds(0, 1, open_low=True, open_high=True)] | None = None
    decay_epochs: Count | None = None
    weight_decay: NonNegative = 0.0
    clip_norm: Positive | None = None
    early_stopping_patience: Count | None = 10
    monitor: str = "val_loss"
    class_weight: Literal["balanced"] | dict[str, Positive] | None = None
    class_sampling: Literal["observed", "equal"] = "observed"
    loss: Annotated[str, KerasName("losses")] | None = None
    loss_settings: dict[str, Any] = field(default_factory=dict)
    augment: bool = True
    augmented_fraction: Fraction = 1.0
    augmentations: dict[str, NonNegative] = field(default_factory=dict)
    unfrozen: Fraction = 1.0
    layer_decay: Annotated[float, Bounds(0, 1, open_low=True)] = 1.0
    mixed_precision: Literal["auto", "on", "off"] = "auto"
    jit_compile: Literal["auto", "on", "off"] = "auto"
    devices: Literal["one", "all"] = "one"
    data_on: Literal["host", "device"] = "host"
    tensorboard: bool = False
    label_smoothing: Fraction = 0.0
    variance_weight: Fraction = 0.0
    calibration: str | None = None
    cross_validated: bool = False

    def __post_init__(self) -> None:
        _check_settings("optimizer", "optimizers", self.optimizer, self.optimizer_settings)
        _check_settings("loss", "losses", self.loss, self.loss_settings)


def _check_settings(what: str, kind: Kind, name: str | None, settings: Mapping[str, Any]) -> None:
    """Refuse settings that a class of Keras, or none at all, does not take."""
    known = [] if name is None or not settings else keras_classes(kind)[name].settings
    for key in settings:
        if key not in known:
            hint = did_you_mean(key, known) if name else "; name one first"
            raise UsageError(f"{what}_settings.{key}: unknown key{hint}")
