"""Changes to the plain values of a config, by dotted keys or by sections.

Sections are one level deep: a value in them that is a mapping itself is replaced as a whole.
"""

from collections.abc import Mapping
from typing import Any

from astro_dl.core.errors import UsageError
from astro_dl.core.schema import plain


def dotted(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes with sections given as mappings spread into dotted keys."""
    spread: dict[str, Any] = {}
    for key, value in changes.items():
        if isinstance(value, Mapping) and "." not in key:
            spread |= {f"{key}.{name}": one for name, one in value.items()}
        else:
            spread[key] = value
    return spread


def changed(mapping: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested mappings with values replaced by dotted keys.

    Raises
    ------
    UsageError
        If a key leads through a value that is no mapping.
    """
    found = dict(mapping)
    for key, value in changes.items():
        found = _replaced(found, key.split("."), value, key)
    return found


def overridden(stage: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stage with overrides of its config, by dotted keys, in place of what it sets itself.

    Overrides of what it leaves to the config reach it through that.
    """
    return changed(stage, {key: plain(one) for key, one in changes.items() if _sets(stage, key)})


def differences(mapping: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes, by sections, that make one mapping from another of the same keys."""
    found: dict[str, Any] = {}
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            inner = {name: one for name, one in value.items() if one != other[key][name]}
            found |= {key: inner} if inner else {}
        elif value != other[key]:
            found[key] = value
    return found


def _sets(stage: Mapping[str, Any], key: str) -> bool:
    section, *names = key.split(".")
    if section not in stage or not names:
        return section in stage
    return isinstance(stage[section], Mapping) and names[0] in stage[section]


def _replaced(mapping: Any, path: list[str], value: Any, key: str) -> dict[str, Any]:
    """Return a copy of nested mappings with the value at a path replaced."""
    if mapping is not None and not isinstance(mapping, Mapping):
        raise UsageError(f"{key}: there is no section {key.rpartition('.')[0]!r}")
    first, *rest = path
    inner = value if not rest else _replaced((mapping or {}).get(first), rest, value, key)
    return {**(mapping or {}), first: inner}
