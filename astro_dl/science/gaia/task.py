"""What is a source of Gaia's, by its photometry and astrometry alone?

Made to be learnt without labels: autoencoders squeeze the diagram of colour and luminosity, motion
and quality into a code, whose clusters are compared with the true kinds, and whose failures are
sources with spurious parallaxes, blends, composite spectra and quasars.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.examples import Examples
from astro_dl.core.limits import Bounds, NonNegative, Shares
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, InputSpec, Task
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
from astro_dl.science.gaia.instrument import normal_excess_factor
from astro_dl.science.gaia.queries import GAIA_COLUMNS
from astro_dl.science.gaia.simulation.catalogue import KINDS, simulate_catalogue

INPUT_COLUMNS = (
    Column("bp_rp", "mag", 1.1, 0.6),
    Column("absolute_magnitude", "mag", 5.0, 4.0),
    Column("reduced_proper_motion", "mag", 8.0, 4.0),
    Column("ruwe", "", 0.01, 0.15, "log10", 0.5),
    Column("excess", "", 0.0, 1.5, "arcsinh", 0.05),
)
"""M_G from the parallax, without correction for dust; G + 5 log10(proper motion / arcsec per year)
+ 5; the flux excess of BP and RP beyond what is normal for the colour (Riello et al. 2021)."""

GAIA_UNITS = {
    **dict.fromkeys(("phot_g_mean_mag", "bp_rp"), "mag"),
    **dict.fromkeys(("parallax", "parallax_error"), "mas"),
    **dict.fromkeys(("pmra", "pmdec"), "mas / yr"),
}

LEAST_MOTION = 0.01
"""Proper motions are raised to this [mas/yr]: the logarithm of noise alone means nothing."""


@checked
class GaiaPhysics:
    """Everything that defines a catalogue.

    Parameters
    ----------
    class_fractions : tuple of float, default (0.45, 0.15, 0.25, 0.10, 0.05)
        Of single dwarfs, pairs of dwarfs, giants, white dwarfs and contaminants.
    magnitude_limit : float, default 17
        Apparent G of the faintest behind the average dust [mag].
    least_parallax_significance : float, default 5
        Parallax over its error below which the absolute magnitude counts as missing, as it does
        where the error is no positive number.
    missing_values : bool, default True
        Whether other values are missing in some rows.
    distinct : bool, default True
        Without, all sources are single dwarfs, whatever their label.
    """

    class_fractions: Annotated[tuple[float, ...], Shares(5)] = (0.45, 0.15, 0.25, 0.10, 0.05)
    magnitude_limit: Annotated[float, Bounds(12.0, 21.0)] = 17.0
    least_parallax_significance: NonNegative = 5.0
    missing_values: bool = True
    distinct: bool = True
    columns: ClassVar[FileColumns] = FileColumns(GAIA_COLUMNS, GAIA_UNITS)

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 10) from the columns of a catalogue."""
        given = {name: np.asarray(values[name], float) for name in GAIA_COLUMNS}
        g, color, parallax = (given[name] for name in ("phot_g_mean_mag", "bp_rp", "parallax"))
        error = given["parallax_error"]
        with np.errstate(divide="ignore", invalid="ignore"):
            significant = (error > 0) & (parallax >= self.least_parallax_significance * error)
            known = significant & (parallax > 0)
            absolute = np.where(known, g + 5 * np.log10(parallax) - 10, np.nan)
        motion = np.maximum(np.hypot(given["pmra"], given["pmdec"]), LEAST_MOTION)
        return standardise(
            INPUT_COLUMNS,
            {
                "bp_rp": color,
                "absolute_magnitude": absolute,
                "reduced_proper_motion": g + 5 * np.log10(motion) - 10,
                "ruwe": given["ruwe"],
                "excess": given["phot_bp_rp_excess_factor"] - normal_excess_factor(color),
            },
        )


def head(physics: GaiaPhysics) -> Multiclass:
    """Return the kinds, by which clusters are judged, and which a network may be taught."""
    return Multiclass(KINDS)


def input_spec(physics: GaiaPhysics) -> InputSpec:
    """Return five values and five marks."""
    contract = {
        "photometry": "Gaia DR3, not corrected for dust",
        "least_parallax_significance": physics.least_parallax_significance,
        **column_contract(INPUT_COLUMNS),
    }
    return InputSpec((2 * len(INPUT_COLUMNS),), contract)


def simulate(physics: GaiaPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n sources as measured; y is the position in `KINDS`.

    ``info`` has ``object_id`` (a random number), ``contaminant``, and the columns of
    `astro_dl.science.gaia.simulation.catalogue.simulate_catalogue`.
    """
    choice, draw = rng.spawn(2)
    y = choice.choice(len(KINDS), n, p=physics.class_fractions).astype(np.int32)
    kinds = y if physics.distinct else np.zeros_like(y)
    catalogue = simulate_catalogue(kinds, physics.magnitude_limit, draw)
    x = physics.inputs({name: np.asarray(catalogue[name]) for name in GAIA_COLUMNS})
    made = hide_values(x, choice) if physics.missing_values else x
    info = Table({"object_id": choice.integers(2**62, size=n)})
    info["contaminant"] = y == KINDS.index("contaminant")
    for name in catalogue.colnames:
        info[name] = catalogue[name]
    return Examples(made, y, info)


task = Task(
    name="gaia_photometry",
    summary="What is a source by Gaia's photometry and astrometry? Learnt without labels",
    physics=GaiaPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="object_id",
    version=2,
    difficulty=Difficulty(
        column="phot_g_mean_mag", edges=(8.0, 12.0, 14.0, 15.0, 16.0, 17.0, 18.0), label="G [mag]"
    ),
    classical=Classical(features=table_features, peers=PEERS),
    augmentation=Augmentation(inputs=hide_values),
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
    zero_signal={"distinct": False},
    anomaly="contaminant",
    simulation_caution="Contaminants are simulated: real catalogues hold others too.",
)
