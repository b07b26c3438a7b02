"""What each method without labels answers, by its hyper-parameters."""

from collections.abc import Mapping
from typing import Any

from astro_dl.core.answer import AnswerKind
from astro_dl.core.registry import answer_kind
from astro_dl.core.task import InputSpec

Values = Mapping[str, Any]


def clusters(input_spec: InputSpec, values: Values) -> AnswerKind:
    """Return as many clusters as are asked for."""
    return _structure(clusters=int(values.get("n_clusters") or 1))


def mixture(input_spec: InputSpec, values: Values) -> AnswerKind:
    """Return components with the probability of each."""
    return _structure(clusters=int(values.get("n_components") or 1), soft=True)


def found_clusters(input_spec: InputSpec, values: Values) -> AnswerKind:
    """Return as many clusters as were found, and noise."""
    return _structure(clusters=int(values.get("groups") or 1), noise=True)


def cells(input_spec: InputSpec, values: Values) -> AnswerKind:
    """Return the cells of a map, and where they are on it."""
    return _structure(clusters=int(values["height"]) * int(values["width"]), codes=2)


def codes(input_spec: InputSpec, values: Values) -> AnswerKind:
    """Return a code of as many numbers as there are components."""
    return _structure(codes=int(values["n_components"]))


def score(input_spec: InputSpec, values: Values) -> AnswerKind:
    """Return how odd a row is."""
    return _structure()


def _structure(**parts: Any) -> AnswerKind:
    kind: Any = answer_kind("structure")
    return kind.of_parts(**parts)
