"""The card of a bundle for people: its README.md."""

from collections.abc import Iterator, Mapping
from typing import Any

from astro_dl.bundles.card import Card
from astro_dl.core.registry import method_title
from astro_dl.core.text_table import markdown_table


def readme(card: Card) -> str:
    """Return the card as Markdown for people."""
    facts = {
        "Task": card.task or "none",
        "Model": f"{card.model}, {card.parameters:,} parameters",
        "Input": _words(card.input.shape),
        "Output": f"{card.head.kind}: {', '.join(card.head.names)}",
        "Calibration": _words(card.calibration),
        "Thresholds": _words(card.thresholds),
        "Coverage": f"guaranteed by {card.guarantees.source}" if card.guarantees else "",
        "Trained on": card.hardware or "not stated",
        "Training time": _seconds(card.training_time_s),
        "Seed": card.seed,
        "Split": card.split_hash or "not stated",
        "Versions": _words(card.packages),
        "Licence": card.licence or "not stated",
    }
    parts = [f"# {card.name}", card.summary]
    parts.append("\n".join(f"- {key}: {value}" for key, value in facts.items() if value != ""))
    parts.append(_section("Input contract", card.input.contract))
    parts.append(_section("Data", card.data.to_plain()))
    metrics = card.metrics
    methods = {method_title(card.model): metrics.get("simulated", {}), **card.baselines}
    parts.append(_scores("Scores on simulated data", methods))
    for name, values in metrics.get("real", {}).items():
        parts.append(_real_scores(name, values))
    if card.citation:
        parts.append(f"## Citation\n\n{card.citation}")
    use = f'import astro_dl\n\ntable = astro_dl.load_pretrained("{card.name}").predict(inputs)'
    parts.append(f"## Use\n\n```python\n{use}\n```")
    return "\n\n".join(part for part in parts if part) + "\n"


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
    return _scores(f"Scores on the real set {name}", table)


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


def _seconds(value: float | None) -> str:
    return "not stated" if value is None else f"{value:.0f} s"
