"""Star, galaxy or quasar? From the colours and the brightness of a point in the sky.

The question of Clarke et al. (2020), A&A 639, A84, without shapes and spectra: five SDSS bands.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.limits import Fraction, Shares
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Dataset, Difficulty, Files, InputSpec, Task
from astro_dl.observations.tables.columns import class_numbers
from astro_dl.observations.tables.inputs import (
    PEERS,
    Column,
    FileColumns,
    column_contract,
    hide_values,
    standardise,
    table_features,
)
from astro_dl.observations.tables.predict import inputs_of_rows, predict_rows
from astro_dl.observations.tables.read import read_table
from astro_dl.science.star_galaxy_quasar.color_loci import (
    BANDS,
    KINDS,
    measured,
    simulate_magnitudes,
    spoilt,
)

LABELS = {"STAR": 0, "GALAXY": 1, "QSO": 2}

COLOR_COLUMNS = (
    Column("u - g", "mag", 1.2, 0.45),
    Column("g - r", "mag", 0.55, 0.3),
    Column("r - i", "mag", 0.26, 0.17),
    Column("i - z", "mag", 0.16, 0.15),
    Column("r", "mag", 16.8, 1.2),
)
"""From SDSS magnitudes without correction for Galactic dust."""

SIMULATION_CAUTION = (
    "The simulator's loci of colours are medians of all objects of sdss_dr14, test objects "
    "included; scatter, colours and magnitudes along them, and the share of bad magnitudes were "
    "set on the training and validation objects of the split that sgq_committee_sdss names, which "
    "hold test objects of other splits: scores on sdss_dr14 are blind for its test part alone."
)

BRIGHTEST, FAINTEST = 0.0, 40.0
"""Magnitudes beyond these are no measurements but marks of missing ones [mag]."""


@checked
class ColorPhysics:
    """Everything that defines a set of objects.

    Parameters
    ----------
    class_fractions : tuple of float, default (0.41, 0.5, 0.09)
        Of stars, galaxies and quasars, as among targets of SDSS spectroscopy.
    missing_values : bool, default True
        Whether some bands are missing.
    bad_magnitudes : float, default 0.03
        Share of magnitudes that neighbours, saturation or a wrong deblending spoil.
    distinct : bool, default True
        Without, all objects are stars, whatever their label.
    """

    class_fractions: Annotated[tuple[float, ...], Shares(3)] = (0.41, 0.5, 0.09)
    missing_values: bool = True
    bad_magnitudes: Fraction = 0.03
    distinct: bool = True
    columns: ClassVar[FileColumns] = FileColumns(BANDS, dict.fromkeys(BANDS, "mag"))

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 10) from magnitudes."""
        bands = {}
        for band in BANDS:
            magnitudes = np.asarray(values[band], float)
            known = (magnitudes > BRIGHTEST) & (magnitudes < FAINTEST)
            bands[band] = np.where(known, magnitudes, np.nan)
        colors = {f"{blue} - {red}": bands[blue] - bands[red] for blue, red in pairwise(BANDS)}
        return standardise(COLOR_COLUMNS, {**colors, "r": bands["r"]})


def head(physics: ColorPhysics) -> Multiclass:
    """Return the three kinds."""
    return Multiclass(KINDS)


def input_spec(physics: ColorPhysics) -> InputSpec:
    """Return four colours, a magnitude, and five marks."""
    contract = {
        "photometry": "SDSS ugriz magnitudes, not corrected for Galactic dust",
        **column_contract(COLOR_COLUMNS),
    }
    return InputSpec((2 * len(COLOR_COLUMNS),), contract)


def simulate(physics: ColorPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n objects as measured; y is 0, 1, 2 for stars, galaxies, quasars.

    ``info`` has ``object_id`` (a random number), the true ``redshift`` and ``r`` [mag] as measured.
    """
    choice, draw = rng.spawn(2)
    y = choice.choice(len(KINDS), n, p=physics.class_fractions).astype(np.int32)
    truth = simulate_magnitudes(y if physics.distinct else np.zeros_like(y), draw)
    true_magnitudes = np.stack([truth[band] for band in BANDS], axis=1)
    magnitudes, _ = measured(spoilt(true_magnitudes, physics.bad_magnitudes, draw), draw)
    x = physics.inputs(dict(zip(BANDS, magnitudes.T, strict=True)))
    made = hide_values(x, choice) if physics.missing_values else x
    info = Table({"object_id": choice.integers(2**62, size=n), "redshift": truth["redshift"]})
    info["r"] = magnitudes[:, BANDS.index("r")]
    info["r"].unit = "mag"
    return Examples(made, y, info)


def read_sdss_dr14(physics: ColorPhysics, folder: Path) -> Examples:
    """Return the labelled SDSS objects below ``folder``; redshift and plate are no inputs.

    Raises
    ------
    UsageError
        If ``star_galaxy/sdss_dr14_classes.csv`` is missing or has other classes.
    """
    path = find_in(folder, "star_galaxy/sdss_dr14_classes.csv")
    table = read_table(path)
    values = physics.columns.read(table, path, others=("redshift", "ra", "dec"))
    y = class_numbers(table["class"], LABELS, path)
    # Objects that are listed twice stay together; the file's own identifiers are rounded.
    _, same = np.unique(
        np.round(np.stack([values["ra"], values["dec"]]), 4), axis=1, return_inverse=True
    )
    info = Table({"object_id": np.asarray(same).ravel(), "redshift": values["redshift"]})
    info["r"] = values["r"]
    info["r"].unit = "mag"
    return Examples(physics.inputs(values), y, info)


task = Task(
    name="star_galaxy_quasar",
    summary="Is it a star, a galaxy or a quasar, by its broad-band colours?",
    physics=ColorPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="object_id",
    difficulty=Difficulty(
        column="r", edges=(14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0), label="r magnitude"
    ),
    classical=Classical(features=table_features, peers=PEERS),
    datasets={
        "sdss_dr14": Dataset(
            "SDSS DR14 objects with classes from their spectra",
            read_sdss_dr14,
            n=7_974,
            reference="Abolfathi et al. (2018), arXiv:1707.09322",
        )
    },
    augmentation=Augmentation(inputs=hide_values),
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
    zero_signal={"distinct": False},
    simulation_caution=SIMULATION_CAUTION,
    version=2,
)
