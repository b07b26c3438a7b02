"""The Mount Wilson class of an active region from the keywords of its magnetogram.

Observers class regions by their image (Hale et al. 1919; Künzel 1960): what of it is in 25 numbers?
For the images themselves see `astro_dl.science.sun.ar_morphology`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.core.limits import Shares
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Dataset, Difficulty, Files, InputSpec, Task
from astro_dl.observations.tables.columns import class_numbers
from astro_dl.observations.tables.inputs import (
    PEERS,
    FileColumns,
    column_contract,
    hide_values,
    table_features,
)
from astro_dl.observations.tables.predict import inputs_of_rows, predict_rows
from astro_dl.science.sun.sharp_keywords import (
    KEYWORD_COLUMNS,
    KEYWORD_FILE,
    LICENCE,
    REFERENCE,
    keyword_inputs,
    read_records,
    simulate_records,
)
from astro_dl.science.sun.simulation.sharp_statistics import MOUNT_WILSON_TABLES

CLASSES = ("alpha", "beta", "beta_gamma", "delta")
"""The last are the classes beta-gamma-delta and beta-delta."""

LABELS = {
    "Alpha": 0,
    "Beta": 1,
    "Beta-Gamma": 2,
    "Gamma": 2,
    "Beta-Delta": 3,
    "Gamma-Delta": 3,
    "Beta-Gamma-Delta": 3,
}


@checked
class MountWilsonPhysics:
    """Everything that defines a set of daily records of active regions.

    Parameters
    ----------
    class_fractions : tuple of float, default (0.29, 0.54, 0.12, 0.05)
        Of alpha, beta, beta-gamma, and the classes with a delta; default as in daily records.
    missing_values : bool, default True
        Whether some simulated keywords are missing.
    distinct : bool, default True
        Without, all regions are alike, whatever their class.
    """

    class_fractions: Annotated[tuple[float, ...], Shares(4)] = (0.29, 0.54, 0.12, 0.05)
    missing_values: bool = True
    distinct: bool = True
    columns: ClassVar[FileColumns] = KEYWORD_FILE

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 50) from keywords."""
        return keyword_inputs(values)


def head(physics: MountWilsonPhysics) -> AnswerKind:
    """Return the four classes, from simple to complex."""
    return Multiclass(CLASSES)


def input_spec(physics: MountWilsonPhysics) -> InputSpec:
    """Return 25 keywords and 25 marks."""
    contract = {"instrument": "SDO/HMI SHARP", **column_contract(KEYWORD_COLUMNS)}
    return InputSpec((2 * len(KEYWORD_COLUMNS),), contract)


def simulate(physics: MountWilsonPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n records, each of another region; y is the class."""
    return simulate_records(
        MOUNT_WILSON_TABLES,
        physics.class_fractions,
        n,
        rng,
        physics.distinct,
        physics.missing_values,
    )


def read_mount_wilson(physics: MountWilsonPhysics, folder: Path) -> Examples:
    """Return the 4705 daily records of 2010 to 2014 below ``folder``.

    Raises
    ------
    UsageError
        If ``solar/sharp_mount_wilson.csv`` is missing or has other classes.
    """
    x, label, info = read_records(folder, "sharp_mount_wilson.csv", "mw")
    return Examples(x, class_numbers(label, LABELS, "sharp_mount_wilson.csv"), info)


task = Task(
    name="mount_wilson",
    summary="Which Mount Wilson class do the keywords of an active region tell?",
    physics=MountWilsonPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="noaa_ar",
    difficulty=Difficulty(
        column="USFLUX",
        edges=(1e21, 2e21, 4e21, 8e21, 1.6e22, 3.2e22, 6.4e22, 1.3e23),
        label="total unsigned flux [Mx]",
    ),
    classical=Classical(features=table_features, peers=PEERS),
    datasets={
        "sharp_mount_wilson": Dataset(
            "Daily SHARP keywords and Mount Wilson classes, 2010 to 2014",
            read_mount_wilson,
            n=4_705,
            reference=REFERENCE,
            licence=LICENCE,
        )
    },
    augmentation=Augmentation(inputs=hide_values),
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
    zero_signal={"distinct": False},
)
