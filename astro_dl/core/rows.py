"""Rows of dataclasses whose fields are arrays with one axis in common."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

Record = TypeVar("Record")


def take_rows(record: Record, rows: Any) -> Record:
    """Return a dataclass of arrays with some of its rows.

    Parameters
    ----------
    record : dataclass instance
        Arrays (n, …); numbers are kept as they are.
    rows : index
        Whatever indexes an array: integers, a mask, a slice, or ``[:, None]``.

    Returns
    -------
    dataclass instance
        Of the same type.
    """
    values = (getattr(record, field.name) for field in fields(record))  # type: ignore[arg-type]
    return type(record)(*(value[rows] if np.ndim(value) else value for value in values))


def join_rows(records: Sequence[Record]) -> Record:
    """Return the rows of dataclasses of arrays, all of one type, one after the other."""
    first = records[0]
    names = [field.name for field in fields(first)]  # type: ignore[arg-type]
    return type(first)(*(np.concatenate([getattr(one, name) for one in records]) for name in names))
