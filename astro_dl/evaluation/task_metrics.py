"""The metrics peculiar to a task, as one table of estimates."""

from collections.abc import Iterator, Mapping
from typing import Any

Estimate = Mapping[str, Any]
BIN_EDGES = ("from", "to")
LABELS = ("false_alarm_probability", "nominal")


def flattened(metrics: Mapping[str, Any]) -> dict[str, dict[str, Estimate]]:
    """Return every estimate that a task's metrics hold, however deep.

    Parameters
    ----------
    metrics : mapping
        What ``Task.extra_metrics`` returned: by method, nested mappings and lists of estimates,
        which are mappings with the key ``value``. Bins are mappings with ``from`` and ``to``
        besides. What is no estimate is left out.

    Returns
    -------
    dict
        Title to method to estimate.
    """
    table: dict[str, dict[str, Estimate]] = {}
    for method, values in metrics.items():
        for title, estimate in _leaves(values, ()):
            table.setdefault(title, {})[method] = estimate
    return table


def first_level(metrics: Mapping[str, Any], method: str) -> dict[str, Estimate]:
    """Return the headline estimates of a method: those not inside anything else."""
    values = metrics.get(method, {})
    return {key: one for key, one in values.items() if _is_estimate(one)} if values else {}


def _is_estimate(value: Any) -> bool:
    return isinstance(value, Mapping) and "value" in value


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Estimate]]:
    if _is_estimate(value):
        yield " ".join([*path, *_bin(value)]), value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, (*path, str(key)))
    elif isinstance(value, list):
        for one in value:
            if _is_estimate(one):
                yield from _leaves(one, path)
            elif isinstance(one, Mapping):
                yield from _leaves(one, (*path, *_of_what(one)))


def _of_what(value: Mapping[str, Any]) -> list[str]:
    """Return what tells one mapping of a list from the others: its plain numbers and words."""
    known = {key: one for key, one in value.items() if isinstance(one, int | float | str)}
    return [
        f"{key.replace('_', ' ')} {one if isinstance(one, str) else format(one, 'g')}"
        for key, one in known.items()
    ]


def _bin(value: Mapping[str, Any]) -> list[str]:
    if "from" in value:
        low, high = (value.get(edge) for edge in BIN_EDGES)
        return [f"{low:g} to {high:g}" if high is not None else f"above {low:g}"]
    return [f"{value[label]:g}" for label in LABELS if label in value]
