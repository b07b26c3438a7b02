"""The card of a bundle for people: its README.md, with the front matter that model hubs read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from astro_dl.bundles.card import Card
from astro_dl.bundles.headlines import OWN, better_peers, headline_metric, headlines
from astro_dl.core.reading.strict_yaml import write_yaml
from astro_dl.core.registry import all_tasks, get_task, method_title
from astro_dl.core.showing.text_table import markdown_table
from astro_dl.core.source.docstrings import parameter_texts
from astro_dl.core.task import BY_OTHERS, unsimulated

LICENCES = {"BSD-3-Clause": "bsd-3-clause", "CC-BY-4.0": "cc-by-4.0"}
"""What hubs call a licence; all else is ``other``."""

FIRST_FIGURES = ("efficiency", "roc", "confusion", "residuals", "latent")
FILES = "the files that docs/files.md lists, or objects of other packages"
WATTS_PER_CORE = 10.0
"""Assumed for the energy of a training, as nothing measures it."""

GRAMS_PER_KWH = 445.0
"""CO2 of the world's electricity in 2024: IEA, Electricity 2025."""


def readme(card: Card) -> str:
    """Return the card as Markdown for people."""
    parts = [f"---\n{write_yaml(_front_matter(card))}---", f"# {card.name}", card.summary]
    figure = next((name for name in FIRST_FIGURES if f"plots/{name}.png" in card.files), None)
    if figure:
        parts.append(f"![{figure} on the test set](plots/{figure}.png)")
    parts += [_intended_use(card), _limits(card), _use(card), _thresholds(card)]
    metrics = card.metrics
    methods = {method_title(card.model): metrics.get("simulated", {}), **card.baselines}
    parts.append(_scores("Scores on simulated data", methods))
    for name, values in metrics.get("real", {}).items():
        parts.append(_real_scores(name, values))
    facts = {
        "Model": f"{card.model}, {card.parameters:,} parameters",
        "Input": _words(card.input.shape),
        "Calibration": _words(card.calibration),
        "Coverage": f"guaranteed by {card.guarantees.source}" if card.guarantees else "",
        "Trained on": card.hardware or "not stated",
        "Training": _cost(card),
        "Seed": card.seed,
        "Split": card.split_hash or "not stated",
        "Versions": _words(card.packages),
        "Licence": card.licence or "not stated",
    }
    lines = "\n".join(f"- {key}: {value}" for key, value in facts.items() if value != "")
    parts.append(f"## Facts\n\n{lines}")
    parts.append(_section("Input contract", card.input.contract))
    parts.append(_section("Data", card.data.to_plain()))
    if card.citation:
        parts.append(f"## Citation\n\n{card.citation}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _front_matter(card: Card) -> dict[str, Any]:
    """Return what model hubs read: licence, tags, and the first metric of each test set."""
    spoken = card.licence.partition(";")[0].strip()
    tags = ["astronomy", "astro_dl", *filter(None, [card.task]), card.model, card.head.kind]
    sets = {"simulated": card.metrics.get("simulated", {}), **card.metrics.get("real", {})}
    results = []
    for name, found in sets.items():
        metrics = found if name == "simulated" else found.get(OWN, {})
        key = headline_metric(card, metrics)
        if key is None or metrics[key]["value"] is None:
            continue
        value = float(f"{metrics[key]['value']:.4g}")
        results.append(
            {
                "task": {"type": card.head.kind, "name": card.task or card.model},
                "dataset": {"type": name, "name": str(found.get("data", name))},
                "metrics": [{"type": key, "name": card.head.title(key), "value": value}],
            }
        )
    front: dict[str, Any] = {
        "license": LICENCES.get(spoken, "other"),
        "library_name": "astro_dl",
        "tags": list(dict.fromkeys(tags)),
        "model-index": [{"name": card.name, "results": results}],
    }
    spent = _core_hours(card)
    if spent is not None:
        grams = spent * WATTS_PER_CORE / 1000 * GRAMS_PER_KWH
        front["co2_eq_emissions"] = {
            "emissions": float(f"{grams:.2g}"),
            "source": f"{WATTS_PER_CORE:g} W a core, {GRAMS_PER_KWH:g} g/kWh, assumed",
            "hardware_used": card.hardware,
        }
    return front


def _intended_use(card: Card) -> str:
    entry = all_tasks().get(card.task or "")
    question = f"It answers: {entry.summary.rstrip('?.')}? " if entry else ""
    names = ", ".join(card.head.names)
    text = f"{question}The answer is of the kind {card.head.kind}: {names}."
    read = _files_told(card)
    text += f" It reads: {read}." if read else " It takes arrays, preprocessed as told below."
    return f"## Intended use\n\n{text}"


def _limits(card: Card) -> str:
    """Return what a user must know before the numbers are believed."""
    told = headlines(card)
    lines = better_peers(card)
    lines += [card.data.caution] if card.data.caution else []
    if not any(name.startswith("real") for name in told):
        lines.append("It was not tested on real data: all scores are of simulations.")
    elif any(name.startswith("simulated") for name in told):
        lines.append("On real data it does otherwise than on simulations; both are told below.")
    lines.append(
        "Inputs beyond the range of the training are flagged, and their answers withheld unless "
        "they are asked for."
    )
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _use(card: Card) -> str:
    """Return a program that runs as it stands, and the command for files of one's own."""
    lines = ["import astro_dl", "", f'predictor = astro_dl.load_pretrained("{card.name}")']
    task = get_task(card.task) if card.task in all_tasks() else None
    if task is None or task.simulate is unsimulated:
        lines.append("print(predictor)")
    else:
        lines += [
            f'examples = astro_dl.simulate("{task.name}", 4, **predictor.bundle.config.physics)',
            "print(predictor.predict(examples.x))",
        ]
    code = "\n".join(lines)
    text = f"## Use\n\n```python\n{code}\n```"
    if task is not None and task.files.reader is not None:
        text += f"\n\nOn files of your own:\n\n```sh\nastro-dl predict {card.name} FILES\n```"
    return text


def _files_told(card: Card) -> str:
    """Return what the reader of the task's files says of them."""
    reader = get_task(card.task).files.reader if card.task in all_tasks() else None
    if reader is None:
        return ""
    told = parameter_texts(reader).get("paths", "").partition(", see ")[0]
    return told if told and "astro_dl." not in told else FILES


def _thresholds(card: Card) -> str:
    if not card.thresholds:
        return ""
    rows = [[key, _words(one)] for key, one in card.thresholds.items()]
    table = markdown_table(["false-alarm probability", "logit above"], rows)
    return (
        "## Thresholds\n\nOf the negatives of the validation set this share has a logit above the "
        f"threshold. Choose one by how many false alarms you can look at.\n\n{table}"
    )


def _cost(card: Card) -> str:
    """Return what the training took: time, energy and carbon."""
    if card.training_time_s is None:
        return "not stated"
    seconds, spent = card.training_time_s, _core_hours(card)
    if spent is None:
        return f"{seconds:.0f} s"
    watt_hours = spent * WATTS_PER_CORE
    grams = watt_hours / 1000 * GRAMS_PER_KWH
    spoken = f"{seconds:.0f} s, {spent:.2g} core-hours, about {watt_hours:.2g} Wh"
    assumed = f"at {WATTS_PER_CORE:g} W a core and {GRAMS_PER_KWH:g} g/kWh, both assumed"
    return f"{spoken} and {grams:.2g} g of CO2 ({assumed})"


def _core_hours(card: Card) -> float | None:
    """Return the core-hours of the training; None where time or cores are not known."""
    cores = re.search(r"(\d+) cores?", card.hardware)
    if cores is None or card.training_time_s is None:
        return None
    return card.training_time_s / 3600 * int(cores[1])


def _section(title: str, values: Mapping[str, Any] | None) -> str:
    rows = [[key, value] for key, value in _flat(values or {}) if value != ""]
    return f"## {title}\n\n{markdown_table(['', ''], rows)}" if rows else ""


def _scores(title: str, methods: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a table of metrics against methods."""
    columns = [dict(_flat(values)) for values in methods.values()]
    names = list(dict.fromkeys(name for column in columns for name in column))
    if not names:
        return ""
    rows = [[name, *(column.get(name, "") for column in columns)] for name in names]
    return f"## {title}\n\n{markdown_table(['', *methods], rows)}"


def _real_scores(name: str, values: Mapping[str, Any]) -> str:
    """Return the table of a real set: facts are plain values, methods are mappings."""
    methods = {key: one for key, one in values.items() if isinstance(one, Mapping)}
    facts = {key: one for key, one in values.items() if key not in methods}
    first, *others = methods
    table = {first: {**facts, **methods[first]}, **{key: methods[key] for key in others}}
    simulated = BY_OTHERS in facts.get("data", "")
    called = f"set {name}, {BY_OTHERS}" if simulated else f"real set {name}"
    return _scores(f"Scores on the {called}", table)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested mappings; a value with its interval is one leaf."""
    for key, value in values.items():
        if isinstance(value, Mapping) and not {"value", "low", "high"} <= value.keys():
            yield from _flat(value, f"{prefix}{key}, ")
        else:
            yield f"{prefix}{key}", _words(value)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        if {"value", "low", "high"} <= value.keys():
            low, high = _words(value["low"]), _words(value["high"])
            ends = "" if value["low"] is None else f" ({low} to {high})"
            return f"{_words(value['value'])}{ends}"
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        more = ", …" if len(value) > 12 else ""
        return ", ".join(_words(one) for one in value[:12]) + more
    return f"{value:.4g}" if isinstance(value, float) else str(value)
