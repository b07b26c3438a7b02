"""What a model or a task is: input, output, settings, reference, and shipped results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astro_dl.bundles.card import Card
from astro_dl.bundles.files import CARD, read_text_file
from astro_dl.core.registry import get_task, list_models, model_entry, task_entry
from astro_dl.core.schema import keyword_defaults, plain
from astro_dl.core.shipped import shipped_bundles


@dataclass(frozen=True)
class Info:
    """Facts about a model or a task, printed as an indented list.

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

    __repr__ = __str__


def model_info(name: str) -> Info:
    """Return what a model is.

    Parameters
    ----------
    name : str
        A registered name.

    Returns
    -------
    Info
        Summary, task, input and output, every hyper-parameter with its default, reference,
        BibTeX, and the card's number of parameters and metrics where weights are shipped.

    Raises
    ------
    UsageError
        If the model is not registered.
    """
    from astro_dl.models.build import default_hyperparameters

    entry = model_entry(name)
    if entry.task is not None:
        input_facts, output_facts = _task_ends(entry.task)
    else:
        axes = " or ".join(map(str, entry.rank)) or "any number of"
        input_facts = {"axes of one example": axes, "textbook shape": plain(entry.input_shape)}
        output_facts = {"textbook kind": entry.kind, "textbook outputs": entry.outputs}
    return Info(
        name,
        {
            "summary": entry.summary,
            "task": entry.task,
            "input": input_facts,
            "output": output_facts,
            "hyperparameters": plain(default_hyperparameters(name)),
            "reference": entry.reference,
            "bibtex": entry.bibtex,
            "pretrained": _shipped(name),
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
    spec, head = task.input_spec(physics), task.head(physics)
    return (
        {"shape": plain(spec.shape), **plain(spec.contract)},
        {
            "kind": head.kind,
            "names": list(head.names),
            "units": list(head.units),
            "distribution": getattr(head, "distribution", None),
        },
    )


def _shipped(name: str) -> dict[str, Any] | None:
    folder = shipped_bundles().get(name)
    if folder is None:
        return None
    card = Card.from_json(read_text_file(folder, CARD))
    return {"parameters": card.parameters, "metrics": card.metrics, "licence": card.licence}


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
