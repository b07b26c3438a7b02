"""What a model is given and gives back: as its task has it, or as a caller says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Count
from astro_dl.core.registry import (
    ModelEntry,
    answer_kind,
    build_physics,
    get_task,
    model_entry,
)
from astro_dl.core.schema import coerce
from astro_dl.core.task import InputSpec
from astro_dl.models.defaults import model_answer

Names = int | Sequence[str]
SHAPE = Count | tuple[Count, ...] | dict[str, tuple[Count, ...]]


@dataclass(frozen=True)
class Asked:
    """What a caller says of a model's outputs; of None, what is usual for the model holds.

    Parameters
    ----------
    head : AnswerKind, optional
        All that is to be said.
    kind : str, optional
        A registered kind of answer.
    outputs : int, optional
        Number of logits.
    classes, targets : int or sequence of str, optional
        Names of the classes, or of the values; or how many.
    """

    head: AnswerKind | None = None
    kind: str | None = None
    outputs: int | None = None
    classes: Names | None = None
    targets: Names | None = None

    def answer(self, usual: AnswerKind) -> AnswerKind:
        """Return what is asked for.

        Parameters
        ----------
        usual : AnswerKind
            What the model gives where nothing is said.

        Raises
        ------
        UsageError
            If what is said is unknown, or contradicts itself.
        """
        said = [one.name for one in fields(self) if getattr(self, one.name) is not None]
        if not said:
            return usual
        if self.head is not None:
            if said != ["head"]:
                raise UsageError(f"head says all of the outputs; leave out {', '.join(said[1:])}")
            return self.head
        found = self._named() if {"classes", "targets"} & {*said} else self._counted(usual)
        if len(found.classes) == 1:
            raise UsageError(
                f"a {found.kind} answer of one class says nothing; accepted: two classes and "
                "more, or outputs 1 for a single probability"
            )
        if self.outputs not in (None, found.outputs):
            raise UsageError(
                f"outputs is {self.outputs}, but a {found.kind} answer for "
                f"{', '.join(found.names)} has {found.outputs}"
            )
        return found

    def _named(self) -> AnswerKind:
        if self.classes is not None and self.targets is not None:
            raise UsageError("classes and targets are both given; accepted: one of them")
        what = "targets" if self.classes is None else "classes"
        names = _names(self.classes if self.targets is None else self.targets, what)
        usual = "regression"
        if what == "classes":
            usual = "binary" if len(names) == 2 and self.outputs in (None, 1) else "multiclass"
        found = answer_kind(self.kind or usual)(names)
        if bool(found.classes) != (what == "classes"):
            other = "classes" if found.classes else "targets"
            raise UsageError(f"a {found.kind} answer has no {what}; accepted: {other}")
        return found

    def _counted(self, usual: AnswerKind) -> AnswerKind:
        count = coerce(usual.outputs if self.outputs is None else self.outputs, Count, "outputs")
        kind = self.kind or usual.kind
        if kind == usual.kind and count == usual.outputs:
            return usual
        if self.kind is None and usual.classes:
            kind = "binary" if count == 1 else "multiclass"
        elif self.kind is None and not usual.labelled:
            raise UsageError(f"outputs is {count}, but a {kind} has those of its input")
        found = answer_kind(kind)
        both = bool(usual.classes) and self.outputs is None
        return found(usual.classes) if both and found.textbook(2).classes else found.textbook(count)


def specification(
    name: str,
    task: str | None = None,
    input_shape: Any = None,
    physics: Any = None,
    input_spec: InputSpec | None = None,
    asked: Asked | None = None,
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
    physics : mapping or dataclass, optional
        Fields of the task's physics that are to be others.
    input_spec : InputSpec, optional
        Instead of the task's, or of a shape.
    asked : Asked, optional
        What is said of the outputs.
    hyperparameters : mapping, optional
        Of the model, which the answers of methods without labels depend on.

    Raises
    ------
    UsageError
        If the model, the task or a kind of answer is unknown, there is neither task nor input
        shape, or what is said contradicts itself.
    """
    entry = model_entry(name)
    question = task or entry.task
    if input_spec is not None and input_shape is not None:
        raise UsageError("input_spec and input_shape are both given; accepted: one of them")
    spec: InputSpec | None = None
    if question is not None:
        spec, head = _of_task(entry, question, physics)
    elif physics is not None:
        raise UsageError(f"physics is that of a task, and {name} has none; say task")
    else:
        head = answer_kind(entry.kind).textbook(entry.outputs)
        spec = InputSpec(entry.input_shape) if entry.input_shape else None
    if input_shape is not None:
        shape = coerce(input_shape, SHAPE, "input_shape")
        shape = (shape,) if isinstance(shape, int) else shape
        spec = InputSpec(shape) if spec is None else replace(spec, shape=shape)
    spec = input_spec or spec
    if spec is None:
        raise UsageError(f"model {name!r} needs a task or an input shape")
    usual = model_answer(entry, head, spec, hyperparameters or {})
    return spec, usual if asked is None else asked.answer(usual)


def _of_task(entry: ModelEntry, task: str, physics: Any) -> tuple[InputSpec, AnswerKind]:
    made_for = entry.physics if task == entry.task else {}
    asked = get_task(task)
    if not isinstance(physics, asked.physics):
        if not isinstance(physics, Mapping | None):
            raise UsageError(
                f"physics is {physics!r}; accepted: a mapping, or {asked.physics.__name__}"
            )
        physics = build_physics(asked, {**made_for, **(physics or {})})
    return asked.input_spec(physics), asked.head(physics)


def _names(names: Any, what: str) -> tuple[str, ...]:
    if isinstance(names, int) and not isinstance(names, bool):
        names = [f"{what[:-2] if what == 'classes' else what[:-1]}_{one}" for one in range(names)]
    if isinstance(names, str) or not all(isinstance(one, str) for one in names):
        raise UsageError(f"{what} is {names!r}; accepted: a list of names, or how many")
    if not names or len(set(names)) < len(names):
        raise UsageError(f"{what} is {list(names)}; accepted: names, each once, at least one")
    return tuple(names)
