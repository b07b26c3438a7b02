"""Errors that a user can mend: one line with what was wrong, the value, and what is accepted."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

Value = TypeVar("Value")


LONGEST = 1000
"""Characters of a message: names in damaged files can be of any length."""


class UsageError(ValueError):
    """Wrong usage or wrong input; the command line prints its one line and exits with code 2.

    Parameters
    ----------
    message : str
        Line breaks in it, as names in damaged files may have them, become blanks.
    """

    def __init__(self, message: str) -> None:
        line = "".join(one if one.isprintable() else " " for one in " ".join(message.split()))
        super().__init__(line if len(line) <= LONGEST else f"{line[:LONGEST]} …")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest of the known names, or the list of all.

    Parameters
    ----------
    name : str
        What the user wrote.
    known : iterable of str
        The accepted names.
    """
    known = sorted(known)
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return f"; accepted: {', '.join(known)}" if known else "; none is accepted here"


def unknown_name(what: str, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for a name that is not among the known ones.

    Parameters
    ----------
    what : str
        The kind of thing that was named, such as ``"model"``.
    name : str
        What the user wrote.
    known : iterable of str
        The accepted names.
    """
    return UsageError(f"unknown {what} {name!r}{did_you_mean(name, known)}")


def look_up(what: str, name: str, known: Mapping[str, Value]) -> Value:
    """Return what has this name; raises `unknown_name` where nothing has.

    Parameters
    ----------
    what, name
        As in `unknown_name`.
    known : mapping
        By accepted name.
    """
    if name not in known:
        raise unknown_name(what, name, known)
    return known[name]
