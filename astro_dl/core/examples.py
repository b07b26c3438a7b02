"""Examples: inputs, targets and the truth behind each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from astropy.table import Table, vstack

Inputs = np.ndarray | dict[str, np.ndarray]
"""One array, or named arrays for models with several inputs; examples along the first axis."""


@dataclass(frozen=True)
class Examples:
    """A set of examples.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs, float32, examples along the first axis.
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

    def take(self, indices: np.ndarray | slice) -> "Examples":
        """Return the examples at these indices (integers, a mask or a slice)."""
        return Examples(take_inputs(self.x, indices), self.y[indices], self.info[indices])


def take_inputs(x: Inputs, indices: np.ndarray | slice) -> Inputs:
    """Return the inputs at these indices."""
    if isinstance(x, dict):
        return {name: array[indices] for name, array in x.items()}
    return x[indices]


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
