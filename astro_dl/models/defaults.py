"""What a model has and gives back where nothing else is said."""

from collections.abc import Mapping
from typing import Any

from astro_dl.core.answer import AnswerKind
from astro_dl.core.registry import ModelEntry, answer_kind, model_entry, resolve_answer
from astro_dl.core.source.signatures import builder_defaults
from astro_dl.core.task import InputSpec


def default_hyperparameters(name: str) -> dict[str, Any]:
    """Return every hyper-parameter of a model with its default.

    These are the defaults in the builder's signature, with the values of the registered preset in
    their place where it names them.
    """
    entry = model_entry(name)
    return {**builder_defaults(entry.builder), **entry.hyperparameters}


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


def model_answer(
    entry: ModelEntry, asked: AnswerKind, input_spec: InputSpec, values: Mapping[str, Any]
) -> AnswerKind:
    """Return what a model answers to what is asked."""
    own = own_answer(entry.name, input_spec, values)
    if own is not None:
        return own
    head = answer_kind(entry.kind).of_model(asked, input_spec)
    return head if entry.distributions else head.without_distribution()
