"""JSON without surprises: no repeated keys, no NaN, no number out of range."""

import json
import math
from typing import Any

from astro_dl.core.errors import UsageError

MOST_DIGITS = 300
"""Of a whole number, so that it fits a float."""

MOST_LEVELS = 32
"""Of nested brackets, so that whatever goes through the values level by level comes to an end."""


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text: None, bool, int, float, str, list or dict.

    Parameters
    ----------
    text : str or bytes
        Bytes are UTF-8.

    Raises
    ------
    UsageError
        If it is not strict JSON: a key is repeated, a number is NaN, infinite, beyond the range of
        floats, or whole and of more than 300 digits, or brackets are nested deeper than 32 levels.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
        _check_levels(value)
        return value
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text") from None
    except RecursionError:
        raise UsageError("not readable as JSON: brackets are nested too deep") from None
    except ValueError as error:
        raise UsageError(f"not readable as JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key is given twice")
    return values


def _check_levels(value: Any) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MOST_LEVELS + 1):
        groups = [one.values() if isinstance(one, dict) else one for one in level]
        level = [one for group in groups for one in group if isinstance(one, dict | list)]
        if not level:
            return
    raise ValueError(f"brackets are nested deeper than {MOST_LEVELS} levels")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not accepted")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is not accepted, it is beyond the range of numbers")
    return value


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise ValueError(
            f"a whole number of {len(digits)} digits is not accepted; at most {MOST_DIGITS} are"
        )
    return int(digits)
