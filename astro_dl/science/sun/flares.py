"""Will an active region flare within a day? From the keywords of its magnetogram.

The question of Bobra & Couvidat (2015), ApJ 798, 135: a flare of GOES class M or above, or none.
Real records are split in time, regions kept whole, so that a forecast knows the past alone.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from astro_dl.answers.binary import Binary
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.core.limits import Fraction
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Dataset, Difficulty, Files, InputSpec, Task
from astro_dl.evaluation.forecasts import forecast_skill
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
from astro_dl.science.sun.simulation.sharp_statistics import FLARE_TABLES

PREVALENCE = 0.038
"""Of flares among the daily records of 2010 to 2013: 174 of 4594."""


@checked
class FlarePhysics:
    """Everything that defines a set of daily records of active regions.

    Parameters
    ----------
    flare_fraction : float, default 0.038
        Of regions with a flare of class M or above within a day.
    missing_values : bool, default True
        Whether some simulated keywords are missing.
    distinct : bool, default True
        Without, flaring regions are like the others.
    """

    flare_fraction: Fraction = PREVALENCE
    missing_values: bool = True
    distinct: bool = True
    columns: ClassVar[FileColumns] = KEYWORD_FILE

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 50) from keywords."""
        return keyword_inputs(values)


def head(physics: FlarePhysics) -> AnswerKind:
    """Return flare against none."""
    return Binary(("quiet", "flare"))


def input_spec(physics: FlarePhysics) -> InputSpec:
    """Return 25 keywords and 25 marks."""
    contract = {"instrument": "SDO/HMI SHARP", **column_contract(KEYWORD_COLUMNS)}
    return InputSpec((2 * len(KEYWORD_COLUMNS),), contract)


def simulate(physics: FlarePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n records, each of another region; y is 1 where it flares."""
    fractions = (1 - physics.flare_fraction, physics.flare_fraction)
    made = simulate_records(
        FLARE_TABLES, fractions, n, rng, physics.distinct, physics.missing_values
    )
    return Examples(made.x, made.y.astype(np.float32), made.info)


def read_flares(physics: FlarePhysics, folder: Path) -> Examples:
    """Return the 4594 daily records of 2010 to 2013 below ``folder``.

    Raises
    ------
    UsageError
        If ``solar/sharp_flares.csv`` is missing or not what it should be.
    """
    x, label, info = read_records(folder, "sharp_flares.csv", "FlareNumber")
    return Examples(x, (label > 0).astype(np.float32), info)


task = Task(
    name="solar_flare",
    summary="Will an active region have a flare of class M or above within a day?",
    physics=FlarePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="noaa_ar",
    difficulty=Difficulty(
        column="USFLUX",
        edges=(1e21, 4e21, 8e21, 1.6e22, 3.2e22, 6.4e22, 1.3e23),
        label="total unsigned flux [Mx]",
    ),
    classical=Classical(features=table_features, peers=PEERS),
    datasets={
        "sharp_flares": Dataset(
            "Daily SHARP keywords and flares of class M or above, 2010 to 2013",
            read_flares,
            n=4_594,
            time="T_REC",
            reference=REFERENCE,
            licence=LICENCE,
        )
    },
    augmentation=Augmentation(inputs=hide_values),
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
    signal_fraction="flare_fraction",
    zero_signal={"distinct": False},
    extra_metrics=partial(forecast_skill, prevalence=PREVALENCE),
)
