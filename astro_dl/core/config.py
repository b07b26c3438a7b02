"""A config: one task, one model, one way to train. Flat, typed, no expressions.

A YAML file has the keys ``task``, ``model``, ``seed``, ``initial_weights``, ``alternatives``,
``stages`` and ``shipped``, and the sections ``hyperparameters``, ``physics``, ``data``,
``training`` and ``evaluation``.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from astro_dl.core import registry
from astro_dl.core.changes import changed, differences, dotted, overridden
from astro_dl.core.errors import UsageError, did_you_mean, unknown_name
from astro_dl.core.limits import Bounds, Count, Fraction, Natural, Seed
from astro_dl.core.reading.strict_yaml import read_yaml, read_yaml_file, write_yaml
from astro_dl.core.schema import checked, plain, read_dataclass
from astro_dl.core.sections.threshold import Threshold
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.shipped import shipped_configs
from astro_dl.core.showing.display import html_of, text_of

Made = TypeVar("Made")
STAGE_SETTINGS = ("hyperparameters", "physics", "data", "training", "seed", "alternatives")
"""What a stage may set; all else belongs to the whole."""
SIMULATION = "simulation"
"""As source of examples: none but the simulator."""
RANGES = "tune"
"""Key of a file's ranges for `astro_dl.tune`, of which a training takes no notice."""


@checked
class DataConfig:
    """Where examples come from: how many are simulated and when, or which real set is split.

    Parameters
    ----------
    mode : {"store", "stream"}
        Simulate once into an HDF5 store, or fresh examples in every epoch.
    n_train, n_validation, n_test : int
        Numbers of examples; in streaming mode ``n_train`` is the number per epoch.
    n_guarantee : int, default 0
        Examples held out from training, choice of weights and calibration, from which coverage is
        guaranteed, see `astro_dl.training.guarantee`: simulated ones, or of a real set at most so
        many of its test split. 0 for no guarantee.
    test_signal_fraction : float or None
        Fraction of positives in the test set of a binary task; None for the training fraction.
    block_size : int
        Examples simulated at once: the unit of work, of seeding and of storage.
    workers : int
        Simulating processes.
    source : str
        ``"simulation"``, or the name of one of the task's real sets, which is then split by group
        whatever the numbers above say.
    folder : str or None
        Where real sets lie; None for the environment variable ``ASTRO_DL_TEST_DATA``.
    validation_fraction, test_fraction : float
        Shares of a real set.
    split_seed : int
        Seed of this split, apart from that of the training: networks of an ensemble differ in the
        one and share the other.
    folds, fold : int
        With k folds the test set is part number ``fold``, from 0, of k; then ``test_fraction`` is
        not its size. 0 for a single split.
    validation_parts, validation_part : int
        With k parts all that is not for testing is dealt into k by group, and the validation set is
        part number ``validation_part``, from 0; ``validation_fraction`` is not its size then. 0
        for a validation set of that fraction.
    """

    mode: Literal["store", "stream"] = "store"
    n_train: Count = 20_000
    n_validation: Count = 4_000
    n_test: Count = 20_000
    n_guarantee: Natural = 0
    test_signal_fraction: Fraction | None = None
    block_size: Count = 1024
    workers: Count = 2
    source: str = SIMULATION
    folder: str | None = None
    validation_fraction: Fraction = 0.1
    test_fraction: Fraction = 0.2
    split_seed: Seed = 0
    folds: Natural = 0
    fold: Natural = 0
    validation_parts: Natural = 0
    validation_part: Natural = 0


@checked
class EvaluationConfig:
    """How a trained model is evaluated.

    Parameters
    ----------
    false_alarm_probabilities : tuple of float
        Where the efficiency of binary tasks is given.
    bootstrap : int
        Resamplings for intervals; 0 for none.
    baselines : bool
        Whether the task's classical baselines are run on the same test set.
    confidence : float
        Level of all intervals.
    plots : bool
        Whether figures are drawn.
    average_symmetries : bool
        Whether logits are averaged over the task's symmetries, wherever the model is used.
    uncertainty : tuple of {"mc_dropout", "ensemble"}
        Further ways of telling the uncertainty that are compared with the network's own, see
        `astro_dl.inference.predictor.Predictor.with_uncertainty`.
    threshold : Threshold
        At which binary tasks are told as a confusion matrix.
    """

    false_alarm_probabilities: tuple[Fraction, ...] = (0.1, 0.01, 0.001, 0.0001)
    bootstrap: Natural = 200
    baselines: bool = True
    confidence: Annotated[float, Bounds(0, 1, open_low=True, open_high=True)] = 0.95
    plots: bool = True
    average_symmetries: bool = False
    uncertainty: tuple[Literal["mc_dropout", "ensemble"], ...] = ()
    threshold: Threshold = Threshold()


@checked
class Config:
    """One task, one model, one way to train; sections as in the YAML file.

    Parameters
    ----------
    task, model : str
        Registered names.
    hyperparameters : dict
        Arguments of the model's builder.
    physics : dict
        Fields of the task's physics dataclass.
    data, training, evaluation
        The typed sections.
    seed : int
        Root of every random stream.
    initial_weights : str or None
        Name or folder of a bundle to fine-tune from.
    alternatives : tuple of dict
        Other settings, by dotted keys as ``{"training.learning_rate": 1e-4}``. The config as it
        stands and with each of them is trained, and what is best by ``training.monitor`` is kept.
    shipped : bool
        Whether ``scripts/make_zoo`` makes a bundle that is passed on; not of examples, of what is
        only compared with, and of sets whose terms do not allow it.
    stages : tuple of dict
        Trainings in a row. Each is the config as it stands with the stage's own values in place,
        by sections as ``{"seed": 1, "training": {"epochs": 3}}``; no stage inherits from another.
        The first starts from ``initial_weights``, every other from the weights of the one before.
        They may set ``hyperparameters``, ``physics``, ``data``, ``training``, ``seed`` and
        ``alternatives``. A config that `astro_dl.models.build.resolve` has completed has the values
        of the last stage, and under ``stages`` in what each differs from it.
    """

    task: str
    model: str
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    physics: dict[str, Any] = field(default_factory=dict)
    data: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    seed: Seed = 0
    initial_weights: str | None = None
    alternatives: tuple[dict[str, Any], ...] = ()
    shipped: bool = True
    stages: tuple[dict[str, Any], ...] = ()

    def __repr__(self) -> str:
        return text_of(*self._shown())

    def _repr_html_(self) -> str:
        return html_of(*self._shown())

    def _shown(self) -> tuple[str, dict[str, Any]]:
        data, training = self.data, self.training
        facts = {
            "physics": _settings(self.physics),
            "hyperparameters": _settings(self.hyperparameters),
            "data": f"{data.source}, {data.mode}, {data.n_train:,} to train",
            "training": f"{training.epochs} epochs in batches of {training.batch_size}",
            "seed": self.seed,
            "starts from": self.initial_weights,
            "stages": len(self.stages) or None,
            "alternatives": len(self.alternatives) or None,
            "in full": "astro_dl.core.config.dump_yaml(config)",
        }
        return f"Config of {self.model} on {self.task or 'no task'}", facts


def load_config(source: str | Path | Mapping[str, Any] | Config, **overrides: Any) -> Config:
    """Return a config from a shipped name, a file, a run folder, a mapping or a config.

    Parameters
    ----------
    source : str, Path, mapping or Config
        Name of a shipped config, path of a YAML file, folder of a run or bundle, or the values.
    **overrides
        Values that replace those of the source and of all its stages, by dotted keys
        (``**{"training.epochs": 3}``) or by sections (``training={"epochs": 3}``).

    Returns
    -------
    Config
        Names, sections and types are checked; ``physics`` and ``hyperparameters`` hold what was
        given, as plain values, and are checked by `resolve`.

    Raises
    ------
    UsageError
        One line naming the source, the key, the value and what is accepted.

    Examples
    --------
    >>> load_config("quick", **{"training.epochs": 3}).training.epochs
    3
    """
    name, mapping = read_source(source)
    mapping.pop(RANGES, None)
    changes = dotted(overrides)
    try:
        config = read_dataclass(Config, plain(changed(mapping, changes)))
        stages = tuple(overridden(stage, changes) for stage in config.stages)
        config = replace(config, stages=stages)
        stage_configs(config)
    except UsageError as error:
        key = str(error).partition(": ")[0]
        blamed = any(f"{change}.".startswith(f"{key}.") for change in changes)
        raise UsageError(f"{'override' if blamed else name}: {error}") from None
    registry.task_entry(config.task)
    registry.model_entry(config.model)
    return config


def stage_configs(config: Config) -> tuple[Config, ...]:
    """Return the config of each of the trainings in a row: of one without stages, itself alone.

    Raises
    ------
    UsageError
        As `each_stage` does.
    """
    return each_stage(config, lambda stage: stage)


def each_stage(config: Config, make: Callable[[Config], Made]) -> tuple[Made, ...]:
    """Return what a function makes of the config of each stage, in order.

    Parameters
    ----------
    config : Config
        Without stages, it counts as a single one.
    make : callable
        Given each stage as a config without stages; the ``initial_weights`` of all but the first
        are None, as they are not known before the training.

    Raises
    ------
    UsageError
        Naming the stage, counted from 1, that is unsound or that the function refuses.
    """
    if not config.stages:
        return (make(config),)
    made = []
    for number, changes in enumerate(config.stages, start=1):
        try:
            made.append(make(_stage(config, changes, first=number == 1)))
        except UsageError as error:
            raise UsageError(f"stages: in stage {number}, {error}") from None
    return tuple(made)


def in_a_row(stages: Sequence[Config]) -> Config:
    """Return the config of trainings in a row: that of the last, and how each differs from it.

    Parameters
    ----------
    stages : sequence of Config
        Resolved and without stages, of one task and model; of their ``initial_weights`` only those
        of the first count.
    """
    settings = [
        {key: value for key, value in to_mapping(stage).items() if key in STAGE_SETTINGS}
        for stage in stages
    ]
    return replace(
        stages[-1],
        initial_weights=stages[0].initial_weights,
        stages=tuple(differences(one, settings[-1]) for one in settings),
    )


def parse_override(text: str) -> tuple[str, Any]:
    """Return the key and value of ``"training.epochs=3"``; the value is read as YAML.

    Raises
    ------
    UsageError
        If there is no ``=``, no key, or no readable value.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"override {text!r} is not of the form key=value, as training.epochs=3")
    try:
        return key.strip(), read_yaml(value)
    except UsageError as error:
        raise UsageError(f"override {text!r}: {error}") from None


def to_mapping(config: Config) -> dict[str, Any]:
    """Return a config as nested dicts, lists, numbers and texts."""
    return plain(config)


def dump_yaml(config: Config) -> str:
    """Return a config as YAML text, which `load_config` reads back as an equal config."""
    return write_yaml(to_mapping(config))


def config_hash(mapping: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits of the sha256 of a mapping of plain values."""
    text = json.dumps(plain(mapping), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_source(source: str | Path | Mapping[str, Any] | Config) -> tuple[str, dict[str, Any]]:
    """Return what to call a source in errors, and its values."""
    if isinstance(source, Config):
        return "config", to_mapping(source)
    if isinstance(source, Mapping):
        return "config", dict(source)
    file = _config_file(source)
    mapping = read_yaml_file(file)
    if not isinstance(mapping, dict):
        raise UsageError(f"{file}: holds no mapping; accepted: keys task, model, …")
    return str(file), mapping


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _config_file(source: str | Path) -> Path:
    shipped = shipped_configs()
    if isinstance(source, str) and source in shipped:
        return shipped[source]
    path = Path(source)
    if (path / "config.yaml").is_file():
        return path / "config.yaml"
    if path.is_file():
        return path
    if path.is_dir():
        raise UsageError(f"{path}: folder without config.yaml")
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        raise UsageError(f"{path}: no such file")
    raise UsageError(f"unknown config {str(source)!r}{did_you_mean(str(source), shipped)}")


def _stage(config: Config, changes: Mapping[str, Any], first: bool) -> Config:
    """Return the config of one stage."""
    for key in changes:
        if key not in STAGE_SETTINGS:
            raise unknown_name("setting of a stage", key, STAGE_SETTINGS)
    found = to_mapping(replace(config, stages=()))
    if not first:
        found["initial_weights"] = None
    return read_dataclass(Config, changed(found, dotted(changes)))
