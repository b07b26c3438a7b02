"""An answer by the name of its kind."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import answer_kind


def Head(kind: str, names: Sequence[str], units: Sequence[str] = (), **settings: Any) -> AnswerKind:
    """Return what a model gives back, by the name of the kind.

    Parameters
    ----------
    kind : str
        ``"binary"``, ``"multiclass"``, ``"regression"``, ``"reconstruction"``, or what third
        parties register.
    names, units : sequence of str
        See `astro_dl.core.answer.AnswerKind`.
    **settings
        Further fields of the kind, such as the distribution of a regression.

    Raises
    ------
    UsageError
        If there is no such kind, or a setting is refused.
    """
    found = answer_kind(kind)
    accepted = {field.name for field in fields(found)}
    for name in settings:
        if name not in accepted:
            raise UsageError(f"{name} {settings[name]!r} is not for {kind} heads")
    return found(tuple(names), tuple(units), **settings)
