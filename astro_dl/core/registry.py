"""The names of all models and tasks, found without importing what builds them."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from astro_dl.core.discovery import load_all
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.schema import read_dataclass
from astro_dl.core.shipped import shipped_bundles

if TYPE_CHECKING:
    from astro_dl.core.answer import AnswerKind
    from astro_dl.core.task import Task

NETWORK = "network"
"""What a network is called beside other methods."""


@dataclass(frozen=True)
class SmallForm:
    """What contract tests change of a model that would be slow, or learn slowly, as it is.

    Parameters
    ----------
    hyperparameters : mapping
        Smaller values, in place of the model's own.
    input_shape : tuple of int or None
        A smaller input.
    learning_rate : float
        Of Adam, in the few steps in which the model learns one batch by heart.
    """

    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    input_shape: tuple[int, ...] | None = None
    learning_rate: float = 3e-3


@dataclass(frozen=True)
class ModelEntry:
    """A registered model.

    Parameters
    ----------
    name : str
        The registered name.
    builder : callable or str
        ``(input_spec, head, **hyperparameters) -> keras.Model``, or ``"module:function"``, imported
        when first built.
    summary : str
        One line for people.
    task : str or None
        The task the model was made for; None for a family that any fitting task can use.
    rank : tuple of int
        Accepted numbers of axes of one example; empty where every rank is accepted.
    hyperparameters : mapping
        Values that differ from the builder's own defaults: what makes a preset of a family.
    physics : mapping
        Values that differ from the defaults of the task's physics: the inputs that the model was
        made for.
    input_shape, kind, outputs
        Textbook input shape, head kind and number of outputs, used where no task is given; models
        of kind ``"reconstruction"`` rebuild the inputs of whatever task they are given.
    jit_compile : mapping
        Whether compiling by XLA is faster, per device kind (``"cpu"``, ``"gpu"``), as measured by
        ``scripts/benchmark_training``.
    fit : callable, str or None
        For models that are fitted at once and not by gradient descent, ``(name, input_spec, head,
        training, validation, seed, hyperparameters) -> (keras.Model, hyperparameters)``, the sets
        as pairs of inputs and targets; or ``"module:function"``.
    answer : callable, str or None
        ``(input_spec, hyperparameters) -> AnswerKind``, or ``"module:function"``: what the model
        gives back whatever it is asked; None for what its kind makes of the question.
    scanner : callable, str or None
        ``(bundle, runtime, step) -> Scanner | None``, or ``"module:function"``: what scores the
        windows of a long series at once, see `astro_dl.inference.runtime`; None for what a chain of
        layers without padding has by itself.
    answers : tuple of str
        Kinds of answer that it can give; empty where it gives all with labels.
    distributions : bool
        Whether it can answer with the distribution of a value; if not, it gives the value alone
        where a task asks for one.
    small : SmallForm
        The form that tests build it in, see `astro_dl.testing.check_model`.
    reference, bibtex : str
        Where the architecture comes from.
    """

    name: str
    builder: Callable[..., Any] | str
    summary: str
    task: str | None = None
    rank: tuple[int, ...] = ()
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    physics: Mapping[str, Any] = field(default_factory=dict)
    input_shape: tuple[int, ...] | None = None
    kind: str = "binary"
    outputs: int = 1
    jit_compile: Mapping[str, bool] = field(default_factory=lambda: {"cpu": False, "gpu": True})
    fit: Callable[..., Any] | str | None = None
    answer: Callable[..., "AnswerKind"] | str | None = None
    scanner: Callable[..., Any] | str | None = None
    answers: tuple[str, ...] = ()
    distributions: bool = True
    small: SmallForm = SmallForm()
    reference: str = ""
    bibtex: str = ""


@dataclass(frozen=True)
class TaskEntry:
    """A registered task.

    Parameters
    ----------
    name : str
        The registered name.
    task : Task or str
        The task, or ``"module:attribute"``, imported when first used.
    summary : str
        One line for people.
    headline : mapping of str to str
        The task's own metrics by which it is judged first, besides those of its kind of answer:
        key in what ``Task.extra_metrics`` returns, and heading in tables.
    small : mapping
        Values of the physics with which tests simulate a task that would be slow as it is.
    reference, bibtex : str
        Where the protocol comes from.
    """

    name: str
    task: "Task | str"
    summary: str
    headline: Mapping[str, str] = field(default_factory=dict)
    small: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""
    bibtex: str = ""


_answer_kinds: dict[str, "type[AnswerKind] | str"] = {}
_models: dict[str, ModelEntry] = {}
_tasks: dict[str, TaskEntry] = {}


def register_model(name: str, builder: Callable[..., Any] | str | None = None, **about: Any) -> Any:
    """Register a model builder under a name; without ``builder`` a decorator for one.

    Parameters
    ----------
    name : str
        A new name.
    builder : callable or str, optional
        The builder, or where it is found, as ``"module:function"``.
    **about
        Further fields of `ModelEntry`.

    Raises
    ------
    UsageError
        If the name is taken by another builder.
    """

    def register(function: Callable[..., Any] | str) -> Callable[..., Any] | str:
        text = "" if isinstance(function, str) else (function.__doc__ or "").strip().split("\n")[0]
        entry = ModelEntry(name=name, builder=function, **{"summary": text, **about})
        _add("model", _models, name, entry)
        return function

    return register if builder is None else register(builder)


def register_task(name: str, task: "Task | str | None" = None, **about: Any) -> Any:
    """Register a task under a name; without ``task`` a decorator for a function that returns one.

    Parameters
    ----------
    name : str
        A new name.
    task : Task or str, optional
        The task, or where it is found, as ``"module:attribute"``.
    **about
        Further fields of `TaskEntry`.

    Raises
    ------
    UsageError
        If the name is taken by another task.
    """

    def register(made: "Task | str") -> "Task | str":
        entry = TaskEntry(
            name=name, task=made, **{"summary": getattr(made, "summary", ""), **about}
        )
        _add("task", _tasks, name, entry)
        return made

    def decorate(function: Callable[[], "Task"]) -> Callable[[], "Task"]:
        register(function())
        return function

    return decorate if task is None else register(task)


def register_answer_kind(name: str, kind: "type[AnswerKind] | str") -> None:
    """Register a kind of answer under a name.

    Parameters
    ----------
    name : str
        A new name.
    kind : type or str
        The class, see `astro_dl.core.answer.AnswerKind`, or ``"module:class"``, imported when first
        used.

    Raises
    ------
    UsageError
        If the name is taken by another kind.
    """
    _add("answer kind", _answer_kinds, name, kind)


def list_models(
    pattern: str = "*", task: str | None = None, pretrained: bool | None = None
) -> list[str]:
    """Return the sorted names of the registered models; imports no Keras.

    Parameters
    ----------
    pattern : str, default "*"
        A shell-style wildcard, such as ``"gw_*"``.
    task : str, optional
        Only models made for this task.
    pretrained : bool, optional
        Only models with (True) or without (False) shipped weights.

    Raises
    ------
    UsageError
        If the task is not registered.
    """
    if task is not None:
        task_entry(task)
    shipped = shipped_bundles() if pretrained is not None else ()
    return sorted(
        name
        for name, entry in all_models().items()
        if fnmatchcase(name, pattern)
        and task in (None, entry.task)
        and (pretrained is None or (name in shipped) == pretrained)
    )


def list_tasks(pattern: str = "*") -> list[str]:
    """Return the sorted names of the registered tasks that match a shell-style wildcard."""
    return sorted(name for name in all_tasks() if fnmatchcase(name, pattern))


def all_models() -> dict[str, ModelEntry]:
    """Return every registered model by name."""
    load_all()
    return _models


def all_tasks() -> dict[str, TaskEntry]:
    """Return every registered task by name."""
    load_all()
    return _tasks


def answer_kind(name: str) -> "type[AnswerKind]":
    """Return a kind of answer, importing it if need be.

    Raises
    ------
    UsageError
        If it is not registered; with the nearest name.
    """
    load_all()
    kind = look_up("kind of answer", name, _answer_kinds)
    if isinstance(kind, str):
        kind = _answer_kinds[name] = _import(kind)
    return kind


def model_entry(name: str) -> ModelEntry:
    """Return the entry of a model; raises `UsageError` with the nearest name if there is none."""
    return look_up("model", name, all_models())


def task_entry(name: str) -> TaskEntry:
    """Return the entry of a task; raises `UsageError` with the nearest name if there is none."""
    return look_up("task", name, all_tasks())


def resolve_builder(name: str) -> Callable[..., Any]:
    """Return the builder of a model, importing it if need be."""
    entry = model_entry(name)
    if isinstance(entry.builder, str):
        entry = replace(entry, builder=_import(entry.builder))
        _models[name] = entry
    return entry.builder  # type: ignore[return-value]


def method_title(name: str) -> str:
    """Return what a model is called beside other methods: a network, or the method that it is."""
    return NETWORK if model_entry(name).fit is None else name.replace("_", " ")


def resolve_fit(name: str) -> Callable[..., Any] | None:
    """Return what fits a model at once, importing it if need be; None for networks."""
    fit = model_entry(name).fit
    return _import(fit) if isinstance(fit, str) else fit


def resolve_answer(name: str) -> Callable[..., "AnswerKind"] | None:
    """Return what says the answer of a model by its hyper-parameters; None where its kind does."""
    answer = model_entry(name).answer
    return _import(answer) if isinstance(answer, str) else answer


def resolve_scanner(name: str) -> Callable[..., Any] | None:
    """Return what finds the scanner of a model, importing it if need be; None for the usual way."""
    scanner = model_entry(name).scanner
    return _import(scanner) if isinstance(scanner, str) else scanner


def get_task(name: str) -> "Task":
    """Return a task by name, importing it if need be."""
    entry = task_entry(name)
    if isinstance(entry.task, str):
        entry = replace(entry, task=_import(entry.task))
        _tasks[name] = entry
    return entry.task  # type: ignore[return-value]


def _add(what: str, entries: dict[str, Any], name: str, entry: Any) -> None:
    taken = entries.get(name)
    if taken is not None and taken != entry:
        raise UsageError(f"{what} {name!r} is registered already; choose another name")
    entries[name] = entry


def _import(target: str) -> Any:
    module, attribute = target.split(":")
    return getattr(importlib.import_module(module), attribute)


def build_physics(task: "str | Task", mapping: Mapping[str, Any]) -> Any:
    """Return an instance of a task's physics dataclass.

    Parameters
    ----------
    task : str or Task
        A task or its registered name.
    mapping : mapping
        Field name to plain value; missing fields take their defaults.

    Raises
    ------
    UsageError
        For an unknown task or field, or a value that is not accepted.
    """
    task = get_task(task) if isinstance(task, str) else task
    return read_dataclass(task.physics, mapping, "physics")
