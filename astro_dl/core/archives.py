"""Archives that answer queries, by name, and the queries that have names."""

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from astro_dl.core.discovery import load_all
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.schema import read_keywords


@dataclass(frozen=True)
class Archive:
    """A registered archive.

    Parameters
    ----------
    name : str
        The registered name.
    url : str
        Of its service of the Table Access Protocol, without ``/sync`` or ``/async``.
    queries : mapping of str to str
        By name where the function is found that returns the ADQL, as ``"module:function"``; its
        keyword arguments, with their type hints, are those of the query.
    """

    name: str
    url: str
    queries: Mapping[str, str] = field(default_factory=dict)


_archives: dict[str, Archive] = {}


def register_archive(name: str, url: str, queries: Mapping[str, str] | None = None) -> None:
    """Register an archive under a name.

    Parameters
    ----------
    name, url, queries
        The fields of `Archive`.

    Raises
    ------
    UsageError
        If the name is taken by another archive.
    """
    entry = Archive(name, url, queries or {})
    if _archives.get(name, entry) != entry:
        raise UsageError(f"archive {name!r} is registered already; choose another name")
    _archives[name] = entry


def all_archives() -> dict[str, Archive]:
    """Return every registered archive by name."""
    load_all()
    return _archives


def named_query(archive: Archive, name: str, arguments: Mapping[str, Any]) -> str:
    """Return the ADQL of a named query.

    Parameters
    ----------
    archive : Archive
        Whose query it is.
    name : str
        Among its queries.
    arguments : mapping
        Argument name to plain value.

    Raises
    ------
    UsageError
        If the query or an argument is unknown, missing or not accepted.
    """
    module, function = look_up("query", name, archive.queries).split(":")
    query = getattr(importlib.import_module(module), function)
    given = read_keywords(query, arguments, name)
    needed = [
        key
        for key, parameter in inspect.signature(query).parameters.items()
        if parameter.default is parameter.empty and key not in given
    ]
    if needed:
        example = " ".join(f"--set {key}=VALUE" for key in needed)
        raise UsageError(f"{name}: {', '.join(needed)} missing; give {example}")
    return query(**given)
