"""Is a candidate of a pulsar survey a pulsar? From eight statistics of its profile and dispersion.

The question of Lyon et al. (2016), MNRAS 459, 1104, put to candidates of the High Time Resolution
Universe survey (HTRU2).
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
from astropy.table import Table

from astro_dl.answers.binary import Binary
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.limits import Fraction
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Dataset, Difficulty, Files, InputSpec, Task
from astro_dl.evaluation.forecasts import forecast_skill
from astro_dl.observations.tables.columns import FILL_VALUES
from astro_dl.observations.tables.inputs import (
    PEERS,
    Column,
    FileColumns,
    column_contract,
    file_columns,
    hide_values,
    standardise,
    table_features,
)
from astro_dl.observations.tables.measured_distributions import simulate_keywords
from astro_dl.observations.tables.predict import inputs_of_rows, predict_rows
from astro_dl.observations.tables.read import read_table
from astro_dl.science.pulsars.statistics import CANDIDATE_TABLES

PREVALENCE = 0.092
"""Of pulsars in HTRU2."""

CANDIDATE_COLUMNS = (
    Column("profile_mean", "", 111.0, 26.0),
    Column("profile_std", "", 46.5, 6.8),
    Column("profile_kurtosis", "", 0.35, 0.45, "arcsinh"),
    Column("profile_skewness", "", 0.5, 0.9, "arcsinh"),
    Column("dm_mean", "", 0.6, 0.6, "log10", 0.1),
    Column("dm_std", "", 1.3, 0.27, "log10", 1.0),
    Column("dm_kurtosis", "", 2.6, 0.85, "arcsinh"),
    Column("dm_skewness", "", 4.4, 2.0, "arcsinh"),
)
"""Mean, standard deviation, excess kurtosis and skewness of the integrated profile (scaled to 0 to
255), and of the signal-to-noise ratio against trial dispersion measure."""

PUBLISHED_NAMES = {
    f"{start}_{short}": f"{word} of the {thing}"
    for start, thing in (("profile", "integrated profile"), ("dm", "DM-SNR curve"))
    for short, word in (
        ("mean", "Mean"),
        ("std", "Standard deviation"),
        ("kurtosis", "Excess kurtosis"),
        ("skewness", "Skewness"),
    )
}
"""In the table of HTRU2."""


@checked
class PulsarPhysics:
    """Everything that defines a set of candidates.

    Parameters
    ----------
    pulsar_fraction : float, default 0.092
        Of pulsars among the candidates.
    missing_values : bool, default True
        Whether some simulated statistics are missing.
    distinct : bool, default True
        Without, pulsars are like noise.
    """

    pulsar_fraction: Fraction = PREVALENCE
    missing_values: bool = True
    distinct: bool = True
    columns: ClassVar[FileColumns] = file_columns(CANDIDATE_COLUMNS, FILL_VALUES, PUBLISHED_NAMES)

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 16) from statistics."""
        return standardise(CANDIDATE_COLUMNS, values)


def head(physics: PulsarPhysics) -> Binary:
    """Return pulsar against noise and interference."""
    return Binary(("noise", "pulsar"))


def input_spec(physics: PulsarPhysics) -> InputSpec:
    """Return eight statistics and eight marks."""
    return InputSpec((2 * len(CANDIDATE_COLUMNS),), column_contract(CANDIDATE_COLUMNS))


def simulate(physics: PulsarPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n candidates drawn from the measured distributions; y is 1 for pulsars.

    ``info`` has ``candidate_id`` (a random number) and ``profile_kurtosis``.
    """
    choice, draw = rng.spawn(2)
    y = (choice.random(n) < physics.pulsar_fraction).astype(np.float32)
    classes = (y if physics.distinct else np.zeros(n)).astype(int)
    drawn = simulate_keywords(CANDIDATE_TABLES, classes, draw)
    values = dict(zip(physics.columns.names, drawn.T, strict=True))
    x = physics.inputs(values)
    made = hide_values(x, choice) if physics.missing_values else x
    info = Table({"candidate_id": choice.integers(2**62, size=n)})
    info["profile_kurtosis"] = values["profile_kurtosis"]
    return Examples(made, y, info)


def read_htru2(physics: PulsarPhysics, folder: Path) -> Examples:
    """Return the candidates of HTRU2 below ``folder``.

    Raises
    ------
    UsageError
        If ``pulsars/htru2.csv`` is missing or not what it should be.
    """
    path = find_in(folder, "pulsars/htru2.csv")
    table = read_table(path)
    values = physics.columns.read(table, path, others=("target_class",))
    info = Table({"candidate_id": np.arange(len(table))})
    info["profile_kurtosis"] = values["profile_kurtosis"]
    return Examples(physics.inputs(values), values["target_class"].astype(np.float32), info)


task = Task(
    name="pulsar_candidate",
    summary="Is a candidate of a pulsar survey a pulsar?",
    physics=PulsarPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="candidate_id",
    difficulty=Difficulty(
        column="profile_kurtosis",
        edges=(0.0, 0.3, 0.6, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
        label="excess kurtosis of the profile",
    ),
    classical=Classical(features=table_features, peers=PEERS),
    datasets={
        "htru2": Dataset(
            "Candidates of the High Time Resolution Universe survey",
            read_htru2,
            n=14_297,
            reference="Lyon et al. (2016), MNRAS 459, 1104, arXiv:1603.05166",
            licence="CC BY 4.0 (UCI Machine Learning Repository)",
        )
    },
    augmentation=Augmentation(inputs=hide_values),
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
    signal_fraction="pulsar_fraction",
    zero_signal={"distinct": False},
    extra_metrics=partial(forecast_skill, prevalence=PREVALENCE),
)
