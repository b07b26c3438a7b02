"""Examples: inputs, targets and the truth behind each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.table import Table, vstack

from astro_dl.core.showing.display import html_of, several, text_of

Inputs = np.ndarray | dict[str, np.ndarray]
"""One array, or named arrays for models with several inputs; examples along the first axis."""


WEIGHT, SET = "weight", "set"
"""Columns of ``Examples.info`` that say how much an example weighs in training, and of which set
(``train``, ``validation``, ``test``) it is; without them weights are equal, and sets are drawn."""


class MappedRows:
    """Rows of an array that is too large for memory: read when they are indexed.

    Parameters
    ----------
    array : ndarray
        Mapped from a file.
    rows : ndarray of int, optional
        Which of its rows, in which order; default all.
    """

    def __init__(self, array: np.ndarray, rows: np.ndarray | None = None) -> None:
        self.array = array
        self.rows = np.arange(len(array)) if rows is None else rows
        self.shape = (len(self.rows), *array.shape[1:])
        self.ndim, self.dtype = array.ndim, array.dtype

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, indices: np.ndarray | slice | int) -> np.ndarray:
        return np.asarray(self.array[self.rows[indices]])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    def at(self, indices: np.ndarray | slice) -> "MappedRows":
        """Return these rows without reading them."""
        return MappedRows(self.array, self.rows[indices])


@dataclass(frozen=True)
class Examples:
    """A set of examples.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs, float32, examples along the first axis; `MappedRows` stand for an array that is too
        large for memory.
    y : ndarray
        Targets: (n,) float32 of 0 and 1 for binary tasks, (n,) int32 class numbers for multi-class
        tasks, (n, targets) float32 physical values for regression tasks.
    info : astropy.table.Table
        One row per example: true parameters and nuisances, with units; it names the group column
        by which examples are split.
    """

    x: Inputs
    y: np.ndarray
    info: Table

    def __len__(self) -> int:
        return len(self.y)

    def __iter__(self) -> Iterator:
        return iter((self.x, self.y, self.info))

    def __repr__(self) -> str:
        return text_of(*self._shown())

    def _repr_html_(self) -> str:
        return html_of(*self._shown())

    def take(self, indices: np.ndarray | slice) -> "Examples":
        """Return the examples at these indices (integers, a mask or a slice)."""
        x: Any = self.x
        x = x.at(indices) if isinstance(x, MappedRows) else take_inputs(x, indices)
        return Examples(x, self.y[indices], self.info[indices])

    def _shown(self) -> tuple[str, dict[str, str]]:
        inputs = inputs_by_name(self.x).items()
        facts = {name: f"{array.shape} {array.dtype}" for name, array in inputs}
        facts["y"] = f"{self.y.shape} {self.y.dtype}"
        facts["info"] = several(self.info.colnames, 8)
        return f"{len(self):,} examples", facts

    def in_memory(self) -> "Examples":
        """Return the examples with inputs that are read."""
        x: Any = self.x
        return Examples(x[:], self.y, self.info) if isinstance(x, MappedRows) else self


def take_inputs(x: Inputs, indices: np.ndarray | slice | int) -> Inputs:
    """Return the inputs at these indices."""
    if isinstance(x, dict):
        return {name: array[indices] for name, array in x.items()}
    return x[indices]


def stacked(inputs: Sequence[Inputs]) -> Inputs:
    """Return single inputs, without a first axis, as those of so many examples."""
    first = inputs[0]
    if isinstance(first, dict):
        return {name: np.stack([one[name] for one in inputs]) for name in first}
    return np.stack(inputs)  # type: ignore[arg-type]


def input_length(x: Inputs) -> int:
    """Return the number of examples in these inputs."""
    return len(next(iter(x.values()))) if isinstance(x, dict) else len(x)


def inputs_by_name(x: Inputs) -> dict[str, np.ndarray]:
    """Return the arrays by name; a single array is named ``"x"``."""
    return x if isinstance(x, dict) else {"x": x}


def concatenate(parts: Sequence[Examples]) -> Examples:
    """Return the examples of all parts, in order."""
    first = parts[0].x
    x: Inputs
    if isinstance(first, dict):
        x = {name: np.concatenate([part.x[name] for part in parts]) for name in first}  # type: ignore[call-overload]
    else:
        x = np.concatenate([part.x for part in parts])  # type: ignore[arg-type]
    info = vstack([part.info for part in parts], metadata_conflicts="silent")
    return Examples(x, np.concatenate([part.y for part in parts]), info)
