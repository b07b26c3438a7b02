"""A table of one's own: any columns of numbers to a value or a class.

The physics is what is known of the table: its file, the columns with their scales, the target.
`astro_dl.science.own_table.setup` writes it down from the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from astropy.table import Table

from astro_dl.answers.asked import asked_answer
from astro_dl.answers.reconstruction import Reconstruction
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import file_sha256
from astro_dl.core.task import Classical, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.observations.tables.columns import DOUBTFUL_SENTINELS, class_numbers, read_columns
from astro_dl.observations.tables.inputs import (
    PEERS,
    Column,
    FileColumns,
    column_contract,
    standardise,
    table_features,
)
from astro_dl.observations.tables.predict import inputs_of_rows, predict_rows
from astro_dl.observations.tables.read import read_table
from astro_dl.observations.tables.targets import FARTHEST, class_labels, groups, target_values
from astro_dl.observations.tables.units import ANY_UNIT

SOURCE = "file"


@dataclass(frozen=True)
class OwnTable:
    """Everything that is known of a table.

    Parameters
    ----------
    file : str
        Its name in ``data.folder``.
    sha256 : str
        Of this file when the training was set up: the split into sets holds for these rows alone;
        empty for any.
    table : str
        Which one, if the file holds several: see
        `astro_dl.observations.tables.read.read_table`.
    target : str
        Column that is to be predicted; empty where nothing is but what the features themselves
        tell.
    features : tuple of Column
        Columns that it is predicted from.
    classes : tuple of str
        Values of the target, as text; empty for a number.
    target_unit : str
        As astropy spells it.
    group : str
        Column of what belongs together; empty where every row is by itself.
    copies_together : bool
        Whether rows of which all features are the same are of one group where no column is named.
    answer : {"point", "gaussian", "mixture"}
        Distribution that is predicted for a number.
    """

    file: str = ""
    sha256: str = ""
    table: str = ""
    target: str = "target"
    features: tuple[Column, ...] = ()
    classes: tuple[str, ...] = ()
    target_unit: str = ""
    group: str = ""
    copies_together: bool = False
    answer: Literal["point", "gaussian", "mixture"] = "point"

    @property
    def columns(self) -> FileColumns:
        """What files must have, in any unit where the training's table told none.

        Sentinels are not the same for all columns, see `is_sentinel`.
        """
        units = {column.name: column.unit or ANY_UNIT for column in self.features}
        by_name = {column.name: column for column in self.features}
        return FileColumns(
            tuple(units),
            units,
            sentinels=(),
            is_missing=lambda name, stored, values: is_sentinel(by_name[name], stored, values),
        )

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 2k) from columns."""
        return standardise(self.features, values)


def is_sentinel(column: Column, stored: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return where a sentinel such as 99 lies far from what the column holds, (n,) bool.

    It is one as it is stored: in another unit it is another number.

    Parameters
    ----------
    column : Column
        What the training's table holds.
    stored, values : ndarray
        (n,) in the file's unit, and in the column's.
    """
    return np.isin(stored, DOUBTFUL_SENTINELS) & (_is_far(column, stored) | _is_far(column, values))


def _is_far(column: Column, values: np.ndarray) -> np.ndarray:
    """Return what is ten widths from a column's centre, or not positive in a logarithmic one."""
    far = np.abs(column.scaled(values)) > FARTHEST
    return far | (values <= 0) if column.scale == "log10" else far


def kept_together(
    about: OwnTable, names: Sequence[str], table: Table, where: str | Path
) -> np.ndarray:
    """Return what each row (n,) belongs to, as text: what is never divided between sets.

    Without a column that tells it, the first row that has the same features, of these names.

    Raises
    ------
    UsageError
        If a column is missing, or a group in its column.
    """
    if about.group or not about.copies_together:
        return groups(table, about.group, where)
    return first_alike(names, table, where).astype(str)


def first_alike(names: Sequence[str], table: Table, where: str | Path) -> np.ndarray:
    """Return for each row (n,) the number of the first with the same numbers in these columns.

    Rows of which no number is known are like no other.
    """
    rows = np.stack(list(read_columns(table, names, where=where, sentinels=()).values()), axis=1)
    # NaN differs from itself.
    comparable = np.nan_to_num(rows, nan=np.inf)
    _, first, same = np.unique(comparable, axis=0, return_index=True, return_inverse=True)
    nothing = (np.isnan(rows) | np.isin(rows, DOUBTFUL_SENTINELS)).all(axis=1)
    return np.where(nothing, np.arange(len(rows)), first[np.ravel(same)])


def head(physics: OwnTable) -> AnswerKind:
    """Return the classes, or the value; without a target, the reconstruction of the features."""
    if not physics.target:
        return Reconstruction(tuple(column.name for column in physics.features))
    units = (physics.target_unit,)
    return asked_answer((physics.target,), physics.classes, units, physics.answer)


def input_spec(physics: OwnTable) -> InputSpec:
    """Return the features and as many marks of missing values."""
    return InputSpec((2 * len(physics.features),), column_contract(physics.features))


def read_own_table(physics: OwnTable, folder: Path) -> Examples:
    """Return the rows of the table; ``info`` has its columns of single values, and ``group``.

    Raises
    ------
    UsageError
        If the file or a column is missing, the file is another one than at the training, or a
        target is missing, not finite or of no known class.
    """
    path = Path(folder, physics.file)
    table = read_table(path, physics.table or None)
    if physics.sha256 and file_sha256(path) != physics.sha256:
        raise UsageError(
            f"{path}: the file has changed since the training was set up (its sha256 is no longer "
            f"{physics.sha256[:12]}…), and rows that were trained on could be scored; train anew, "
            "or bring the file back"
        )
    values = physics.columns.read(table, path)
    if not physics.target:
        y = np.zeros((len(table), 1), np.float32)
    elif physics.classes:
        known = {name: number for number, name in enumerate(physics.classes)}
        y = class_numbers(class_labels(table, physics.target, path), known, path)
        y = y.astype(np.float32 if len(physics.classes) == 2 else np.int32)
    else:
        y = target_values(table, physics.target, physics.target_unit, path)[:, None].astype(
            np.float32
        )
    single = [name for name in table.colnames if np.ndim(table[name]) == 1]
    info = Table({name: table[name] for name in single if table[name].dtype.kind in "biufU"})
    info["group"] = kept_together(physics, [one.name for one in physics.features], table, path)
    return Examples(physics.inputs(values), y, info)


task = Task(
    name="own_table",
    summary="What do the columns of a table of one's own tell of another one?",
    physics=OwnTable,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    classical=Classical(features=table_features, peers=PEERS),
    datasets={SOURCE: Dataset("The table itself, split by group", read_own_table)},
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
)
