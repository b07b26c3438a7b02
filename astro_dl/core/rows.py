"""Rows of dataclasses whose fields are arrays with one axis in common."""

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
