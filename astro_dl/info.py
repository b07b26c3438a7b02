"""What a model, a task or a shipped bundle is: input, output, settings, reference, results."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astro_dl.bundles.card import Card
from astro_dl.bundles.files import CARD, read_text_file
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import look_up, unknown_name
from astro_dl.core.registry import (
    all_models,
    all_tasks,
    get_task,
    list_models,
    model_entry,
    task_entry,
)
from astro_dl.core.schema import keyword_defaults, plain
from astro_dl.core.shipped import known_bundles, list_bundles
from astro_dl.core.showing.display import MOST_FACTS, html_of, text_of
from astro_dl.core.task import InputSpec


@dataclass(frozen=True)
class Info:
    """Facts about a model, a task or a bundle; `print` shows all of them as an indented list.

    Parameters
    ----------
    name : str
        The registered name.
    facts : mapping
        Heading to text, number, list or nested mapping; plain values only.
    """

    name: str
    facts: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return name and facts as one plain dict."""
        return {"name": self.name, **self.facts}

    def __str__(self) -> str:
        return "\n".join([self.name, *_lines(self.facts, "  ")])

    def __repr__(self) -> str:
        return text_of(self.name, self._shown())

    def _repr_html_(self) -> str:
        return html_of(self.name, self._shown())

    def _shown(self) -> dict[str, str]:
        """Return the facts in a line each, as far as they go into one."""
        lines = {key: _lines({key: one}, "") for key, one in self.facts.items() if key != "bibtex"}
        told = {key: "; ".join(one).removeprefix(f"{key}:") for key, one in lines.items() if one}
        return {**told, "in full": "print(…)"} if len(told) < MOST_FACTS else told


def info(name: str) -> Info:
    """Return what a model, a task or a shipped bundle is; of equal names, in this order.

    Raises
    ------
    UsageError
        If there is nothing of this name.
    """
    for known, tell in (
        (all_models(), model_info),
        (all_tasks(), task_info),
        (known_bundles(), bundle_info),
    ):
        if name in known:
            return tell(name)
    known_names = {*all_models(), *all_tasks(), *known_bundles()}
    raise unknown_name("model, task or bundle", name, known_names)


def model_info(name: str) -> Info:
    """Return what a model is; imports no Keras.

    Parameters
    ----------
    name : str
        A registered name.

    Returns
    -------
    Info
        Summary, task, input and output that it is built with where nothing else is said, every
        hyper-parameter with its default, reference, BibTeX, and the number of parameters and the
        metrics of the cards of all bundles of it that are shipped.

    Raises
    ------
    UsageError
        If the model is not registered.
    """
    from astro_dl.models.defaults import default_hyperparameters
    from astro_dl.models.specification import specification

    entry = model_entry(name)
    axes = " or ".join(map(str, entry.rank)) or "any number of"
    # A family of others may have no textbook form.
    has_form = entry.task or entry.input_shape
    input_facts, output_facts = _ends(*specification(name)) if has_form else ({}, {})
    return Info(
        name,
        {
            "summary": entry.summary,
            "task": entry.task,
            "input": {"axes of one example": axes, **input_facts},
            "output": output_facts,
            "hyperparameters": plain(default_hyperparameters(name)),
            "reference": entry.reference,
            "bibtex": entry.bibtex,
            "pretrained": _shipped(name),
        },
    )


def bundle_info(name: str) -> Info:
    """Return what a shipped bundle is, from its card; imports no Keras.

    Parameters
    ----------
    name : str
        The name of its folder.

    Returns
    -------
    Info
        Summary, model, task, input and output, number of parameters, what it was trained on,
        metrics, licence and citation.

    Raises
    ------
    UsageError
        If no such bundle is shipped.
    """
    card = _card(look_up("bundle", name, known_bundles()))
    input_facts, output_facts = _ends(card.input, card.head)
    trained = {key: getattr(card.data, key) for key in ("source", "mode", "n_train", "caution")}
    return Info(
        name,
        {
            **{key: getattr(card, key) for key in ("summary", "model", "task")},
            "input": input_facts,
            "output": output_facts,
            "parameters": card.parameters,
            "trained on": trained,
            **{key: getattr(card, key) for key in ("metrics", "licence", "citation")},
        },
    )


def task_info(name: str) -> Info:
    """Return what a task is.

    Parameters
    ----------
    name : str
        A registered name.

    Returns
    -------
    Info
        Summary, input and output, every physics field and every option of prediction on files
        with its default, the models made for it, reference and BibTeX.

    Raises
    ------
    UsageError
        If the task is not registered.
    """
    entry, task = task_entry(name), get_task(name)
    input_facts, output_facts = _task_ends(name)
    return Info(
        name,
        {
            "summary": entry.summary or task.summary,
            "input": input_facts,
            "output": output_facts,
            "physics": plain(task.physics()),
            "predict options": plain(keyword_defaults(task.files.reader))
            if task.files.reader
            else None,
            "optimal bound": task.classical.bound,
            "models": list_models(task=name),
            "reference": entry.reference,
            "bibtex": entry.bibtex,
        },
    )


def _task_ends(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the input and output facts of a task with its default physics."""
    task = get_task(name)
    physics = task.physics()
    return _ends(task.input_spec(physics), task.head(physics))


def _ends(spec: InputSpec, head: AnswerKind) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {"shape": plain(spec.shape), **plain(spec.contract)},
        {
            "kind": head.kind,
            "names": list(head.names),
            "units": list(head.units),
            "distribution": getattr(head, "distribution", None),
        },
    )


def _shipped(model: str) -> dict[str, Any]:
    """Return what is told of each shipped bundle of a model, by the bundle's name."""
    # Reading a card whole takes ten milliseconds, and there are many.
    names = [name for name, bundle in list_bundles().items() if bundle.model == model]
    cards = {name: _card(known_bundles()[name]) for name in names}
    return {
        name: {"parameters": card.parameters, "metrics": card.metrics, "licence": card.licence}
        for name, card in cards.items()
    }


def _card(folder: Path) -> Card:
    return Card.from_json(read_text_file(folder, CARD))


def _lines(facts: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in facts.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
        elif isinstance(value, str) and "\n" in value:
            lines += [f"{indent}{key}:", *(f"{indent}  {line}" for line in value.splitlines())]
        elif isinstance(value, list):
            lines.append(f"{indent}{key}: {', '.join(map(str, value))}")
        else:
            lines.append(f"{indent}{key}: {value}")
    return lines
