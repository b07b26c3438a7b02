"""Rows of catalogues as networks take them: fixed scales, and a mark where a value is missing.

Every column is compressed, centred and scaled with constants that are written down, the same for
simulated and real rows. An input is the k scaled values, 0 (the centre) where one is missing,
followed by k marks, 1 where it is missing and 0 elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Inputs
from astro_dl.observations.tables.columns import SENTINELS, IsMissing, read_columns

PEERS = ("random_forest", "gradient_boosting", "adaboost", "logistic_regression", "knn")
"""The classical methods that are scored beside networks on catalogues."""

HIDDEN_ROWS, HIDDEN_VALUES = 0.3, 0.15


@dataclass(frozen=True)
class Column:
    """One column of a catalogue, and the scale on which a network sees it.

    Parameters
    ----------
    name : str
        As the field's catalogues call it.
    unit : str
        As astropy spells it, empty for plain numbers.
    centre, width : float
        Subtracted from and divided into the compressed value.
    scale : {"linear", "log10", "arcsinh"}
        Compression: none, the decimal logarithm, or arcsinh(value / softening).
    softening : float, default 1
        Of the arcsinh; least value of the logarithm, which smaller ones are raised to.
    """

    name: str
    unit: str
    centre: float
    width: float
    scale: Literal["linear", "log10", "arcsinh"] = "linear"
    softening: float = 1.0

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return values on the network's scale, NaN where they are not finite."""
        values = np.asarray(values, np.float64)
        values = np.where(np.isfinite(values), values, np.nan)
        if self.scale == "log10":
            values = np.log10(np.maximum(values, self.softening))
        elif self.scale == "arcsinh":
            values = np.arcsinh(values / self.softening)
        return (values - self.centre) / self.width

    def formula(self) -> str:
        """Return the scaling in words, for the contract."""
        name = f"{self.name} [{self.unit}]" if self.unit else self.name
        inner = {
            "linear": name,
            "log10": f"log10(max({name}, {self.softening:g}))",
            "arcsinh": f"arcsinh({name} / {self.softening:g})",
        }[self.scale]
        return f"({inner} - {self.centre:g}) / {self.width:g}"


@dataclass(frozen=True)
class FileColumns:
    """What a task reads of the columns of files.

    Parameters
    ----------
    names : tuple of str
        Columns that a file must have.
    units : mapping of str to str
        Unit of each, as astropy spells it; columns left out are plain numbers.
    sentinels : tuple of float
        Numbers that stand for a missing value.
    is_missing : callable, optional
        As of `read_columns`.
    published : mapping of str to str
        What published tables call a column, where they do not call it by its name.
    """

    names: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    sentinels: tuple[float, ...] = SENTINELS
    is_missing: IsMissing | None = None
    published: Mapping[str, str] = field(default_factory=dict)

    def read(
        self,
        table: Table,
        where: str | Path,
        mapping: Mapping[str, str] | None = None,
        others: Sequence[str] = (),
    ) -> dict[str, np.ndarray]:
        """Return these and other columns of a table, see `read_columns`."""
        names = (*self.names, *others)
        known = {name.strip().lower() for name in table.colnames}
        published = {
            name: other
            for name, other in self.published.items()
            if name.lower() not in known and other.lower() in known
        }
        return read_columns(
            table,
            names,
            {**published, **(mapping or {})},
            self.units,
            where,
            self.sentinels,
            is_missing=self.is_missing,
        )


class TablePhysics(Protocol):
    """What the physics of a task on catalogues offers to the reader of files."""

    @property
    def columns(self) -> FileColumns:
        """The columns of a file."""

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 2k) float32 from columns (n,), NaN where a value is missing."""


def standardise(columns: Sequence[Column], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return inputs from the columns of a catalogue.

    Parameters
    ----------
    columns : sequence of Column
        Which, in which order, on which scales.
    values : mapping of str to array_like, (n,)
        By column name, in the column's unit; NaN where missing.

    Returns
    -------
    ndarray of float32, (n, 2k)
        Scaled values, then marks of the missing ones.
    """
    return masked_inputs(
        np.stack([column.scaled(values[column.name]) for column in columns], axis=1)
    )


def masked_inputs(scaled: np.ndarray) -> np.ndarray:
    """Return (n, 2k) inputs from (n, k) scaled values, NaN where missing."""
    missing = ~np.isfinite(scaled)
    return np.concatenate([np.where(missing, 0, scaled), missing], axis=1).astype(np.float32)


def table_features(physics: object, x: Inputs) -> np.ndarray:
    """Return what classical methods are given: the inputs of the network, values and marks."""
    return np.asarray(x)


def hide_values(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return inputs in which some values of some rows are hidden, as catalogues lack them.

    In 30% of the rows each value is lost with a probability of 15%.
    """
    values, missing = np.split(np.asarray(x), 2, axis=1)
    rows = rng.random((len(values), 1)) < HIDDEN_ROWS
    lost = (rows & (rng.random(values.shape) < HIDDEN_VALUES)) | (missing > 0)
    return np.concatenate([np.where(lost, 0, values), lost], axis=1).astype(np.float32)


def file_columns(
    columns: Sequence[Column],
    sentinels: tuple[float, ...] = SENTINELS,
    published: Mapping[str, str] | None = None,
) -> FileColumns:
    """Return what files must have where the columns themselves are the inputs."""
    units = {column.name: column.unit for column in columns if column.unit}
    names = tuple(column.name for column in columns)
    return FileColumns(names, units, sentinels, published=published or {})


def column_contract(columns: Sequence[Column]) -> dict[str, Any]:
    """Return what the numbers of an input mean, for the bundle."""
    return {
        "columns": [column.name for column in columns],
        "values": [column.formula() for column in columns],
        "missing": "value 0, and 1 in the second half of the input, which is 0 elsewhere",
    }
