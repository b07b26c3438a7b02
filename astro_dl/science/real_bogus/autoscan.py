"""Is a detection of the DES supernova survey real? From the 38 features of autoscan.

Goldstein et al. (2015, AJ 150, 82) trained a random forest on 898,963 detections: artefacts that
observers had rejected, and supernovae that they had put into the images. The copy at hand holds a
sample of them, whose columns have no names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
from astropy.table import Table

from astro_dl.answers.binary import Binary
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import SET, Examples
from astro_dl.core.files import find_in
from astro_dl.core.schema import checked
from astro_dl.core.task import Classical, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.observations.tables.inputs import (
    PEERS,
    Column,
    FileColumns,
    column_contract,
    file_columns,
    standardise,
    table_features,
)
from astro_dl.observations.tables.predict import predict_rows
from astro_dl.observations.tables.read import read_table
from astro_dl.science.real_bogus.metrics import missed_reals

FILE = "stamps/des_autoscan_features_14000.csv.gz"
ARTEFACT = 1
"""What the column ``label`` says of an artefact; the task's own label is 1 for real sources."""

SCALES = """
1.81 0.456 0.26
1.35 0.686
1.38 0.492 1.5
2.67 1.02
1.01 0.606
1.65 0.432 0.95
30.3 17.6
1.33 0.557 0.042
0.647 0.769 39
0.257 0.19
0.545 2.8
-0.392 1.43 2
85.1 64
1.17 0.268
0.405 0.892 170
2.14 0.283 0.53
23.1 1.3
-0.856 0.778 2.7
0.0637 0.244
2.02 1.11
2.94 0.123 2.2
0.213 0.831 0.028
0.0125 0.0555
421 279
1.26 1.88
-8.49 10.7
2.54 3.33
-17.9 18.1
0.77 1.46
-9.75 10.8
0 0.796 1.5
-18.3 17.6
0.926 0.853
17.3 6.79
1.71 0.454 0.6
0.832 0.686 8
1.18 0.603 0.0035
-0.245 0.811 0.014
"""
"""Centre and width of each feature, and the softening of those that are compressed, as measured on
the training set."""


def autoscan_columns() -> tuple[Column, ...]:
    """Return the 38 features, f00 to f37."""
    columns = []
    for number, line in enumerate(SCALES.split("\n")[1:-1]):
        centre, width, *softening = map(float, line.split())
        compressed = ("arcsinh", softening[0]) if softening else ("linear", 1.0)
        columns.append(Column(f"f{number:02d}", "", centre, width, *compressed))  # type: ignore[arg-type]
    return tuple(columns)


COLUMNS = autoscan_columns()


@checked
class AutoscanPhysics:
    """What is read of a table of features: there is nothing to choose."""

    columns: ClassVar[FileColumns] = file_columns(COLUMNS)

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 76): scaled features, and marks of the missing ones."""
        return standardise(COLUMNS, values)


def head(physics: AutoscanPhysics) -> Binary:
    """Return the two classes: artefact, and real source."""
    return Binary(("bogus", "real"))


def input_spec(physics: AutoscanPhysics) -> InputSpec:
    """Return 38 features and 38 marks."""
    return InputSpec((2 * len(COLUMNS),), column_contract(COLUMNS))


def read_autoscan(physics: AutoscanPhysics, folder: Path) -> Examples:
    """Return the detections below ``folder``; y is 1 for real sources.

    Raises
    ------
    UsageError
        If the file is missing or not what it should be.
    """
    path = find_in(folder, FILE)
    table = read_table(path)
    values = physics.columns.read(table, path, None, ("id", "label"))
    label = values["label"]
    if not np.isin(label, (0, 1)).all():
        raise UsageError(f"{path}: a label is {label[~np.isin(label, (0, 1))][0]:g}, not 0 or 1")
    info = Table({"detection_id": values["id"].astype(np.int64)})
    if "split" in table.colnames:
        info[SET] = np.asarray(table["split"]).astype(str)
    return Examples(physics.inputs(values), (label != ARTEFACT).astype(np.float32), info)


task = Task(
    name="autoscan",
    summary="Is a detection of the DES supernova survey real, by its 38 features?",
    physics=AutoscanPhysics,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="detection_id",
    classical=Classical(features=table_features, peers=PEERS),
    datasets={
        "des_autoscan": Dataset(
            "Detections of the DES supernova survey, artefacts and injected supernovae",
            read_autoscan,
            reference="Goldstein et al. (2015), AJ 150, 82, arXiv:1504.02936",
            licence="none told: not for weights that are passed on",
        )
    },
    files=Files(predict_blocks=predict_rows),
    extra_metrics=missed_reals,
)
