"""How quantities are written beside axes: by the symbols of their task, and units as papers do."""

from collections.abc import Mapping, Sequence
from typing import Any

from astropy.units import Unit

from astro_dl.core.registry import all_tasks, get_task


def symbols_of(about: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Return the symbols of targets, or their names where the task has none.

    Parameters
    ----------
    about : mapping
        Of a report: ``task`` names its task.
    names : sequence of str
        Of the targets.
    """
    task = about.get("task")
    symbols = get_task(task).symbols if task in all_tasks() else {}
    return [symbols.get(name, name) for name in names]


def with_unit(symbol: str, unit: str) -> str:
    """Return the label of an axis: a quantity, and its unit in brackets if it has one."""
    return f"{symbol} [{written_unit(unit)}]" if unit else symbol


def written_unit(unit: str) -> str:
    """Return a unit as it is typeset; as it is if it is none that astropy knows."""
    return Unit(unit, parse_strict="silent").to_string("latex_inline") if unit else ""
