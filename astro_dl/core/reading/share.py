"""A share of a run: some of its files, or rows of one, read as they would be among all of them.

What a row says must not depend on how a run is divided. Whoever names files, numbers rows or
refuses inputs of which none can be used asks `current_share` whether there are others elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Reader = TypeVar("Reader", bound=Callable[..., Any])
Groups = Mapping[str, Sequence[Path]]
DIVISION = "division"


@dataclass(frozen=True)
class Share:
    """What a share of a run knows of the whole.

    Parameters
    ----------
    names : mapping of Path to str
        What its files are called among all files.
    stems : mapping of Path to str
        What files that are made of each are called, before an ending of their own.
    ambiguous : frozenset of str
        Names of its files that others have, too, in other folders.
    alone : bool
        Whether the whole is one file.
    rows : range or None
        Which rows of its one file it is; None for all.
    """

    names: Mapping[Path, str] = field(default_factory=dict)
    stems: Mapping[Path, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()
    alone: bool = False
    rows: range | None = None


@dataclass(frozen=True)
class Division:
    """How a run on many files may be divided.

    Parameters
    ----------
    groups : callable
        ``(paths) -> groups``: files that only together make rows, by what tells the groups apart.
    rows : bool
        Whether files are tables, in which any rows can be read without the others.
    undivided : tuple of str
        Options with which it may not: rows depend on each other, or all go to one more file.
    """

    groups: Callable[[Sequence[Path]], Groups]
    rows: bool = False
    undivided: tuple[str, ...] = ()


_current: ContextVar[Share | None] = ContextVar("share", default=None)


@contextmanager
def reading_share(share: Share) -> Iterator[None]:
    """Read a share of a run."""
    before = _current.set(share)
    try:
        yield
    finally:
        _current.reset(before)


def current_share() -> Share | None:
    """Return the share that is being read; None where that is the whole."""
    return _current.get()


def each_alone(paths: Sequence[Path]) -> Groups:
    """Return a group for each file."""
    return {str(path): [path] for path in paths}


def divisible(
    groups: Callable[[Sequence[Path]], Groups] = each_alone,
    rows: bool = False,
    undivided: tuple[str, ...] = (),
) -> Callable[[Reader], Reader]:
    """Return a decorator that says how the run of a reader of files may be divided.

    Parameters
    ----------
    groups, rows, undivided
        As of `Division`.
    """

    def decorated(reader: Reader) -> Reader:
        vars(reader)[DIVISION] = Division(groups, rows, undivided)
        return reader

    return decorated


def division_of(reader: Callable[..., Any]) -> Division | None:
    """Return how the run of a reader may be divided; None if its rows are of all files together."""
    return vars(reader).get(DIVISION)
