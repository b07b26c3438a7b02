"""From a registered name to a Keras model; Keras is imported when the first model is built."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config, each_stage, in_a_row
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.registry import (
    ModelEntry,
    build_physics,
    model_entry,
    resolve_builder,
)
from astro_dl.core.schema import plain, read_keywords
from astro_dl.core.task import InputSpec, Physics, Task
from astro_dl.models.defaults import default_hyperparameters, model_answer
from astro_dl.models.specification import Asked, Names, specification

if TYPE_CHECKING:
    import keras

MOST_LAYERS = 256
"""In a row; the deepest published networks of the kinds here have some 150."""


def build_model(
    name: str,
    task: str | None = None,
    input_shape: Any = None,
    *,
    outputs: int | None = None,
    kind: str | None = None,
    classes: Names | None = None,
    targets: Names | None = None,
    physics: Any = None,
    head: AnswerKind | None = None,
    input_spec: InputSpec | None = None,
    **hyperparameters: Any,
) -> "keras.Model":
    """Return an uncompiled model by its registered name.

    What is not said of inputs and outputs is as the task has it; without a task as the task has it
    that the model was made for, or else as in the textbook form of the family.

    Parameters
    ----------
    name : str
        A registered model.
    task : str, optional
        A task, with its default physics.
    input_shape : tuple of int or dict of tuple, optional
        Shape of one example, channels last, time axis first.
    outputs : int, optional
        Number of logits. Of a classifier, 1 is a sigmoid, and 2 or more are a softmax.
    kind : str, optional
        What the model gives: ``"binary"``, ``"multiclass"``, ``"regression"``,
        ``"reconstruction"`` (autoencoders alone), or what others register.
    classes : sequence of str or int, optional
        Names of the classes, or how many. Two are told apart by a sigmoid, unless ``outputs`` is 2.
    targets : sequence of str or int, optional
        Names of the values, or how many: a regression, unless a kind is named.
    physics : mapping or dataclass, optional
        Fields of the task's physics that are to be others, such as its channels or its answer.
    head : AnswerKind, optional
        All that is to be said of the outputs, in place of the four above.
    input_spec : InputSpec, optional
        Shape and meaning of the inputs, in place of a shape.
    **hyperparameters
        Instead of the defaults, see `default_hyperparameters`.

    Returns
    -------
    keras.Model
        With layers ``"embedding"``, ``"logits"`` and, last, ``"probabilities"`` or ``"values"``.

    Raises
    ------
    UsageError
        If the model, the task, the kind or a hyper-parameter is unknown, the input does not fit, or
        what is said of the outputs contradicts itself.

    Examples
    --------
    >>> build_model("mlp", input_shape=(10,), outputs=2, units=(32, 16)).count_params()
    914
    >>> build_model("ar_cnn", outputs=1).count_params()
    11073
    >>> build_model("cnn1d", "gw_bbh", targets=["distance"]).output.shape
    (None, 1)
    """
    asked = Asked(head, kind, outputs, classes, targets)
    spec, answer = specification(
        name, task, input_shape, physics, input_spec, asked, hyperparameters
    )
    return build_from(name, spec, answer, hyperparameters)


def model_head(
    name: str,
    task: Task[Physics],
    physics: Physics,
    hyperparameters: Mapping[str, Any] | None = None,
) -> AnswerKind:
    """Return what a model gives back for a task: its answer, or a reconstruction of its input.

    Of models that give values without distributions, the values alone.

    Parameters
    ----------
    name : str
        A registered model; autoencoders rebuild the inputs of any task.
    task : Task
        The task.
    physics
        Instance of its physics dataclass.
    hyperparameters : mapping, optional
        Of the model, which the answers of methods without labels depend on.
    """
    spec = task.input_spec(physics)
    return model_answer(model_entry(name), task.head(physics), spec, hyperparameters or {})


def build_from(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    hyperparameters: Mapping[str, Any] | None = None,
) -> "keras.Model":
    """Return an uncompiled model for given inputs and outputs.

    Parameters
    ----------
    name : str
        A registered model.
    input_spec : InputSpec
        What it is given.
    head : AnswerKind
        What it gives back.
    hyperparameters : mapping, optional
        Instead of the defaults; lists count as tuples.

    Raises
    ------
    UsageError
        If the model or a hyper-parameter is unknown, a value is refused, or the input has another
        number of axes than the model takes.
    """
    from astro_dl.core.backend import pin_settings

    pin_settings()
    entry = model_entry(name)
    builder = resolve_builder(name)
    given = dict(hyperparameters or {})
    known = _parameters(builder)
    unknown = [key for key in given if known is not None and key not in known]
    if unknown:
        raise unknown_name(f"hyper-parameter of {name}", unknown[0], known or ())
    _check_rank(entry, input_spec)
    if entry.answers and head.kind not in entry.answers:
        raise UsageError(f"{name} gives {' or '.join(entry.answers)} answers, not {head.kind}")
    values = {key: _tuples(value) for key, value in {**entry.hyperparameters, **given}.items()}
    _check_size(name, values)
    try:
        return builder(input_spec, head, **values)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error
    except (TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"{name} can't be built with {given}: {reason}") from error


def logits_model(model: "keras.Model") -> "keras.Model":
    """Return the model up to its layer ``"logits"``, sharing inputs and weights.

    Raises
    ------
    UsageError
        If there is no such layer.
    """
    import keras

    if "logits" not in {layer.name for layer in model.layers}:
        raise UsageError(f"model {model.name!r} has no layer named 'logits'")
    return keras.Model(model.input, model.get_layer("logits").output, name=model.name)


def _parameters(builder: Callable[..., Any]) -> dict[str, inspect.Parameter] | None:
    """Return a builder's hyper-parameters; None where it takes any."""
    parameters = list(inspect.signature(builder).parameters.values())[2:]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return {parameter.name: parameter for parameter in parameters}


def _check_rank(entry: ModelEntry, input_spec: InputSpec) -> None:
    shape = input_spec.shape
    if entry.rank and not isinstance(shape, dict) and len(shape) not in entry.rank:
        accepted = " or ".join(str(rank) for rank in entry.rank)
        raise UsageError(
            f"{entry.name} takes inputs with {accepted} axes (channels last), "
            f"not of shape {tuple(shape)}"
        )


def _check_size(name: str, hyperparameters: Mapping[str, Any]) -> None:
    """Refuse lists and counts of layers that would take hours to be built."""
    for key, value in hyperparameters.items():
        if isinstance(value, tuple) and len(value) > MOST_LAYERS:
            raise UsageError(
                f"{name}: {key} has {len(value)} numbers; at most {MOST_LAYERS} are accepted"
            )
    blocks = hyperparameters.get("blocks", 0)
    for count in blocks if isinstance(blocks, tuple) else (blocks,):
        if isinstance(count, int | float) and not count <= MOST_LAYERS:
            raise UsageError(f"{name}: blocks is {count}; at most {MOST_LAYERS} are accepted")


def _tuples(value: Any) -> Any:
    """Return a value with its lists made tuples, as YAML gives lists."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value


def resolve(config: Config) -> Config:
    """Return the config with every default of physics and hyperparameters written out.

    Imports the task and the model's builder. Of stages, the last one's values become the config's.

    Raises
    ------
    UsageError
        For an unknown or unaccepted physics field or hyperparameter.
    """
    if config.stages:
        return in_a_row(each_stage(config, resolve))
    entry = model_entry(config.model)
    made_for = entry.physics if entry.task == config.task else {}
    physics = build_physics(config.task, {**made_for, **config.physics})
    defaults = default_hyperparameters(config.model)
    given = read_keywords(
        resolve_builder(config.model),
        config.hyperparameters,
        "hyperparameters",
        known=list(defaults),
    )
    return replace(config, physics=plain(physics), hyperparameters=plain({**defaults, **given}))
