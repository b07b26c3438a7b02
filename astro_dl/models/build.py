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
    answer_kind,
    build_physics,
    get_task,
    model_entry,
    resolve_answer,
    resolve_builder,
)
from astro_dl.core.schema import plain, read_keywords
from astro_dl.core.task import InputSpec, Physics, Task

if TYPE_CHECKING:
    import keras


def build_model(
    name: str, task: str | None = None, input_shape: Any = None, **hyperparameters: Any
) -> "keras.Model":
    """Return an uncompiled model by its registered name.

    Parameters
    ----------
    name : str
        A registered model.
    task : str, optional
        Inputs and outputs are those of this task with its default physics. Without it: of the task
        that the model was made for, or else the textbook form of the family.
    input_shape : tuple of int or dict of tuple, optional
        Shape of one example instead, channels last, time axis first.
    **hyperparameters
        Instead of the defaults, see `default_hyperparameters`.

    Returns
    -------
    keras.Model
        With layers ``"embedding"``, ``"logits"`` and, last, ``"probabilities"`` or ``"values"``.

    Raises
    ------
    UsageError
        If the model, the task or a hyper-parameter is unknown, or the input does not fit.
    """
    input_spec, head = specification(name, task, input_shape, hyperparameters)
    return build_from(name, input_spec, head, hyperparameters)


def specification(
    name: str,
    task: str | None = None,
    input_shape: Any = None,
    hyperparameters: Mapping[str, Any] | None = None,
) -> tuple[InputSpec, AnswerKind]:
    """Return the inputs and outputs with which a model is built where nothing else is said.

    Parameters
    ----------
    name : str
        A registered model.
    task : str, optional
        A task, taken with its default physics, or with that which the model asks for if it was made
        for this task. Without it: the task that the model was made for, or else the textbook form
        of the family.
    input_shape : tuple of int or dict of tuple, optional
        Shape of one example instead.
    hyperparameters : mapping, optional
        Of the model, which the answers of methods without labels depend on.

    Raises
    ------
    UsageError
        If the model or task is unknown, or the entry has neither task nor input shape.
    """
    entry = model_entry(name)
    question = task or entry.task
    if question is not None and (task is not None or input_shape is None):
        made_for = entry.physics if question == entry.task else {}
        physics = build_physics(question, made_for)
        spec, head = get_task(question).input_spec(physics), get_task(question).head(physics)
        if input_shape is not None:
            spec = replace(spec, shape=input_shape)
    else:
        shape = input_shape or entry.input_shape
        if shape is None:
            raise UsageError(f"model {name!r} needs a task or an input shape")
        spec, head = InputSpec(shape), answer_kind(entry.kind).textbook(entry.outputs)
    return spec, _answer(entry, head, spec, hyperparameters or {})


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
    return _answer(model_entry(name), task.head(physics), spec, hyperparameters or {})


def own_answer(
    name: str, input_spec: InputSpec, hyperparameters: Mapping[str, Any]
) -> AnswerKind | None:
    """Return what a model gives back whatever it is asked; None where it answers the question.

    Parameters
    ----------
    name : str
        A registered model.
    input_spec : InputSpec
        What it takes.
    hyperparameters : mapping
        Instead of the defaults.
    """
    answer = resolve_answer(name)
    if answer is None:
        return None
    return answer(input_spec, {**default_hyperparameters(name), **hyperparameters})


def _answer(
    entry: ModelEntry, asked: AnswerKind, input_spec: InputSpec, values: Mapping[str, Any]
) -> AnswerKind:
    """Return what a model answers to what is asked."""
    own = own_answer(entry.name, input_spec, values)
    if own is not None:
        return own
    head = answer_kind(entry.kind).of_model(asked, input_spec)
    return head if entry.distributions else head.without_distribution()


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
    try:
        return builder(input_spec, head, **values)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error
    except (TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"{name} can't be built with {given}: {reason}") from error


def default_hyperparameters(name: str) -> dict[str, Any]:
    """Return every hyper-parameter of a model with its default.

    These are the defaults in the builder's signature, with the values of the registered preset in
    their place where it names them.
    """
    defaults = {
        key: parameter.default
        for key, parameter in (_parameters(resolve_builder(name)) or {}).items()
        if parameter.default is not parameter.empty
    }
    return {**defaults, **model_entry(name).hyperparameters}


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
