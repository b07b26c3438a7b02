"""YAML without surprises: the values of YAML 1.2's core schema, no repeated keys, no aliases.

PyYAML follows YAML 1.1, where ``on`` is true, ``1e-3`` is a text and ``1:30`` is 90.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_json import MOST_DIGITS

PLAIN_VALUES = (
    ("null", r"~|null|", "~n\0"),
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.inf|\.nan", "-+."),
)
MOST_CHARACTERS, MOST_LEVELS = 2**17, 32
PLAIN_TAGS = ("null", "bool", "int", "float", "str", "seq", "map")


class _Loader(yaml.SafeLoader):
    """Reads plain values only, each key once."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012
    yaml_constructors = {  # noqa: RUF012
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in PLAIN_TAGS
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _problem("an alias (*name) is not accepted; write the value out", self)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        met = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a key is a list or a mapping; accepted: a text or a number",
                    problem_mark=key.start_mark,
                )
            name = self.construct_object(key)
            if name in met:
                raise yaml.MarkedYAMLError(
                    problem=f"key {name!r} is given twice", problem_mark=key.start_mark
                )
            met.add(name)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads back as the same value."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _tag, _pattern, _first in PLAIN_VALUES:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}",
            re.compile(rf"^(?:{_pattern})$"),
            ["" if letter == "\0" else letter for letter in _first],
        )
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: _whole(node))
_Dumper.add_representer(
    list,
    lambda dumper, data: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", data, flow_style=not any(isinstance(one, dict) for one in data)
    ),
)


def read_yaml(text: str) -> Any:
    """Return the value of a YAML text: None, bool, int, float, str, list or dict.

    Raises
    ------
    UsageError
        With the line and column, if the text is not plain YAML; or it is too long.
    """
    _check_size(text)
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        reason = ", ".join(filter(None, (error.context, error.problem)))
        raise UsageError(f"{place}{reason}") from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"not readable as YAML: {reason}") from None


def read_yaml_file(path: Path) -> Any:
    """Return the value of a YAML file; errors name it.

    Raises
    ------
    UsageError
        As of `read_yaml`, or if it is no file of UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(4 * MOST_CHARACTERS + 1)
        return read_yaml(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not readable ({error})") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def write_yaml(value: Any) -> str:
    """Return the YAML text of a plain value; lists but of mappings on one line, keys in order."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96)


def _check_size(text: str) -> None:
    """Refuse what would take minutes to be parsed: long texts, and brackets nested deep."""
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"{len(text):,} characters of YAML; at most {MOST_CHARACTERS:,} are accepted"
        )
    depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if depth > MOST_LEVELS:
            raise UsageError(f"brackets are nested deeper than {MOST_LEVELS} levels")


def _whole(node: Any) -> int:
    if len(node.value.lstrip("+-0")) > MOST_DIGITS:
        raise yaml.MarkedYAMLError(
            problem=f"a whole number of {len(node.value)} digits; at most {MOST_DIGITS} are "
            "accepted",
            problem_mark=node.start_mark,
        )
    return int(node.value)


def _problem(text: str, loader: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=text, problem_mark=loader.peek_event().start_mark)
