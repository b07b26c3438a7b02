"""One bad file among many: the others are read, and what was wrong with it is kept.

Whoever reads several files does so one by one inside `may_fail`. By itself it changes nothing, and
the first bad file stops all; inside `tolerating` a bad file is noted and passed over.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from astro_dl.core.errors import UsageError

Source = TypeVar("Source")
Found = TypeVar("Found")

_noted: ContextVar[dict[str, str] | None] = ContextVar("noted", default=None)


@contextmanager
def tolerating(unreadable: dict[str, str]) -> Iterator[None]:
    """Let `may_fail` note files that cannot be read, with the reason, and go on.

    Parameters
    ----------
    unreadable : dict
        Gets what `may_fail` was told to the text of the error.
    """
    before = _noted.set(unreadable)
    try:
        yield
    finally:
        _noted.reset(before)


@contextmanager
def may_fail(source: Any) -> Iterator[None]:
    """Note a `UsageError` of one file, or of what was made of it, where it is tolerated.

    Parameters
    ----------
    source : path or str
        What the row of the table is called.
    """
    noted = _noted.get()
    try:
        yield
    except UsageError as error:
        if noted is None:
            raise
        noted.setdefault(str(source), str(error))


def read_each(
    sources: Iterable[Source], read: Callable[[Source], Found]
) -> Iterator[tuple[Source, Found]]:
    """Yield each source that can be read with what was read of it.

    Raises
    ------
    UsageError
        The first one, unless it is tolerated.
    """
    for source in sources:
        with may_fail(source):
            yield source, read(source)


class NothingRead(UsageError):
    """None of several sources could be read."""


def nothing_read() -> NothingRead:
    """Return the error for sources none of which could be read."""
    noted = _noted.get() or {}
    reason = next(iter(noted.values()), "there are none")
    if len(noted) < 2:
        return NothingRead(reason)
    return NothingRead(f"none of {len(noted)} files can be used; the first: {reason}")
