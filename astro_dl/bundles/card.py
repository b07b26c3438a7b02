"""The card of a bundle: what it is, where it comes from and how good it is."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.registry import answer_kind
from astro_dl.core.schema import plain
from astro_dl.core.task import InputSpec
from astro_dl.core.text_table import markdown_table

CARD_FORMAT = 1

WRITTEN: dict[str, tuple[type, ...]] = {
    "format": (int,),
    "name": (str,),
    "task": (str, type(None)),
    "model": (str,),
    "parameters": (int,),
    "packages": (dict,),
    "seed": (int,),
    "files": (dict,),
}
"""Keys that `astro_dl.bundles.bundle.save_bundle` fills in."""

PARTS: dict[str, tuple[type, ...]] = {
    "summary": (str,),
    "task_version": (int, type(None)),
    "input": (dict,),
    "head": (dict,),
    "input_statistics": (dict, type(None)),
    "data": (dict,),
    "split_hash": (str, type(None)),
    "metrics": (dict,),
    "baselines": (dict,),
    "thresholds": (dict,),
    "calibration": (dict,),
    "licence": (str,),
    "citation": (str,),
    "hardware": (str,),
    "training_time_s": (int, float, type(None)),
}
"""Keys that whoever makes a bundle may set; all have defaults."""

FILE_NAME = re.compile(
    r"config\.yaml|weights\.h5|history\.csv|metrics\.json|README\.md"
    r"|plots/[A-Za-z0-9][A-Za-z0-9_.-]*\.(png|pdf|svg)"
)
REQUIRED_FILES = ("config.yaml", "weights.h5")
SHA256 = re.compile(r"[0-9a-f]{64}")


def check_card_parts(parts: Mapping[str, Any]) -> None:
    """Raise `UsageError` for a key or a value that cannot be part of a card."""
    for key, value in parts.items():
        if key not in PARTS:
            raise unknown_name("card key", key, PARTS)
        _check_type(key, value, PARTS[key])


def read_card(text: str) -> dict[str, Any]:
    """Return a card from strict JSON: no repeated keys, no NaN, every key there and of its type.

    Raises
    ------
    UsageError
        Naming the key that is missing, unknown or of a wrong type.
    """
    try:
        card = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not readable as JSON: {error}") from None
    if not isinstance(card, dict):
        raise UsageError("holds no mapping")
    if card.get("format") != CARD_FORMAT:
        raise UsageError(f"format {card.get('format')!r}; this version reads {CARD_FORMAT}")
    schema = WRITTEN | PARTS
    for key, types in schema.items():
        if key not in card:
            raise UsageError(f"key {key!r} is missing")
        _check_type(key, card[key], types)
    for key in card:
        if key not in schema:
            raise unknown_name("card key", key, schema)
    check_file_names(card["files"])
    card_input_spec(card)
    card_head(card).check_calibration(card["calibration"])
    return card


def check_file_name(name: str) -> None:
    """Raise `UsageError` unless a bundle can hold a file of this name; no path leads out of it."""
    if not FILE_NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not the name of a file of a bundle")


def check_file_names(files: Mapping[str, Any]) -> None:
    """Raise `UsageError` unless every name is one that a bundle can hold, with a sha256."""
    for name, digest in files.items():
        check_file_name(name)
        if not isinstance(digest, str) or not SHA256.fullmatch(digest):
            raise UsageError(f"{name!r} has no valid sha256")
    for name in REQUIRED_FILES:
        if name not in files:
            raise UsageError(f"file {name!r} is not listed")


def card_head(card: Mapping[str, Any]) -> AnswerKind:
    """Return the head that the model of a card has.

    Raises
    ------
    UsageError
        If the card's ``head`` is not one.
    """
    head = card["head"]
    if not _texts(head.get("names")) or not head["names"] or not _texts(head.get("units")):
        raise UsageError("head.names and head.units are not lists of texts")
    try:
        return answer_kind(str(head.get("kind"))).from_card(head)
    except UsageError as error:
        raise UsageError(f"head: {error}") from None


def card_input_spec(card: Mapping[str, Any]) -> InputSpec:
    """Return the input that the model of a card takes.

    Raises
    ------
    UsageError
        If the card's ``input`` is not a shape and a contract.
    """
    shape, contract = card["input"].get("shape"), card["input"].get("contract")
    if not isinstance(contract, dict):
        raise UsageError("input.contract is not a mapping")
    if isinstance(shape, dict) and shape:
        return InputSpec({name: _shape(one) for name, one in shape.items()}, contract)
    return InputSpec(_shape(shape), contract)


def package_versions() -> dict[str, str]:
    """Return the versions of what trains and runs models, with Keras's backend."""
    import keras

    names = ("astro_dl", "keras", keras.config.backend(), "numpy", "h5py", "astropy", "scipy")
    versions = {}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return versions


def dump_json(value: Any) -> str:
    """Return strict JSON text: NumPy values as plain ones, what is not finite as null."""
    return json.dumps(_finite(plain(value)), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def readme(card: Mapping[str, Any]) -> str:
    """Return the card as Markdown for people."""
    facts = {
        "Task": card["task"] or "none",
        "Model": f"{card['model']}, {card['parameters']:,} parameters",
        "Input": _words(card["input"]["shape"]),
        "Output": f"{card['head']['kind']}: {', '.join(card['head']['names'])}",
        "Calibration": _words(card["calibration"]),
        "Thresholds": _words(card["thresholds"]),
        "Trained on": card["hardware"] or "not stated",
        "Training time": _seconds(card["training_time_s"]),
        "Seed": card["seed"],
        "Split": card["split_hash"] or "not stated",
        "Versions": _words(card["packages"]),
        "Licence": card["licence"] or "not stated",
    }
    parts = [f"# {card['name']}", card["summary"]]
    parts.append("\n".join(f"- {key}: {value}" for key, value in facts.items() if value != ""))
    parts.append(_section("Input contract", card["input"]["contract"]))
    parts.append(_section("Data", card["data"]))
    metrics = card["metrics"]
    methods = {"network": metrics.get("simulated", {}), **card["baselines"]}
    parts.append(_scores("Scores on simulated data", methods))
    for name, values in metrics.get("real", {}).items():
        parts.append(_real_scores(name, values))
    if card["citation"]:
        parts.append(f"## Citation\n\n{card['citation']}")
    use = f'import astro_dl\n\ntable = astro_dl.load_pretrained("{card["name"]}").predict(inputs)'
    parts.append(f"## Use\n\n```python\n{use}\n```")
    return "\n\n".join(part for part in parts if part) + "\n"


def _check_type(key: str, value: Any, types: tuple[type, ...]) -> None:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        wanted = " or ".join("null" if one is type(None) else one.__name__ for one in types)
        raise UsageError(f"key {key!r} is {type(value).__name__}; accepted: {wanted}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key is given twice")
    return values


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not accepted")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not value:
        raise UsageError(f"input.shape is {value!r}; accepted: a list of whole numbers")
    if not all(type(n) is int and 0 < n < 2**31 for n in value):
        raise UsageError(f"input.shape is {value!r}; accepted: whole numbers above 0")
    return tuple(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


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
